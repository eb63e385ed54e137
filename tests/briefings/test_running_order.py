from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from briefings.models import Story
from briefings.newsworthiness import OPINION, Kind
from briefings.running_order import arrange

CLASSES = {"g": ["death"], "l": ["light"], "c": []}


@dataclass
class Told:
    story: Story
    score: float
    kind: Kind | None = None
    reasons: list[str] = field(default_factory=list)


@pytest.mark.parametrize(
    ("by_score", "order"),
    [
        ("g c l", "g c l"),
        ("l g c", "g c l"),  # the light last
        ("c g g", "g g c"),  # no grave one last
        ("c1 g c2 g", "c1 g g c2"),
        ("c l1 l2 g", "g c l2 l1"),  # calm between grave and light, the best of the light at the very end
        ("g l", "g l"),  # it can't be helped
        ("l1 l2", "l1 l2"),
        ("o c g", "c g o"),  # led by a plain report
        ("g o", "g o"),
        ("", ""),
    ],
)
def test_order(by_score, order):
    names = by_score.split()
    rows = [
        Told(Story(title=name, severity=CLASSES.get(name[0], [])), -at, OPINION if name[0] == "o" else None)
        for at, name in enumerate(names)
    ]
    assert [row.story.title for row in arrange(rows)] == order.split()


def test_the_reason_is_told_where_the_order_is_not_that_of_the_scores():
    rows = [Told(Story(title=name, severity=CLASSES[name]), -at) for at, name in enumerate("lcg")]
    light, calm, grave = rows
    arrange(rows)
    assert "light note" in light.reasons[0] and "no grave story" in calm.reasons[0] and not grave.reasons
