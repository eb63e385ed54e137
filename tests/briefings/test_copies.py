from __future__ import annotations

from briefings import copies
from tests.factories import TEXT

OTHER = (
    "Councillors in Port Ellery agreed on Tuesday to rebuild the town's sea wall at a cost of 12 million euros."
    ' "We cannot wait for another winter," said the chair, Mara Lindqvist. Work starts in March, they said.'
)


def test_a_text_cut_continued_or_spelled_in_capitals_is_a_copy():
    whole = copies.runs(TEXT)
    assert copies.is_copy(whole, copies.runs("\n".join(TEXT.split("\n")[:3])))
    assert copies.is_copy(whole, copies.runs("From our own correspondent. " + TEXT + " More on this later."))
    assert copies.is_copy(whole, copies.runs(TEXT.upper().replace(",", "")))


def test_another_report_on_the_same_event_is_none():
    assert not copies.is_copy(copies.runs(TEXT), copies.runs(OTHER))


def test_a_line_is_too_short_to_say():
    line = copies.runs("The council voted on Tuesday to rebuild the wall.")
    assert not copies.is_copy(line, line)


def test_a_library_finds_what_a_text_copies_the_oldest_first():
    library = copies.Library()
    library.add(1, OTHER)
    library.add(2, TEXT)
    library.add(3, TEXT + " Updated at noon.")
    assert library.originals(copies.runs("Seen by us. " + TEXT)) == [2, 3]
    assert library.originals(copies.runs("Nothing of the kind was ever written here or there. " * 4)) == []
