"""What stands around the stories."""

import dataclasses
import json
import re
from importlib.resources import files

import pytest

from synthesis.dialogue import frame, segment
from synthesis.dialogue.phrases import Phrasebook
from synthesis.dialogue.writer import Writer
from synthesis.types import DEFAULT_HOSTS, Article, Story


def test_hosts_name_themselves_plainly():
    book = json.loads((files("synthesis.dialogue") / "phrases.json").read_text("utf-8"))
    said = json.dumps(book)
    for words in ("And with you,", "That's how {outlet}", "You should know", "oodbye from {"):
        assert words not in said
    assert all("I'm {lead}" in bye or "{" not in bye for bye in book["closing"]["bye"])


RATE = "The Bank of Aldmere left its main interest rate at 3 percent on Sunday."
MILL = "Smoke rose over the roofs of three streets all morning."


BELLS = "Nobody in the square knew what to do for an hour. Two dogs ran past the fountain and the baker's door."


@pytest.fixture
def linked(edition):
    def _linked(text, title, before=()):
        told = segment.prepare(Story("s", title, (article("a", "Meridian Wire", text, title=title),)), edition)
        book = Phrasebook("seed")
        return frame.link(told, "next", "Ava", "Ben", book, edition=edition, hands_over=False, before=before)

    return _linked


def article(name, outlet, text, *, title):
    return Article(name, outlet, f"https://news.example/{name}", "2026-11-23T04:00:00+00:00", text, title)


def test_a_link_does_not_say_what_the_news_begins_with(linked):
    said = linked(RATE, "Bank of Aldmere holds interest rate").turn.text
    assert "Aldmere" not in said and "rate" not in said


def test_one_link_of_an_edition_reads_a_headline(linked):
    title = "Mill burns in the port of Lunn"
    first = linked(MILL, title)
    assert first.is_headline and title in first.turn.text
    assert title not in linked(MILL, title, [first]).turn.text


def test_a_headline_is_read_whole_or_not_at_all(linked):
    assert not linked(MILL, "Mill burns in the port of Lunn | Live coverage").is_headline


def test_a_headline_is_read_as_its_own_outlets(edition):
    title = "Mill burns in the port of Lunn"
    articles = (
        article("a", "Meridian Wire", MILL, title="Smoke over Lunn"),
        article("b", "The Courier", "-", title=title),
    )
    book = Phrasebook("seed")
    for reports, is_read in ((articles, True), (articles[:1], False)):
        told = segment.prepare(Story("s", title, reports), edition)
        link = frame.link(told, "next", "Ava", "Ben", book, edition=edition, hands_over=False)
        assert link.is_headline == is_read
        assert not is_read or ("Courier" in link.turn.text and "Meridian" not in link.turn.text)


def test_a_second_story_that_only_its_headline_could_tell_is_left_out(edition):
    rows = ("Mill burns in the port of Lunn", MILL), ("Bell tower falls in the town of Arle", BELLS)
    stories = [Story(t[:4], t, (article(t[:4], "Meridian Wire", text, title=t),)) for t, text in rows]
    told = Writer().write(stories, DEFAULT_HOSTS, edition=edition)
    assert [left.story for left in told.left_out] == ["Bell"]
    assert rows[0][0] in " ".join(turn.text for turn in told.turns)


def test_no_third_link_in_a_row_names_an_outlet_alone(linked):
    before = []
    for _ in range(3):
        before.append(linked(RATE, "Bank of Aldmere holds interest rate", before))
    assert [told.is_bare for told in before] == [True, True, False]
    assert "Meridian" not in before[2].turn.text


def test_the_opening_tells_the_later_stories_in_few_words(stories, edition):
    prepared = [segment.prepare(story, edition) for story in stories]
    second = frame.opening(prepared, *DEFAULT_HOSTS, Phrasebook("seed"), edition)[1].text
    later = re.split(r", (?:and )?", second.split(": ", 1)[1].rstrip("."))[1:]
    assert later and all(len(words.split()) <= 8 for words in later)


def test_a_helpline_is_said_right_after_a_story_of_its_class_by_the_other_host(stories, edition):
    lines = {"suicide": "In Britain, call 116 123.", "court": "Nothing."}
    stories[1] = dataclasses.replace(stories[1], severity=frozenset({"death", "suicide"}))
    turns = Writer().write(stories, DEFAULT_HOSTS, edition=dataclasses.replace(edition, helplines=lines)).turns
    (place,) = (place for place, turn in enumerate(turns) if turn.kind == "helpline")
    before, said, after = turns[place - 1 : place + 2]
    assert (said.text, said.written_by, said.findings) == ("In Britain, call 116 123.", "show", ())
    assert said.story == before.story == "trawler" != after.story and said.host != before.host


def test_a_report_of_an_outlet_is_no_item_of_the_contents(edition):
    told = [
        segment.prepare(Story(name, "Live", (article(name, "Meridian Wire", text, title="Live"),)), edition)
        for name, text in (("mill", MILL), ("rate", RATE), ("sea", "The sea rose over the wall of the old harbour."))
    ]
    second = frame.opening(told, *DEFAULT_HOSTS, Phrasebook("seed"), edition)[1].text
    assert "a report from" not in second
