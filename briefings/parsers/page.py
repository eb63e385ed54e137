"""A news page's HTML to its full text, language, authors and time. Runs as a child process of its own: see child.py."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

_HIDDEN_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|font-size\s*:\s*(?:0(?:\.0\d*)?\w*%?|1(?:px|pt|%))\s*(?:!important)?\s*(?:;|$)"
    r"|opacity\s*:\s*(?:0(?:\.0\d*)?|\.0\d*)\s*(?:!important)?\s*(?:;|$)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|(?:right|margin-left|margin-top)\s*:\s*-\d{4,}"
    r"|(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:!important)?\s*(?:;|$)|clip(?:-path)?\s*:\s*(?:rect\(\s*[01]"
    r"|inset\(\s*(?:50|100)%)|transform\s*:\s*(?:scale\(\s*0\s*\)|translate\w*\(\s*-\d{3,})"
    r"|color\s*:\s*transparent)",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|;)\s*(background(?:-color)?|color)\s*:\s*([^;]+)", re.IGNORECASE)
_WHITE = re.compile(
    r"^\s*(?:#f{3,4}|#f{6}(?:ff)?|white|snow|rgba?\(\s*255\s*,\s*255\s*,\s*255\b.*|hsl\(\s*\d+\s*,\s*\d+%\s*,\s*100%.*)"
    r"\s*(?:!important)?\s*$",
    re.IGNORECASE,
)
# Class names that by custom keep words from the eye.
_HIDDEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only is-hidden d-none u-hidden".split()
)
MOST_HIDDEN = 5_000
_DROPPED = ("script", "style", "noscript", "template", "svg", "iframe", "form", "button", "figcaption", "dialog")
# Read in this order: what a publisher wrote for machines is exact, and carries the hour.
_META_TIMES = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued",
    "parsely-pub-date", "sailthru.date", "pubdate", "publish-date",
)  # fmt: skip


def parse(question: dict[str, Any], body: bytes) -> dict[str, Any]:
    """{"text", "hidden", "language", "authors", "published" (ISO 8601 or ""), "is_paywalled"}; the text has a
    paragraph a line, `hidden` is the beginning of what the page keeps from its readers."""
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
    hidden = drop_hidden(tree)
    extracted: Any = trafilatura.bare_extraction(
        tree,
        url=question.get("url"),
        favor_precision=bool(question.get("precise", False)),
        include_comments=False,
        include_tables=False,
        with_metadata=False,
    )
    text = (extracted.text if extracted is not None else "") or ""
    return found | {"text": text[:200_000], "hidden": hidden[:MOST_HIDDEN]}


def _declared(body: bytes, charset: str) -> str:
    """The page in the encoding that its server names, if that holds; an XML declaration would be refused in text."""
    try:
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", body.decode(charset))
    except (LookupError, ValueError):
        return ""


def drop_hidden(tree: Any) -> str:
    """Take out what a reader of the page doesn't see: it is where text for machines alone is planted. Returns it."""
    from lxml import etree

    hidden = []
    for node in list(tree.iter(etree.Comment, etree.ProcessingInstruction)):
        hidden.append(node.text or "")
        _drop(node)
    for node in list(tree.iter(*_DROPPED)):
        if node.tag in ("noscript", "template"):
            hidden.append(" ".join(node.itertext()))
        _drop(node)
    for node in list(tree.iterfind(".//*[@alt]")):
        hidden.append(node.attrib.pop("alt"))
    for node in [node for node in tree.iterdescendants() if _is_hidden(node)]:
        hidden.append(" ".join(node.itertext()))
        _drop(node)
    return "\n".join(text for part in hidden if (text := " ".join(part.split())))


def _is_hidden(node: Any) -> bool:
    if node.get("hidden") is not None or (node.get("aria-hidden") or "").strip().lower() == "true":
        return True
    if _HIDDEN_CLASSES & set((node.get("class") or "").lower().split()):
        return True
    style = node.get("style") or ""
    return bool(_HIDDEN_STYLE.search(style)) or _is_unseen_colour(style)


def _is_unseen_colour(style: str) -> bool:
    """Whether letters have the colour of what is behind them, or are white where no ground is given."""
    colours = {name.lower().removesuffix("-color"): value.strip() for name, value in _COLOUR.findall(style)}
    ink, ground = colours.get("color", ""), colours.get("background", "white")
    return bool(ink) and (ink.lower() == ground.lower() or bool(_WHITE.match(ink) and _WHITE.match(ground)))


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
