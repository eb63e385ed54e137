"""The invented outlets: four formats, two outlets on one event, every page plainly marked."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from briefings.sample.newsstand import NOTICE, OUTLETS, Newsstand, load_articles

MONDAY_NOON = dt.datetime(2025, 3, 3, 12, tzinfo=dt.UTC)
BASE = "http://127.0.0.1:1"


@pytest.fixture
def stand():
    return Newsstand(MONDAY_NOON)


def test_every_article_has_an_outlet():
    assert {article.outlet for article in load_articles()} == {outlet.name for outlet in OUTLETS}


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.kind)
def test_every_feed_says_that_its_news_is_invented(stand, outlet):
    kind, body = stand.page(f"/feeds/{outlet.slug}", BASE)
    assert outlet.kind in kind and NOTICE in body.decode()


def test_every_article_of_a_feed_has_a_page_that_says_so_too(stand):
    items = json.loads(stand.page("/feeds/fenwick", BASE)[1])["items"]
    assert len(items) >= 3
    for item in items:
        _, page = stand.page(item["url"].removeprefix(BASE), BASE)
        assert NOTICE in page.decode() and item["title"] in page.decode()


def test_days_are_named_as_of_the_day_of_publication(stand):
    for article in stand.articles:
        text = " ".join(article.body(MONDAY_NOON))
        assert "{" not in text
        if article.hours < 12 and "{yesterday}" in " ".join(article.paragraphs):
            assert "Sunday" in text


def test_yesterdays_page_and_an_unknown_one_are_not_there(stand):
    assert stand.page("/articles/2025-03-02/courier-trawler", BASE) is None
    assert stand.page("/feeds/nobody", BASE) is None
