from __future__ import annotations

import pytest

from briefings.headlines import of_edition, shorten


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Council votes to rebuild wall", "Council votes to rebuild wall"),
        (
            "India fires missiles into Pakistani-controlled territory, killing at least 26",
            "India fires missiles into Pakistani-controlled territory",
        ),
        (
            "Ferry sinks off the coast of Port Ellery in the night; thirty rescued",
            "Ferry sinks off the coast of Port Ellery in the night",
        ),
        (
            "Council votes to rebuild the old sea wall of the harbour | The Ellery Post",
            "Council votes to rebuild the old sea wall of the harbour",
        ),
    ],
)
def test_a_long_headline_ends_at_its_first_break(title, short):
    assert shorten(title) == short


def test_an_edition_is_titled_by_its_first_two_stories():
    assert of_edition(["Wall rebuilt", "Rates held", "Owls return"]) == "Wall rebuilt; Rates held"
    assert of_edition(["Wall rebuilt"]) == "Wall rebuilt"
