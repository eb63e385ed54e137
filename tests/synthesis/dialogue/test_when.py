import datetime as dt

import pytest

from synthesis.dialogue.when import dated, is_datable, published_date, resolve, spoken_date
from synthesis.types import Article

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
        ("It sank on a wet Friday in March.", dt.date(2026, 11, 7), "It sank on a wet Friday in March."),
        ("The search was to resume on Tuesday.", dt.date(2026, 11, 15), "The search was to resume on Tuesday."),
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
    assert not is_datable("Prices have risen since last May.", MONDAY, MONDAY)


@pytest.mark.parametrize(
    ("text", "published", "edition", "datable"),
    [
        ("Prices rose last month.", dt.date(2026, 10, 31), dt.date(2026, 11, 1), False),
        ("Prices rose last month.", dt.date(2026, 11, 1), dt.date(2026, 11, 2), True),
        ("It closes this week.", dt.date(2026, 11, 22), MONDAY, False),
        ("It closes this week.", MONDAY, dt.date(2026, 11, 24), True),
        ("It opened this year.", dt.date(2026, 12, 31), dt.date(2027, 1, 1), False),
        ("It opened last summer.", dt.date(2026, 12, 31), dt.date(2027, 1, 1), False),
        ("It opens next Friday.", dt.date(2026, 11, 22), MONDAY, False),
        ("It opens next Friday.", MONDAY, MONDAY, True),
        ("It opens next Friday.", None, MONDAY, False),
        ("It sank two hours ago.", dt.date(2026, 11, 22), MONDAY, False),
        ("It sank two hours ago.", MONDAY, MONDAY, True),
    ],
)
def test_a_span_that_has_ended_meanwhile_cannot_be_said(text, published, edition, datable):
    assert is_datable(text, published, edition) is datable


@pytest.mark.parametrize(
    ("text", "published", "spoken"),
    [
        ("It sank last Friday.", dt.date(2026, 11, 22), "It sank on Friday."),
        ("It sank last Sunday.", dt.date(2026, 11, 22), "It sank on November 15."),
        ("It sank last Monday.", dt.date(2026, 11, 22), "It sank on Monday of last week."),
        ("Last Friday it sank.", dt.date(2026, 11, 22), "On Friday it sank."),
        ("It sails this Friday.", dt.date(2026, 11, 22), "It sails on Friday."),
    ],
)
def test_last_and_this_are_counted_from_the_articles_own_day(text, published, spoken):
    assert resolve(text, published, MONDAY) == spoken


@pytest.mark.parametrize(
    ("published", "zone", "day"),
    [
        ("2026-11-22T23:30:00Z", "Europe/London", dt.date(2026, 11, 22)),
        ("2026-11-22T23:30:00Z", "Europe/Paris", MONDAY),
        ("2026-11-23T00:30:00+01:00", "Europe/London", dt.date(2026, 11, 22)),
        ("2026-11-23T00:30:00+01:00", "Europe/Paris", MONDAY),
        ("2026-03-28T23:30:00Z", "Europe/London", dt.date(2026, 3, 28)),
        ("2026-03-29T22:59:00Z", "Europe/London", dt.date(2026, 3, 29)),
        ("2026-03-29T23:30:00Z", "Europe/London", dt.date(2026, 3, 30)),
        ("2026-10-24T23:30:00Z", "Europe/London", dt.date(2026, 10, 25)),
        ("2026-10-25T23:30:00Z", "Europe/London", dt.date(2026, 10, 25)),
    ],
    ids=[
        "before midnight", "after it, further east", "the eve, further west", "after midnight",
        "the eve of summer time", "the last hour of its day", "past midnight in it",
        "past midnight, the last night of it", "the first without it",
    ],
)  # fmt: skip
def test_midnight_is_that_of_the_zone_in_summer_and_in_winter(published, zone, day):
    assert published_date(published, zone) == day
    text = resolve("It sank today.", published_date(published, zone), day)
    assert text == "It sank today."


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


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("PORT ILANA, May 15 (Meridian) - A ferry sank early on Friday.", dt.date(2026, 5, 15)),  # it is Friday there
        ("PORT ILANA, May 14 (Meridian) - A ferry sank on Thursday.", dt.date(2026, 5, 14)),
        ("PORT ILANA, May 2 (Meridian) - A ferry sank on Saturday.", dt.date(2026, 5, 14)),  # of another story
        ("PORT ILANA (CP) — A ferry sank on Thursday.", dt.date(2026, 5, 14)),
        ("In May 15 ferries sank.", dt.date(2026, 5, 14)),
    ],
)
def test_a_dateline_tells_the_day_where_it_was_written(text, day):
    article = Article("1", "Meridian", "https://m.example/1", "2026-05-14T22:50:00+00:00", text)
    assert dated(article, "UTC") == day


@pytest.mark.parametrize(
    ("published", "text", "spoken"),
    [
        ((9, 2), "Drivers will pay more after the board voted 5-2 Tuesday night.", "voted 5-2 on September 1."),
        ((9, 3), "The maker said Wednesday that it plans to cut jobs.", "said on September 2 that"),
        ((1, 22), "There is a 60 percent chance of sleet before dawn on Saturday.", "dawn on January 24."),
        ((3, 27), "Quill said Sunday shifts would remain voluntary.", "said Sunday shifts"),
    ],
)
def test_a_weekday_goes_with_the_verb_of_its_own_clause(published, text, spoken):
    assert spoken in resolve(text, dt.date(2026, *published), dt.date(2026, 11, 23))
