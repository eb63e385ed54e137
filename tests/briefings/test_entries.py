from __future__ import annotations

import datetime as dt

import pytest

from briefings.entries import document, outlet_name

NOW = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
ROW = {
    "guid": "1", "url": "/1", "title": "A title", "summary": "", "content": "", "authors": [], "topics": [],
    "language": "", "published": None, "updated": None,
}  # fmt: skip


def entries(*rows: dict) -> list:
    parsed = {"title": "T", "site_url": "", "language": "en_GB", "ttl_min": None, "fault": ""}
    return document(parsed | {"entries": [ROW | row for row in rows]}, "https://e.example/feed", NOW).entries


def test_one_guid_for_different_links_is_teased_apart_the_same_way_each_time():
    rows = [{"url": f"/{n}", "title": f"Story {n}"} for n in range(10)]
    guids = [e.guid for e in entries(*rows)]
    assert len(set(guids)) == 10
    assert guids == [e.guid for e in entries(*rows)]


def test_one_guid_and_one_link_for_different_titles_is_teased_apart_where_the_link_is_the_front_page():
    kept = entries({"url": "https://e.example/", "title": "Wall"}, {"url": "https://e.example/", "title": "Rates"})
    assert len({e.guid for e in kept}) == 2 and {e.canonical_url for e in kept} == {""}


def test_a_page_with_two_titles_under_one_guid_is_one_article():
    assert [e.title for e in entries({"title": "Wall"}, {"title": "The wall, again"})] == ["Wall"]


def test_a_true_repeat_is_dropped():
    assert len(entries({}, {})) == 1


def test_an_entry_without_a_guid_gets_a_stable_one():
    (first,), (again,) = entries({"guid": ""}), entries({"guid": "", "url": "https://www.e.example/1?utm_source=x"})
    assert first.guid == again.guid != ""


def test_a_guid_that_is_a_link_serves_as_the_link():
    assert entries({"guid": "https://e.example/9", "url": ""})[0].url == "https://e.example/9"


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        (NOW.timestamp() + 9999, None, NOW),
        (NOW.timestamp() - 60, NOW.timestamp(), NOW - dt.timedelta(seconds=60)),
        (None, NOW.timestamp() - 60, NOW - dt.timedelta(seconds=60)),
        (0, None, None),
        (10**15, None, None),
        (None, None, None),
    ],
    ids=["future is now", "published first", "updated else", "1970 is no date", "beyond the calendar", "undated"],
)
def test_dates_are_aware_and_never_later_than_now(published, updated, expected):
    row = {"published": published and int(published), "updated": updated and int(updated)}
    assert entries(row)[0].published_at == expected


def test_titles_are_plain_and_entries_without_one_are_dropped():
    kept = entries(
        {"title": "<b>Wall</b> &amp; water"}, {"guid": "2", "url": "/2", "title": "<img src=x onerror=alert(1)>"}
    )
    assert [e.title for e in kept] == ["Wall & water"]


def test_a_feed_none_of_whose_titles_can_be_read_says_so():
    parsed = {
        "title": "",
        "site_url": "",
        "language": "",
        "ttl_min": None,
        "fault": "",
        "entries": [ROW | {"title": "<i></i>"}],
    }
    assert "title" in document(parsed, "https://e.example/feed", NOW).fault


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("TheNation", "The Nation"),
        ("APNews", "AP News"),
        ("BusinessInsider", "Business Insider"),
        ("CNBC", "CNBC"),
        ("TechCrunch", "TechCrunch"),
        ("TheGlobeAndMail", "The Globe and Mail"),
        ("BBC News - RSS", "BBC News"),
        ("The Guardian - Latest news", "The Guardian"),
        ("<script>x</script>", "e.example"),
        ("", "e.example"),
    ],
)
def test_an_outlet_is_named_from_its_feeds_title(title, name):
    assert outlet_name(title, "https://www.e.example/feed.xml") == name
