"""What is not to be said is found however it is written, and nothing else is."""

from __future__ import annotations

import pytest

from synthesis.dialogue import restricted
from synthesis.types import Finding, Turn

NAMES = ("Jane Doe", "Søren Ågård", "the party", "17-year-old", "Müller")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("The court heard JANE DOE on Monday.", "JANE DOE"),
        ("Jane Doe's lawyer spoke.", "Jane Doe's"),
        ("Jane Doe’s lawyer spoke.", "Jane Doe’s"),
        ("The Jane Does of this world.", "Jane Does"),
        ("Ja\u200bne D\u2060oe spoke.", "Ja\u200bne D\u2060oe"),
        ("J\u0301ane\u00a0Do\u00ade spoke.", "J\u0301ane\u00a0Do\u00ade"),
        ("Jáne Doë spoke.", "Jáne Doë"),
        ("Jane-Doe spoke.", "Jane-Doe"),
        ("Ｊａｎｅ Ｄｏｅ spoke.", "Ｊａｎｅ Ｄｏｅ"),
        ("Soren Agard left.", "Soren Agard"),
        ("Søren Ågård left.", "Søren Ågård"),
        ("It names the parties.", "the parties"),
        ("A 17 year old was held.", "17 year old"),
        ("The Mullers' house.", "Mullers'"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(text, span):
    assert [finding.span for finding in restricted.check(text, NAMES)] == [span]


@pytest.mark.parametrize(
    "text",
    ["Jane went to Doe Street.", "Mary-Jane Doerr spoke.", "It mentions the partying.", "A 117-year-old tree.", ""],
)
def test_other_words_are_free(text):
    assert restricted.check(text, NAMES) == []


def test_every_place_is_found_in_order_with_the_phrase_as_it_was_forbidden():
    found = restricted.check("Doe met Jane Doe, and Doe left.", ("jane doe", "DOE"))
    assert [finding.span for finding in found] == ["Doe", "Jane Doe", "Doe", "Doe"]
    assert found[1] == Finding("restricted", "Jane Doe", "“jane doe” is not to be said.")


def test_a_phrase_without_a_word_forbids_nothing():
    assert restricted.check("What — now?", ("—", "", "\u200b")) == []


def test_a_turn_loses_what_was_found_before_and_keeps_the_other_findings():
    number = Finding("number", "7", "No.")
    turn = Turn("Ava", "Jane Doe spoke.", "fact", findings=(Finding("restricted", "old", "Old."), number))
    assert [finding.kind for finding in restricted.marked(turn, NAMES).findings] == ["number", "restricted"]
    assert restricted.marked(turn, ()).findings == (number,)
