from __future__ import annotations

import pytest

from briefings.links import absolute, canonical


@pytest.mark.parametrize(
    "url",
    [
        "https://www.e.example/news/1?utm_source=rss&id=3",
        "http://e.example/news/1/?id=3#comments",
        "https://m.e.example//news/1?fbclid=abc&id=3&at_medium=RSS",
        "https://e.example:443/news/1/amp?id=3",
    ],
)
def test_links_to_one_article_meet_in_one_form(url):
    assert canonical(url) == "https://e.example/news/1?id=3"


def test_a_query_that_names_the_article_is_kept():
    assert canonical("https://e.example/a?id=1") != canonical("https://e.example/a?id=2")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/news/1", "https://e.example/news/1"),
        ("//cdn.example/1", "https://cdn.example/1"),
        ("  https://e.example/\n1 ", "https://e.example/1"),
        ("javascript:alert(1)", ""),
        ("java\u200bscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@b.example", ""),
        ("http://[broken", ""),
        ("https://e.example:port/", ""),
    ],
)
def test_links_are_made_absolute_and_only_web_links_are_kept(link, url):
    assert absolute(link, "https://e.example/feed.xml") == url
