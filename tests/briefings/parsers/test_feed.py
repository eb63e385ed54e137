from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import briefings.parsers
from briefings.parsers import FEED, Child, ChildDied
from tests.fake_outlet import rss

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Meridian</title>
<link rel="alternate" href="https://meridian.example/"/><id>urn:m</id><updated>2025-03-01T10:00:00Z</updated>
<entry><title>Rates held</title><id>urn:1</id><link href="https://meridian.example/1"/>
<published>2025-03-01T09:00:00+01:00</published><updated>2025-03-01T10:00:00Z</updated><summary>Held at 4%.</summary>
<author><name>Jo Field</name></author><category term="Economy"/></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://l.example/"><title>Lantern</title>
<link>https://l.example/</link></channel><item rdf:about="https://l.example/1"><title>Owls return</title>
<link>https://l.example/1</link><dc:date>2025-03-01T08:00:00Z</dc:date></item></rdf:RDF>"""
RSS_091 = """<?xml version="1.0"?><rss version="0.91"><channel><title>Old</title><link>https://old.example/</link>
<item><title>Still here</title><link>https://old.example/1</link></item></channel></rss>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Fenwick",
        "home_page_url": "https://fenwick.example/",
        "language": "en",
        "items": [
            {
                "id": 7,
                "url": "https://fenwick.example/7",
                "title": "Beavers are back",
                "content_html": "<p>They are.</p>",
                "date_published": "2025-03-01T08:00:00Z",
                "authors": [{"name": "Ida Moss"}],
                "tags": ["Nature"],
            },
            "no item",
        ],
    }
)


def parse(body: str | bytes, kind: str = "application/xml") -> dict:
    return FEED.ask({"headers": {"content-type": kind}}, body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(
    ("body", "title", "url"),
    [
        (rss([{"title": "Wall rebuilt", "link": "https://e.example/1"}]), "Wall rebuilt", "https://e.example/1"),
        (ATOM, "Rates held", "https://meridian.example/1"),
        (RDF, "Owls return", "https://l.example/1"),
        (RSS_091, "Still here", "https://old.example/1"),
        (JSON_FEED, "Beavers are back", "https://fenwick.example/7"),
    ],
    ids=["rss 2.0", "atom", "rss 1.0", "rss 0.91", "json feed"],
)
def test_each_format_gives_its_entries(body, title, url):
    parsed = parse(body)
    assert [(e["title"], e["url"]) for e in parsed["entries"]] == [(title, url)]
    assert parsed["fault"] == ""


def test_dates_come_in_unix_seconds():
    assert parse(ATOM)["entries"][0]["published"] == 1740816000
    assert parse(JSON_FEED)["entries"][0]["published"] == 1740816000


def test_a_json_feeds_numeric_id_authors_and_tags_are_read():
    entry = parse(JSON_FEED)["entries"][0]
    assert (entry["guid"], entry["authors"], entry["topics"]) == ("7", ["Ida Moss"], ["Nature"])


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<!DOCTYPE html><html><body>Please enable JavaScript</body></html>", "a web page"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss version="2.0"><channel><title>&a;</title></channel></rss>', "entities"),
        ("just some words", "neither RSS nor Atom"),
        ('{"items": []}', "no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", ', "JSON is broken"),
    ],
)
def test_what_is_no_feed_is_named(body, fault):
    parsed = parse(body)
    assert fault in parsed["fault"]
    assert parsed["entries"] == []


def test_a_web_page_names_the_feed_that_it_links_to():
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>'
    assert "/rss.xml" in parse(page)["fault"]


def test_a_feed_that_breaks_off_gives_what_is_whole_and_its_fault():
    whole = rss([{"title": f"Story {n}", "link": f"https://e.example/{n}"} for n in range(10)])
    parsed = parse(whole[: len(whole) // 2])
    assert 2 <= len(parsed["entries"]) < 10
    assert "broken at line" in parsed["fault"]


def test_a_wrong_encoding_is_a_fault():
    body = rss([{"title": "Café", "link": "https://e.example/1"}]).encode("latin-1")
    assert "utf-8, and is not" in parse(body, "application/xml; charset=utf-8")["fault"]


def test_text_xml_without_a_charset_is_no_fault():
    assert parse(rss([{"title": "Café", "link": "https://e.example/1"}]), "text/xml")["fault"] == ""


def test_entries_and_fields_are_capped():
    items = [{"title": "x" * 3000, "link": f"https://e.example/{n}"} for n in range(600)]
    entries = parse(rss(items))["entries"]
    assert len(entries) == 500
    assert max(len(e["title"]) for e in entries) == 1000


def test_a_feed_built_to_be_slow_is_given_up_and_the_next_one_read():
    attributes = " ".join(f'a{n}="x"' for n in range(100_000))
    child = Child(Path(briefings.parsers.__file__).with_name("feed.py"), wall_s=1.5)
    started = time.monotonic()
    with pytest.raises(ChildDied):
        child.ask({}, f'<rss version="2.0"><channel><item {attributes}/></channel></rss>'.encode())
    assert time.monotonic() - started < 6
    assert child.ask({}, ATOM.encode())["title"] == "Meridian"
    child.close()
