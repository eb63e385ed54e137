"""Subscription lists in and out: OPML 1.0 and 2.0, nested as deep as it likes, without document types or entities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from briefings.errors import FeedMalformed
from briefings.models import Feed
from briefings.plain_text import one_line, visible

MOST = 5_000


@dataclass(frozen=True, slots=True)
class Subscription:
    url: str
    title: str


def parse(document: bytes) -> list[Subscription]:
    """The feeds of an OPML document, each once, in its order. Raises FeedMalformed if it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as cause:
        raise FeedMalformed("the subscription list", f"it is no OPML: {cause}", advice=_ADVICE) from cause
    if root.getroottree().docinfo.doctype:
        raise FeedMalformed("the subscription list", "it declares a document type, which is refused", advice=_ADVICE)
    if etree.QName(root).localname.lower() != "opml":
        raise FeedMalformed("the subscription list", f"it is no OPML, but <{root.tag}>"[:200], advice=_ADVICE)
    found: dict[str, Subscription] = {}
    for node in root.iter("outline"):
        attributes = {name.lower(): value for name, value in node.attrib.items()}
        if url := attributes.get("xmlurl", "").strip():
            title = one_line(attributes.get("title") or attributes.get("text") or "", 500)
            found.setdefault(url, Subscription(url, title))
    return list(found.values())[:MOST]


_ADVICE = "Export the list from a feed reader as OPML, and import that file."


def build(feeds: Iterable[Feed]) -> str:
    """An OPML 2.0 document of these feeds."""
    rows = "\n".join(
        f'    <outline type="rss" text={_attribute(feed.name)} title={_attribute(feed.name)} '
        f"xmlUrl={_attribute(feed.url)}" + (f" htmlUrl={_attribute(feed.site_url)}" if feed.site_url else "") + "/>"
        for feed in feeds
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>Tandem feeds</title></head>\n'
        f"  <body>\n{rows}\n  </body>\n</opml>\n"
    )


def _attribute(value: str) -> str:
    return quoteattr(visible(value))
