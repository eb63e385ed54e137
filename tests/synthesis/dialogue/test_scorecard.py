"""The figures of a script, each against a script small enough to count by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from synthesis.dialogue import length
from synthesis.dialogue.scorecard import count_syllables, reading_ease, scorecard
from synthesis.types import DEFAULT_HOSTS, Article, Citation, Dialogue, Edition, Finding, Story, Turn

EDITION = Edition("The Wire", dt.date(2026, 3, 2), 2.0)


def article(name: str, outlet: str) -> Article:
    return Article(name, outlet, "", "", "It rained.")


STORIES = (
    Story("rain", "Rain", (article("a", "Post"), article("b", "Courier"))),
    Story("crash", "Crash", (article("c", "Post"), article("d", "Post")), severity=frozenset({"death"})),
    Story("untold", "Untold", (article("e", "Gazette"),)),
)
CITED = (Citation("a", 0),)
RATES = length.rates_of(DEFAULT_HOSTS, {})
TURNS = (
    Turn("Ava", "This is The Wire on Monday.", "opening"),
    Turn("Ben", "What fell on the town?", "question", story="rain"),
    Turn("Ava", "Rain fell on the town.", "fact", CITED, story="rain"),
    Turn("Ben", "Two died, it says.", "fact", story="crash", findings=(Finding("number", "Two", "No."),)),
    Turn("Ava", "Oh dear.", "reaction", story="crash"),
    Turn("Ben", "They said “Help!” twice.", "fact", CITED, story="crash"),
    Turn("Ava", "Bye.", "closing"),
)


def of(*turns: Turn, earlier=()):
    return scorecard(Dialogue(DEFAULT_HOSTS, turns), STORIES, EDITION, earlier)


def test_the_figures_of_a_script():
    card = of(*TURNS)
    assert card == {
        "turns": 7, "words": 27, "fact_turns": 3, "cited": 0.6667, "findings": {"number": 1},
        "repeated_four_grams": round(1 / 9, 4), "questions": 0.1429, "turn_words_median": 4, "turn_words_longest": 6,
        "banter_on_grave": 1, "shared_with_earlier": None, "minutes_asked": 2.0,
        "minutes": round(length.seconds(TURNS, RATES) / 60, 2), "reading_ease": card["reading_ease"], "stories": 2,
        "outlets": 2, "single_source_stories": ["crash"],
    }  # fmt: skip


def test_an_exclamation_is_banter_beside_the_dead_and_nowhere_else():
    turn = Turn("Ava", "What a day!", "question", story="crash")
    assert of(turn)["banter_on_grave"] == 1
    assert of(dataclasses.replace(turn, story="rain"))["banter_on_grave"] == 0


def test_only_openings_links_and_sign_offs_are_held_against_the_last_editions():
    assert of(*TURNS, earlier=["This is The Wire on Tuesday."])["shared_with_earlier"] == round(2 / 3, 4)
    assert of(*TURNS, earlier=["Rain fell on the town."])["shared_with_earlier"] == 0.0


def test_a_script_without_a_word_has_figures():
    card = of()
    assert (card["cited"], card["questions"], card["reading_ease"], card["turn_words_longest"]) == (None, None, 0.0, 0)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("wall", 1), ("rate", 1), ("table", 2), ("houses", 2), ("voted", 2), ("moved", 1), ("the", 1), ("agency", 3)],
)
def test_syllables_are_counted_as_they_are_said(word, syllables):
    assert count_syllables(word) == syllables


def test_short_words_in_short_sentences_read_easily():
    assert reading_ease(["The cat sat. The dog ran."]) == round(206.835 - 1.015 * 3 - 84.6, 1)
    assert reading_ease(["Institutional considerations necessitated administrative reorganisation."]) < 0


def test_the_length_is_by_the_hosts_own_rates():
    slow, fast = (
        scorecard(Dialogue(DEFAULT_HOSTS, TURNS), STORIES, dataclasses.replace(EDITION, speaking_rates=rates))
        for rates in ({"Ava": 100.0, "Ben": 100.0}, {"Ava": 200.0, "Ben": 200.0})
    )
    assert slow["minutes"] > fast["minutes"] + 0.05
