"""A story is told by two hosts who listen to each other."""

import datetime as dt
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from synthesis.dialogue.phrases import Phrasebook, wordings
from synthesis.dialogue.segment import prepare, tell
from synthesis.types import Article, Edition, Story

STORIES = Path(__file__).parents[2] / "data" / "stories"
DAY = dt.date(2026, 11, 23)
DISPUTE = """An airline said on Monday that its plane hit a bird on take-off from Carrow and flew on to Lunn safely.
But Aldmere's civil aviation authority denied that a bird was involved, and said that an engine had caught fire.
The authority has barred the airline's two managers from the airport for spreading false news.
"There is no proof of a bird," said Jon Harrow, a spokesman for the authority.
The airline said that it would answer shortly.
The authority will send a committee to the airport on Tuesday to investigate the engine.
The plane carried 167 people.
It was built twelve years ago.
The airline has flown to Carrow since 2011."""


def told(story: Story, count: int = 5, seed: str = "a", **given):
    edition = Edition("The Tandem", DAY)
    return tell(prepare(story, edition), count, "Ava", "Ben", Phrasebook(seed), edition, **{"named": False} | given)


def one(text: str, title: str, outlet: str = "Lunn Post") -> Story:
    return Story("s", title, (Article("a", outlet, "https://a.example", "2026-11-23T04:00:00+00:00", text, title),))


@pytest.fixture(scope="module")
def dispute():
    return one(DISPUTE, "Authority denies that plane hit a bird")


@pytest.mark.parametrize("path", sorted(STORIES.glob("0*.json")), ids=lambda path: path.stem)
def test_every_story_of_three_facts_has_an_exchange(path):
    story = Story.from_json(json.loads(path.read_text(encoding="utf-8")))
    turns = told(story, count=4)
    if sum(turn.kind == "fact" for turn in turns) >= 3:
        assert any(turn.kind in {"question", "reaction"} for turn in turns)


def test_the_other_account_is_announced_and_comes_next(dispute):
    turns = told(dispute)
    place = next(place for place, turn in enumerate(turns) if turn.kind == "reaction")
    assert "denied" in turns[place + 1].text or "no proof" in turns[place + 1].text
    assert turns[place].host != turns[place + 1].host


def test_a_second_account_is_announced_once(dispute):
    assert sum(turn.kind == "reaction" for turn in told(dispute, 6)) == 1


def test_who_is_asked_for_by_name_is_not_introduced_again():
    text = """The town of Lunn will close its ferry in March, the council said on Monday.
"We cannot run two boats for nine people," said Mara Lind, a painter from the east bank.
The ferry has run since 1911 and carries 9,000 people a year.
The crew of four will move to the bridge.
The council will vote again in May."""
    for seed in "abcdefgh":
        turns = told(one(text, "Lunn to close its ferry"), 4, seed, named=True)
        named = [place for place, turn in enumerate(turns) if turn.kind == "question" and "Lind" in turn.text]
        for place in named:
            assert turns[place].citations and "painter" in turns[place].text
            assert turns[place + 1].text.startswith("Lind said")
        if named:
            return
    raise AssertionError("the painter was never asked for")


def test_where_a_report_comes_from_can_be_asked_and_is_answered():
    asked = {row.split("|")[0]: row.split("|")[1] for row in wordings()["sources"]["source"]}
    text = "\n".join(f"The mill at Lunn made {n}00 sacks of flour in {n + 2000}." for n in range(2, 12))
    found = [told(one(text, "The mill at Lunn"), 4, seed) for seed in "abcdefghijkl"]
    pairs = [(a, b) for turns in found for a, b in pairwise(turns) if a.text in asked]
    assert pairs and all("the Lunn Post" in b.text[:30] or "The Lunn Post" in b.text[:30] for _, b in pairs)


def test_half_of_the_facts_at_most_are_asked_for(dispute):
    for count in range(3, 7):
        turns = told(dispute, count)
        facts = sum(turn.kind == "fact" for turn in turns)
        assert sum(turn.kind == "question" for turn in turns) <= max(1, facts / 2)


def test_a_grave_story_of_three_plain_facts_has_an_exchange_too():
    text = """A man was killed and two were wounded in a shooting at Lunn on Sunday.
The road to the mill was closed until noon on Monday.
Flowers lie at the gate of the mill and along the wall.
The mill has stood there for a hundred years.
It stands by the river."""
    for named in (True, False):
        turns = told(one(text, "Man killed in shooting at Lunn"), 3, named=named)
        assert sum(turn.kind == "fact" for turn in turns) == 3
        assert any(turn.kind == "question" for turn in turns)


def test_a_tabloids_word_for_somebody_is_no_word_of_a_hosts():
    text = """The ferry at Lunn sank on Monday with nine people on board.
Brit backpacker Callum Threl told how he broke a cabin window with a hammer.
Drone pilot Mara Lind said the boat had turned over in less than a minute.
The crew of four swam to the bridge.
The council will vote on a new boat in May."""
    asked = [t.text for s in "abcdefgh" for t in told(one(text, "Ferry sinks at Lunn"), 4, s) if t.kind == "question"]
    assert not any("Brit" in question for question in asked)
    assert not any(re.search(r"(?<!the )drone pilot Mara", question) for question in asked)


def two_sided(after: str):
    """A mine is accused in one report and answers in another; `after` is what the first report goes on with."""
    accuser = f"""The water board said on Monday that the mine at Carrow had hidden a leak for two days.
The board has counted nine hundred dead fish in the river.
{after}"""
    denier = """The mine's owner, Tin Lunn, denied that the dam had leaked, and said that a drain had burst.
Some 140 people work at the mine in two shifts."""
    stamp, title = "2026-11-23T04:00:00+00:00", "Mine denies that it hid a leak"
    return Story(
        "s",
        title,
        (
            Article("a", "Lunn Post", "https://a.example", stamp, accuser, title),
            Article("b", "Carrow Wire", "https://b.example", stamp, denier, "Owner: drain burst"),
        ),
    )


def test_the_other_side_is_announced_where_it_has_the_last_word():
    turns = told(two_sided("The board will meet on Friday to decide on a fine for the mine."), 5)
    place = next(place for place, turn in enumerate(turns) if turn.kind == "reaction")
    assert "denied that the dam had leaked" in turns[place + 1].text
    assert any("will meet on Friday" in turn.text for turn in turns[place + 1 :])  # what comes next is nobody's word


def test_the_other_side_is_not_announced_where_the_first_speaks_again_behind_it():
    turns = told(two_sided("The water board said that it will decide on Friday whether to take the mine to court."), 5)
    denial = next(place for place, turn in enumerate(turns) if "denied that the dam" in turn.text)
    assert any("take the mine to court" in turn.text for turn in turns[denial + 1 :])
    assert not any(turn.kind == "reaction" for turn in turns)
