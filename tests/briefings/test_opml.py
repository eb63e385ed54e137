from __future__ import annotations

import pytest

from briefings import opml
from briefings.errors import FeedMalformed
from briefings.models import Feed

NESTED = b"""<?xml version="1.0"?><opml version="1.0"><head><title>Mine</title></head><body>
<outline text="World"><outline text="Wires"><outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed"/></outline>
<outline type="rss" title="C" xmlUrl="https://c.example/feed"/></outline>
<outline text="Again" xmlURL="https://a.example/feed"/><outline text="Empty" xmlUrl=""/></body></opml>"""


def test_nested_outlines_give_each_feed_once_in_order():
    assert opml.parse(NESTED) == [
        opml.Subscription("https://a.example/feed", "A & B"),
        opml.Subscription("https://c.example/feed", "C"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html/>",
        b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline text="&a;" xmlUrl="https://a.example/"/></body></opml>',
        b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml version="2.0"><body/></opml>',
    ],
)
def test_what_is_no_opml_or_declares_a_document_type_is_refused(data):
    with pytest.raises(FeedMalformed):
        opml.parse(data)


def test_what_was_exported_can_be_imported():
    feeds = [
        Feed(url='https://a.example/feed?a=1&b="2"', outlet='The "Post" & Co', site_url="https://a.example/"),
        Feed(url="https://c.example/feed"),
    ]
    found = opml.parse(opml.build(feeds).encode())
    assert [(s.url, s.title) for s in found] == [(f.url, f.name) for f in feeds]
