from __future__ import annotations

from briefings import interests
from briefings.models import Show


def met(lines: str, *texts: str) -> list[str]:
    return interests.met(Show(interests=lines), texts)


def test_an_interest_is_met_in_any_case_and_number():
    assert met("Night trains\nferry", "The night train returns", "Two FERRIES sank") == ["Night trains", "ferry"]


def test_a_part_of_a_word_and_words_apart_do_not_meet_it():
    assert met("art\nnight trains", "The party left at night. Trains were full; parties met.") == []


def test_empty_and_repeated_lines_count_for_nothing():
    assert met("\n  \nferry\nferry\n", "A ferry sank.") == ["ferry"]
