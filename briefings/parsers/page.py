"""A news page's HTML to its full text, language, authors and time. Runs as a child process of its own: see child.py."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

_HIDDEN_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|%)?\s*(?:;|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|(?:left|top|text-indent)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_DROPPED = ("script", "style", "noscript", "template", "svg", "iframe", "form", "button", "figcaption", "dialog")
# Read in this order: what a publisher wrote for machines is exact, and carries the hour.
_META_TIMES = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued",
    "parsely-pub-date", "sailthru.date", "pubdate", "publish-date",
)  # fmt: skip


def parse(question: dict[str, Any], body: bytes) -> dict[str, Any]:
    """{"text", "language", "authors", "published" (ISO 8601 or ""), "is_paywalled"}; the text has a paragraph a
    line."""
    import lxml.html
    import trafilatura
    from trafilatura.utils import decode_file

    tree = lxml.html.document_fromstring(_declared(body, question.get("charset", "")) or decode_file(body))
    linked = _linked_data(tree)
    found = {
        "language": (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:20],
        "authors": _authors(tree, linked),
        "published": _published(tree, linked),
        "is_paywalled": any(str(row.get("isAccessibleForFree")).lower() == "false" for row in linked),
    }
    _drop_hidden(tree)
    extracted: Any = trafilatura.bare_extraction(
        tree,
        url=question.get("url"),
        favor_precision=bool(question.get("precise", False)),
        include_comments=False,
        include_tables=False,
        with_metadata=False,
    )
    text = (extracted.text if extracted is not None else "") or ""
    return found | {"text": text[:200_000]}


def _declared(body: bytes, charset: str) -> str:
    """The page in the encoding that its server names, if that holds; an XML declaration would be refused in text."""
    try:
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", body.decode(charset))
    except (LookupError, ValueError):
        return ""


def _drop_hidden(tree: Any) -> None:
    """Take out what a reader of the page doesn't see: it is where text for machines alone is planted."""
    from lxml import etree

    for node in list(tree.iter(etree.Comment, etree.ProcessingInstruction)):
        _drop(node)
    for node in list(tree.iter(*_DROPPED)):
        _drop(node)
    for node in list(tree.iterfind(".//*[@hidden]")) + list(tree.iterfind(".//*[@style]")):
        if node.get("hidden") is not None or _HIDDEN_STYLE.search(node.get("style") or ""):
            _drop(node)


def _drop(node: Any) -> None:
    """Remove an element, and keep the text that follows it."""
    parent = node.getparent()
    if parent is None or node.tag in ("html", "body"):
        return
    if node.tail:
        before = node.getprevious()
        if before is None:
            parent.text = (parent.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
    parent.remove(node)


def _linked_data(tree: Any) -> list[dict[str, Any]]:
    """The rows of the page's JSON-LD that describe an article."""
    rows: list[dict[str, Any]] = []
    for script in tree.xpath('//script[@type="application/ld+json"]')[:20]:
        try:
            rows += _rows(json.loads(script.text or "", strict=False))
        except (ValueError, RecursionError):
            continue
    return [row for row in rows if re.search(r"Article|Posting|Report", str(row.get("@type")))]


def _rows(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    if depth > 4:
        return []
    if isinstance(value, list):
        return [row for part in value[:50] for row in _rows(part, depth + 1)]
    if isinstance(value, dict):
        return [value, *_rows(value.get("@graph") or [], depth + 1)]
    return []


def _authors(tree: Any, linked: list[dict[str, Any]]) -> list[str]:
    for row in linked:
        people = row.get("author") or []
        names = [
            p.get("name") if isinstance(p, dict) else p for p in (people if isinstance(people, list) else [people])
        ]
        if found := [name[:200] for name in names if isinstance(name, str) and name and not name.startswith("http")]:
            return found[:20]
    names = tree.xpath('//meta[@name="author"]/@content')
    return [name[:200] for name in names[:5] if not name.startswith("http")]


def _published(tree: Any, linked: list[dict[str, Any]]) -> str:
    candidates = [str(row.get("datePublished") or "") for row in linked]
    for meta in tree.xpath("//meta[@content]"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name in _META_TIMES:
            candidates.append(meta.get("content"))
    candidates += tree.xpath("//article//time/@datetime")[:1]
    return next((moment for value in candidates if (moment := _iso(value))), "")


def _iso(value: str) -> str:
    """ISO 8601 with a zone and an hour, or "". A bare date says too little to tell fresh from stale."""
    if not re.match(r"\d{4}-\d\d-\d\dT\d", value := value.strip()):
        return ""
    value = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", value)
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).isoformat()


if __name__ == "__main__":
    import sys
    from pathlib import Path

    # Not through the package, whose import would load the whole web application into the child.
    sys.path.insert(0, str(Path(__file__).parent))
    from child import serve

    serve(parse, memory_bytes=1 << 30, cpu_s=10)
