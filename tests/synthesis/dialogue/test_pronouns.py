import datetime as dt

import pytest

from synthesis.dialogue.facts import facts_of
from synthesis.dialogue.pronouns import quotes_back
from synthesis.dialogue.reading import read
from synthesis.types import Article, Edition

EDITION = Edition("The Tandem", dt.date(2026, 11, 23))


def texts(body):
    article = Article("a", "Courier", "https://x.example", "2026-11-23T04:00:00+00:00", body)
    return [(fact.text, fact.needs_previous) for fact in facts_of(read(article), EDITION)]


def test_a_plain_pronoun_gets_its_name():
    body = "Mayor Edda Quill opened the new harbour wall on Sunday.\nShe thanked the masons and the divers of the town."
    assert ("Edda Quill thanked the masons and the divers of the town.", False) in texts(body)


def test_two_people_in_reach_are_one_too_many():
    body = (
        "Edda Quill met Owen Pryce at the harbour on Sunday.\nHe thanked the masons and the divers of the town.\n"
        '"The wall will hold for a hundred years," he said.'
    )
    assert not any("Pryce thanked" in text or "Quill thanked" in text for text, _ in texts(body))
    assert not any("hundred years" in text for text, _ in texts(body))


def test_a_shared_surname_names_nobody():
    body = (
        "George and Alexander Quill gave money to the harbour fund last spring.\n"
        "The elder Quill gave more than anybody else in the town.\nHe owns the oldest boatyard on the coast."
    )
    assert not any("Alexander Quill owns" in text or "elder Alexander" in text for text, _ in texts(body))


def test_somebody_else_whom_the_article_is_about_may_be_meant():
    body = (
        "Marisol Vane sang in Port Ellery on Sunday.\nVane sang for two hours in the rain.\nVane wore a red coat at "
        "first.\n"
        "The crowd called for Vane again and again.\nVane came back with a lamp.\n"
        "Edda Quill designed the lamp from driftwood.\nShe held it high over the heads of the crowd."
    )
    assert not any("Quill held" in text for text, _ in texts(body))


@pytest.mark.parametrize("start", ["It", "They", "This", "That", "These", "Both", "Such a thing"])
def test_what_points_back_needs_its_neighbour(start):
    body = f"The council and the fund met in the old house.\n{start} was seen by everybody in the lower town."
    assert all(needs for text, needs in texts(body) if text.startswith(start))


@pytest.mark.parametrize(
    "sentence",
    [
        "The bank now expects it to peak at 3.4 per cent in the autumn.",
        "A storm closed it to lorries and buses for most of the spring.",
        "Of 310 who learned the trade that year, 102 have left the town.",
        "The harbour master said the rest are moored in the lower basin.",
        "Councillor Ida Vane said seven of the nine had left before the vote.",
        "The first to notice was a pilot who was filming geese from a boat.",
    ],
)
def test_a_part_or_a_thing_that_the_sentence_does_not_name_needs_its_neighbour(sentence):
    body = f"The council and the fund met in the old house.\nPrices of rope went up in the lower town.\n{sentence}"
    assert all(needs for text, needs in texts(body) if text[:12] == sentence[:12])
    assert any(text[:12] == sentence[:12] for text, _ in texts(body))


@pytest.mark.parametrize(
    "sentence",
    [
        "The bank said it expects prices to peak in the autumn.",
        "In 2019 the town lost a mill that year was not short of.",
    ],
)
def test_a_pronoun_that_its_own_sentence_explains_needs_none(sentence):
    body = f"The council and the fund met in the old house.\nPrices of rope went up in the lower town.\n{sentence}"
    assert not any(needs for text, needs in texts(body) if text[:12] == sentence[:12])


@pytest.mark.parametrize(
    ("claim", "leans"),
    [
        ('"For every pound that was given, he took nearly thirty pence."', True),
        ('"You will find one in every roofer\'s car."', True),
        ('"My gran taught for 40 years, and she loved it."', False),
        ('"One of the knives is mine."', False),
        ('"The council let us down."', False),
    ],
)
def test_a_quotation_of_somebody_unnamed_leans_on_the_words_before_it(claim, leans):
    assert quotes_back(claim) == leans
