"""A line is doubted where a variant of it gains more by its sources."""

from __future__ import annotations

import pytest

from synthesis.dialogue.verifier import MARGINS, Doubt, Verifier
from synthesis.errors import CheckpointError

SOURCE = "The council approved the plan by 11 votes to four."


class Scores:
    """Gives the nats that a test has for a text, 0 for all others, and counts its batches."""

    def __init__(self, **gains: float):
        self.gains, self.batches = gains, []

    def support(self, lines):
        self.batches.append(list(lines))
        return [next((gain for word, gain in self.gains.items() if line.startswith(word)), 0.0) for line, _ in lines]


def test_the_strongest_doubt_comes_first_and_says_what_it_would_rather_have():
    doubts = Verifier(Scores(Four=9.0, It=2.0)).doubts("11 voted for it, and four against.", [SOURCE])
    assert doubts[0] == Doubt("number", "11 ... four", "Four voted for it, and 11 against.", 9.0)


def test_what_gains_no_more_than_its_margin_is_no_doubt(monkeypatch):
    monkeypatch.setitem(MARGINS, "number", 3.0)
    line = "11 voted for it, and four against."
    assert Verifier(Scores(Four=3.0)).doubts(line, [SOURCE]) == []
    assert Verifier(Scores(Four=3.1)).doubts(line, [SOURCE])[0].margin == pytest.approx(3.1)
    assert Verifier(Scores(Four=9.1, **{"11": 6.2})).doubts(line, [SOURCE]) == []


def test_lines_are_judged_in_one_batch_each_by_its_own_sources():
    scorer = Scores(Four=9.0)
    lines = [("11 voted for it, and four against.", [SOURCE]), ("So it is.", []), ("Four came.", ["Four of 7 came."])]
    first, second, third = Verifier(scorer).doubts_of_all(lines)
    assert first and not second and not third
    (batch,) = scorer.batches
    assert {source for line, source in batch if "came" in line} == {"Four of 7 came."}


def test_a_line_without_a_fact_to_change_costs_nothing():
    scorer = Scores()
    assert Verifier(scorer).doubts("No comment.", [SOURCE]) == []
    assert scorer.batches == [[]]


def test_a_model_that_is_not_installed_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="embedded"):
        Verifier.load(tmp_path)
