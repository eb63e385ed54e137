"""Bytes of an RSS, Atom or JSON feed to plain rows. Runs as a child process of its own: see child.py.

What comes out is capped and still as the outlet wrote it: cleaning is the reader's of these rows.
"""

from __future__ import annotations

import calendar
import io
import json
import re
from typing import Any

MAX_ENTRIES = 500
MAX_TITLE = 1_000
MAX_SUMMARY = 20_000
MAX_CONTENT = 100_000
MAX_TOTAL = 20_000_000
MAX_LIST = 64
_DOCTYPE_ENTITY = re.compile(rb"<!ENTITY\s", re.IGNORECASE)


def parse(question: dict[str, Any], body: bytes) -> dict[str, Any]:
    """{"title", "site_url", "language", "ttl_min", "entries": [...], "fault"}; `fault`: what is wrong with the
    document.

    An entry: guid, url, title, summary, content, authors, topics, language, published and updated in Unix seconds or
    None.
    """
    start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"{":
        return _json_feed(body)
    if re.match(rb"<!doctype html|<html", start, re.IGNORECASE):
        return _nothing("a web page came, not a feed" + _hint(body))
    if _DOCTYPE_ENTITY.search(body[:100_000].replace(b"\0", b"")):
        return _nothing("it defines XML entities of its own, which can blow up without end, and is refused")
    return _xml_feed(body, question.get("headers") or {})


def _nothing(fault: str) -> dict[str, Any]:
    return {"title": "", "site_url": "", "language": "", "ttl_min": None, "entries": [], "fault": fault}


def _hint(page: bytes) -> str:
    """The address of the feed that a web page names, to be shown to the editor."""
    for tag in re.findall(rb"<link\b[^>]{0,1000}>", page[:200_000], re.IGNORECASE):
        if re.search(rb"application/(rss|atom)\+xml", tag, re.IGNORECASE):
            href = re.search(rb"href=[\"']?([^\"' >]{1,500})", tag)
            if href:
                return f"; it names {href.group(1).decode('utf-8', 'replace')} as its feed"
    return ""


def _xml_feed(body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    import feedparser

    # Sanitizing and resolving inside HTML are the parser's slow paths, and are not needed: all HTML is taken out later.
    parsed = feedparser.parse(
        io.BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )
    feed, budget, entries = parsed.feed, MAX_TOTAL, []
    for row in parsed.entries[:MAX_ENTRIES]:
        entry = _entry(row)
        budget -= sum(len(str(value)) for value in entry.values())
        if budget < 0:
            break
        entries.append(entry)
    if not parsed.version and not entries:
        return _nothing("it is neither RSS nor Atom nor JSON Feed")
    return {
        "title": _text(feed.get("title"), MAX_TITLE),
        "site_url": _text(feed.get("link"), 2000),
        "language": _text(feed.get("language"), 20),
        "ttl_min": _ttl(feed.get("ttl")),
        "entries": entries,
        "fault": _fault(parsed),
    }


def _fault(parsed: Any) -> str:
    """What the parser had to forgive, in words."""
    if not parsed.get("bozo"):
        return ""
    error = parsed.get("bozo_exception")
    name = type(error).__name__
    if name == "CharacterEncodingOverride":
        declared = re.search(r"declared as ([\w-]+)", str(error))
        if declared and declared.group(1).lower() in ("us-ascii", "utf-8", "utf8") and parsed.encoding == "utf-8":
            return ""  # text/xml without a charset formally means ASCII; that it is UTF-8 hurts nobody
        was = declared.group(1) if declared else "another encoding"
        return f"it says that it is in {was}, and is not; it was read as {parsed.encoding}, so accents may be wrong"
    if name == "NonXMLContentType":
        return ""
    if hasattr(error, "getLineNumber"):
        return f"its XML is broken at line {error.getLineNumber()} ({error.getMessage()})"
    return f"it is not well formed ({name})"


def _entry(row: Any) -> dict[str, Any]:
    contents = row.get("content") or []
    return {
        "guid": _text(row.get("id"), 2000),
        "url": _text(row.get("link") or _first_link(row), 2000),
        "title": _text(row.get("title"), MAX_TITLE),
        "summary": _text(row.get("summary"), MAX_SUMMARY),
        "content": max((_text(part.get("value"), MAX_CONTENT) for part in contents), key=len, default=""),
        "authors": [_text(a.get("name"), 200) for a in (row.get("authors") or [])[:MAX_LIST] if a.get("name")],
        "topics": [_text(t.get("term"), 200) for t in (row.get("tags") or [])[:MAX_LIST] if t.get("term")],
        "language": _text(row.get("language"), 20),
        "published": _seconds(row.get("published_parsed") or row.get("created_parsed")),
        "updated": _seconds(row.get("updated_parsed")),
    }


def _first_link(row: Any) -> str:
    links = [link for link in (row.get("links") or [])[:MAX_LIST] if link.get("rel") in (None, "alternate")]
    return links[0].get("href", "") if links else ""


def _json_feed(body: bytes) -> dict[str, Any]:
    try:
        feed = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return _nothing(f"its JSON is broken ({error})")
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return _nothing("it is JSON, but no JSON Feed")
    items = feed.get("items")
    rows = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {
        "title": _text(feed.get("title"), MAX_TITLE),
        "site_url": _text(feed.get("home_page_url"), 2000),
        "language": _text(feed.get("language"), 20),
        "ttl_min": None,
        "entries": [_json_entry(row) for row in rows[:MAX_ENTRIES]],
        "fault": "",
    }


def _json_entry(row: dict[str, Any]) -> dict[str, Any]:
    authors = row.get("authors") or [row.get("author")]
    tags = row.get("tags")
    return {
        "guid": _text(row.get("id"), 2000),
        "url": _text(row.get("url") or row.get("external_url"), 2000),
        "title": _text(row.get("title"), MAX_TITLE),
        "summary": _text(row.get("summary"), MAX_SUMMARY),
        "content": _text(row.get("content_html") or row.get("content_text"), MAX_CONTENT),
        "authors": [_text(a.get("name"), 200) for a in authors if isinstance(a, dict) and a.get("name")][:MAX_LIST]
        if isinstance(authors, list)
        else [],
        "topics": [_text(tag, 200) for tag in tags[:MAX_LIST]] if isinstance(tags, list) else [],
        "language": _text(row.get("language"), 20),
        "published": _iso_seconds(row.get("date_published")),
        "updated": _iso_seconds(row.get("date_modified")),
    }


def _text(value: Any, limit: int) -> str:
    return str(value)[:limit] if isinstance(value, (str, int, float)) else ""


def _ttl(value: Any) -> int | None:
    text = _text(value, 10)
    return int(text) if text.isdigit() else None


def _seconds(value: Any) -> int | None:
    try:
        return calendar.timegm(value) if value else None
    except (ValueError, TypeError, OverflowError):
        return None


def _iso_seconds(value: Any) -> int | None:
    import datetime as dt

    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp())


if __name__ == "__main__":
    import sys
    from pathlib import Path

    # Not through the package, whose import would load the whole web application into the child.
    sys.path.insert(0, str(Path(__file__).parent))
    from child import serve

    serve(parse, memory_bytes=512 << 20, cpu_s=5)
