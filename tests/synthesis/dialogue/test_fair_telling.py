"""Whose word a story is, whose toll, whose silence: what a radio editor would strike is not told."""

import datetime as dt
from itertools import pairwise

import pytest

from synthesis.dialogue.phrases import Phrasebook
from synthesis.dialogue.reading import read
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


@pytest.mark.parametrize("answer", ['The army said: "We do not fire at reporters, in Carrow or in Lunn."', ""])
def test_a_silence_that_is_broken_in_the_next_breath_is_not_told(answer):
    text = "A tank crew killed a reporter near Carrow on Sunday, a report by the council of Lunn found.\n"
    text += f"The army did not respond to a request for comment on the report.\n{answer}"
    assert ("did not respond" in told("Report on a tank", text + TAIL)) is not answer


@pytest.mark.parametrize(("verb", "is_told"), [("claimed", False), ("bought", True)])
def test_what_befell_somebody_is_no_proof_of_an_enemys_claim(verb, is_told):
    claim = "Lunn claimed it shot down" if verb == "claimed" else "Lunn has bought"
    text = "Marl fired missiles at nine villages of Lunn early on Monday, officials in Lunn said.\n"
    text += f"{claim} several aircraft.\nTwo planes fell onto villages near Carrow."
    assert ("planes fell" in told("Marl fires missiles at Lunn", text + MORE)) is is_told


def test_a_toll_that_the_report_owns_elsewhere_is_told_with_its_owner():
    text = """Marl fired missiles at Lunn early on Monday, and the death toll in Lunn rose to 31 people.
Seven people were killed in the north of Marl by shells.
Lunn closed its schools and its harbour until Thursday.
Marl police said that seven people were killed in the villages of the north."""
    said = told("Marl fires missiles at Lunn", text + MORE)
    assert "Seven people were killed in the north of Marl" not in said and "Marl police said" in said


def test_the_news_is_told_though_the_parser_takes_it_for_no_sentence():
    news = """Friday marks day two of a four-day-long barrage of severe storms set to threaten the central states, with the potential for strong tornadoes across portions of the Plains."""  # noqa: E501
    assert "day two of a four-day-long barrage" in told("Strong tornadoes possible in the central states", news + MORE)


def test_a_list_of_places_is_cut_for_the_ear():
    news = "Storms will cross the plains of Aldmere from Friday, the weather office said.\n"
    news += (
        "Cities in their way on Friday and/or Saturday include Dallas, Oklahoma City, Tulsa, Wichita, Omaha and Lunn."
    )
    said = told("Storms will cross the plains", news + MORE)
    assert "or Saturday include Dallas, Oklahoma City and Tulsa." in said and "and/or" not in said


def test_the_attack_in_a_place_must_have_been_told_of():
    text = """Marl fired missiles at nine villages of Lunn early on Monday, officials in Lunn said.
Marl wants to punish Lunn after accusing it of backing the massacre in Pahal, which Lunn denies."""
    assert "in Pahal" not in told("Marl fires missiles at Lunn", text.replace("massacre", "bombing") + MORE)
    known = text.replace("missiles at", "bombs, as after the bombing in Pahal, at").replace("massacre", "bombing")
    assert "the bombing in Pahal, which" in told("Marl fires missiles at Lunn", known + MORE)


def test_a_deal_is_called_revised_where_its_change_was_told():
    text = "The parliament of Aldmere passed a budget deal early on Monday after a night of talks.\n"
    deal = "The revised deal got the votes of both chambers in near-party lines at half past two in the morning."
    assert "The deal got the votes" in told("Aldmere passes budget", text + deal + MORE)
    told_of = text.replace("passed a budget", "revised and passed a budget")
    assert "The revised deal got" in told("Aldmere passes budget", told_of + deal + MORE)


def test_a_spokeswoman_is_told_behind_her_body_or_not_at_all():
    news = "A goat that jumped from a lorry stopped all traffic in Carrow on Sunday, drivers said.\n"
    body = "The goat was led away by the road police of Carrow.\n"
    voice = "A spokeswoman said that the goat had been given a name and a bed of straw."
    aside = "\nThe motorway from Carrow to Lunn was built by nine towns of the valley.\n"
    for text, behind in ((news + body + voice, "road police"), (news + body + aside + voice, "nine towns")):
        said = told("Goat stops traffic in Carrow", text + MORE, count=8)
        before, found, _ = said.partition("A spokeswoman")
        assert not found or behind in before


def test_who_says_not_is_no_answer_to_a_claim_about_somebody_else():
    text = """Almost a third of the young teachers in Carrow have left, and the union blamed their hours.
Trainee Mollie Stain said she was not put off.
The state will count them again in June."""
    turns = turns_of("Teachers leave in Carrow", text + MORE, count=8)
    assert not any(turn.kind == "reaction" for turn in turns)


def test_a_report_of_sixty_sentences_is_read_to_its_end():
    text = "\n".join(f"Boat {number} of the town of Carrow lay in the harbour." for number in range(60))
    assert len(read(Article("a", "Lunn Post", "https://news.example/a", "", text, "Boats")).sentences) == 60
