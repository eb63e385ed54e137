import datetime as dt

import pytest

from synthesis.dialogue.when import is_datable, published_date, resolve, spoken_date

MONDAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "published", "spoken"),
    [
        ("It sank yesterday.", dt.date(2026, 11, 23), "It sank yesterday."),
        ("It sank yesterday.", dt.date(2026, 11, 22), "It sank on Saturday."),
        ("It sank today.", dt.date(2026, 11, 22), "It sank yesterday."),
        ("It sails tomorrow.", dt.date(2026, 11, 22), "It sails today."),
        ("Today the ship sank.", dt.date(2026, 11, 19), "On Thursday the ship sank."),
        ("The mayor said Friday that it sank.", dt.date(2026, 11, 21), "The mayor said on Friday that it sank."),
        ("It sank on Friday.", dt.date(2026, 11, 21), "It sank on Friday."),
        ("It sank on Friday.", dt.date(2026, 11, 7), "It sank on November 6."),
        ("It sank on Monday.", dt.date(2026, 11, 22), "It sank on Monday of last week."),
        ("A tug will come on Tuesday.", dt.date(2026, 11, 23), "A tug will come on Tuesday."),
        ("She said: \"It sank yesterday.\"", dt.date(2026, 11, 20), "She said: \"It sank yesterday.\""),
    ],
)  # fmt: skip
def test_a_day_is_right_on_the_day_of_the_edition(text, published, spoken):
    assert resolve(text, published, MONDAY) == spoken


def test_last_week_of_an_old_article_cannot_be_said():
    assert is_datable("Prices rose last week.", dt.date(2026, 11, 23), MONDAY)
    assert not is_datable("Prices rose last week.", dt.date(2026, 11, 12), MONDAY)
    assert not is_datable("It sank yesterday.", None, MONDAY)


def test_an_article_is_dated_in_the_zone_of_the_show():
    assert published_date("2026-11-23T02:30:00+00:00", "America/Toronto") == dt.date(2026, 11, 22)
    assert published_date("2026-11-23T02:30:00Z", "Asia/Tokyo") == MONDAY
    assert published_date("", "UTC") is None


def test_the_date_is_said_in_words_and_an_ordinal():
    assert spoken_date(MONDAY) == "Monday, the 23rd of November"
    assert spoken_date(dt.date(2026, 11, 11)) == "Wednesday, the 11th of November"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It sank in the early hours of Friday.", "It sank in the early hours of Friday of last week."),
        ("Friday marks day two of the storms.", "Friday of last week marks day two of the storms."),
        ("It sank on Friday.", "It sank on Friday of last week."),
    ],
)
def test_a_day_of_last_week_keeps_the_grammar_of_its_sentence(text, spoken):
    assert resolve(text, dt.date(2026, 11, 20), dt.date(2026, 11, 27)) == spoken
