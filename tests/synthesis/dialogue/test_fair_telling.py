"""Whose word a story is, whose toll, whose silence: what a radio editor would strike is not told."""

import datetime as dt
from itertools import pairwise

from synthesis.dialogue.phrases import Phrasebook
from synthesis.dialogue.segment import prepare, tell
from synthesis.types import Article, Edition, Story, Turn

EDITION = Edition("The Tandem", dt.date(2026, 11, 23))
MORE = """
The harbour was built in 1911 by masons from the town of Lunn.
Its two quays are made of stone from the valley.
A light stands at the end of the northern quay.
Boats bring fish, salt and timber to the market.
The market is held in a hall of brick.
The hall has nine gates and a bell."""
TAIL = """
The town of Carrow lies on the coast, and has a harbour with two quays.
The road to the harbour will be closed until Friday.
The council will meet on Tuesday to discuss it."""


def turns_of(title: str, text: str, *, count: int = 6, outlet: str = "Lunn Post", seed: str = "a") -> list[Turn]:
    article = Article("a", outlet, "https://news.example/a", "2026-11-23T05:00:00+00:00", text, title)
    story = Story("story", title, (article,))
    return tell(prepare(story, EDITION), count, "Ava", "Ben", Phrasebook(seed), EDITION, named=False)


def told(title: str, text: str, **given) -> str:
    return " ".join(turn.text for turn in turns_of(title, text, **given) if turn.kind == "fact")


def asked(title: str, text: str, **given) -> str:
    return " ".join(turn.text for turn in turns_of(title, text, **given) if turn.kind == "question")


def test_an_outlet_whose_reporter_is_in_the_news_is_named_as_its_source():
    news = "A tank crew killed a Meridian Wire reporter near Carrow on Sunday by firing two shells."
    said = " ".join(turn.text for turn in turns_of("Report from Carrow", news + TAIL, outlet="Meridian Wire"))
    assert said.count("Meridian Wire") == 2


def test_no_office_is_asked_after_that_nobody_has_spoken_of():
    text = "The state of Aldmere will spend 9 million crowns on its nurses, the governor said on Monday.\n"
    text += 'State Health Commissioner Ada Roe said the money was "all that the wards of Aldmere could hope for".'
    for seed in "abcdef":
        assert "the state health commissioner" not in asked("Aldmere to pay nurses", text + TAIL, seed=seed).casefold()


def test_nobody_is_asked_about_a_silence():
    text = """A tank crew killed a reporter near Carrow on Sunday, a report by the council of Lunn found.
The Aldmere army did not respond to a request for comment on the report.
"We call on the army to explain how this could have happened," said Mara Lind, a lawyer for the reporter.
The report was written in nine weeks."""
    for seed in "abcdef":
        turns = turns_of("Report on a tank", text, seed=seed)
        for before, turn in pairwise(turns):
            assert turn.kind != "question" or "did not respond" not in before.text or "Lind" not in turn.text


def test_what_somebody_also_says_is_not_their_first_word():
    text = "Marl fired missiles at nine villages of Lunn early on Monday, officials in Lunn said.\n"
    text += "Marl also claims that eleven people were hurt by fire from Lunn in the border town of Carrow.\n"
    both = text.replace("\nMarl also", '\nMarl said its missiles hit only camps of "armed men" in hills.\nMarl also')
    assert "eleven people were hurt" not in told("Marl fires missiles at Lunn", text + TAIL)
    assert "Marl also claims" in told("Marl fires missiles at Lunn", both + TAIL + MORE, count=8)
