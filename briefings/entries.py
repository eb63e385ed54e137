"""Rows of a parsed feed made fit to be stored: cleaned, dated, and each with an identity of its own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from briefings.links import absolute, canonical
from briefings.plain_text import from_html, one_line

_SUFFIX = re.compile(
    r"\s*(?:[-–—|:»]\s*(?:rss|feed|rss feed|atom|all (?:news|stories|articles|posts)|latest (?:news|articles"
    r"|stories|posts)|"
    r"top (?:news|stories)|news feed|home ?page|home|full feed|articles)|\(?rss(?: feed)?\)?|\bfeed)\s*$",
    re.IGNORECASE,
)
_EARLIEST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item, ready to be stored. `published_at` is None where the feed gives no date, or an impossible one."""

    guid: str
    url: str
    canonical_url: str
    title: str
    summary: str
    content: str
    authors: list[str]
    topics: list[str]
    language: str
    published_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it was read just now; `fault` says in words what is wrong with it."""

    title: str
    site_url: str
    language: str
    ttl_min: int | None
    entries: list[Entry] = field(default_factory=list)
    fault: str = ""


def document(parsed: dict[str, Any], base: str, moment: dt.datetime) -> Document:
    """The parser's answer, cleaned. `base` is the address of the feed; no entry is later than `moment`."""
    entries = [_entry(row, base, moment) for row in parsed["entries"]]
    usable = [entry for entry in entries if entry.title and (entry.url or entry.content)]
    fault = parsed["fault"]
    if entries and not usable and not fault:
        fault = f"none of its {len(entries)} items has a title that can be read and a link"
    return Document(
        title=one_line(parsed["title"], 500),
        site_url=absolute(parsed["site_url"], base) if parsed["site_url"] else "",
        language=_language(parsed["language"]),
        ttl_min=parsed["ttl_min"],
        entries=tease_apart(usable),
        fault=fault,
    )


def _entry(row: dict[str, Any], base: str, moment: dt.datetime) -> Entry:
    guid = " ".join(row["guid"].split())
    url = (absolute(row["url"], base) if row["url"] else "") or absolute(guid, "")
    title = one_line(row["title"], 1000)
    return Entry(
        guid=(guid if len(guid) <= 900 else _hash(guid)) or _hash(canonical(url), title, str(row["published"])),
        url=url,
        canonical_url=canonical(url) if _is_page(url) else "",
        title=title,
        summary=from_html(row["summary"])[:5000],
        content=from_html(row["content"]),
        authors=_unique(one_line(name, 200) for name in row["authors"]),
        topics=_unique(one_line(term, 100) for term in row["topics"]),
        language=_language(row["language"]),
        published_at=_moment(row["published"], row["updated"], moment),
    )


def tease_apart(entries: list[Entry]) -> list[Entry]:
    """Entries that share a guid and are not one page get a guid each; true repeats are dropped, the first one stays."""
    pages: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        pages[entry.guid].add(_page(entry))
    kept: dict[str, Entry] = {}
    for entry in entries:
        found = entry if len(pages[entry.guid]) == 1 else teased(entry)
        kept.setdefault(found.guid, found)
    return list(kept.values())


def teased(entry: Entry) -> Entry:
    """The entry under a guid of its own, the same at each fetch, where its feed gives that guid to other pages too."""
    return dataclasses.replace(entry, guid=f"{entry.guid[:900]}#{_hash(_page(entry))[:16]}")


def _page(entry: Entry) -> str:
    """What tells pages apart: the link, or the title where the feed links to no page of its own."""
    return entry.canonical_url or entry.title


def _is_page(url: str) -> bool:
    """Whether an address can be that of one article: the outlet's front page is none's."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _moment(published: int | None, updated: int | None, moment: dt.datetime) -> dt.datetime | None:
    for seconds in (published, updated):
        if seconds is not None:
            try:
                found = dt.datetime.fromtimestamp(seconds, dt.UTC)
            except (ValueError, OverflowError, OSError):
                continue
            if found >= _EARLIEST:
                return min(found, moment)
    return None


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))[:20]


def _language(value: str) -> str:
    """A language tag in lower case, or "" for what is none."""
    value = value.strip().lower().replace("_", "-")
    return value if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,2}", value) else ""


def outlet_name(title: str, url: str) -> str:
    """How an outlet is named on air, from its feed's title: "APNews - RSS" is the AP News."""
    name = one_line(title, 200)
    while (shorter := _SUFFIX.sub("", name)) != name and shorter:
        name = shorter
    if " " not in name:
        name = split_camel(name)
    return name or re.sub(r"^www\.", "", re.sub(r"^https?://([^/:]+).*$", r"\1", url))


def split_camel(name: str) -> str:
    """ "TheNation" -> "The Nation", "APNews" -> "AP News"; "CNBC" and "TechCrunch" stay, as does a name in capitals."""
    if name in _ONE_WORD:
        return name
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    return " ".join(word.lower() if i and word in _SMALL else word for i, word in enumerate(words))


_SMALL = frozenset({"And", "Of", "The", "For", "In", "On"})


# Written in one word by the outlets themselves.
_ONE_WORD_NAMES = """TechCrunch YouTube BuzzFeed BuzzFeedNews HuffPost MarketWatch ProPublica FiveThirtyEight PolitiFact
    GitHub LinkedIn VentureBeat TechRadar GamesRadar PinkNews NewsNation EuroNews EurekAlert MacRumors BleepingComputer
    AllAfrica CoinDesk SciTechDaily OpenAI WordPress PubMed iNews eLife"""
_ONE_WORD = frozenset(_ONE_WORD_NAMES.split())
