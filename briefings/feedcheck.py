"""Checks a podcast feed as directories and players would: what is wrong (errors), and what could be better (warnings).

Sources: Apple's required tags, the RSS 2.0 specification, the podcast namespace, and what players trip over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from briefings import feedcheck_podcast
from briefings.itunes_categories import CATEGORIES

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
LONGEST_DESCRIPTION_BYTES = 4000
LONGEST_VALUE_CHARS = 255
FUTURE = dt.timedelta(days=1)
AUDIO_TYPES = {
    "audio/mpeg": ("mp3",),
    "audio/x-m4a": ("m4a",),
    "audio/mp4": ("m4a", "mp4"),
    "video/mp4": ("mp4",),
    "video/x-m4v": ("m4v",),
    "video/quicktime": ("mov",),
}
PICTURES = ("png", "jpg", "jpeg")
_DATE = re.compile(r"(?:(\w{3}), )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|GMT|UT|[A-Z]{3})")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_MARKUP_ADDRESS = re.compile(r"""\b(?:href|src)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_ACTIVE_MARKUP = re.compile(r"<\s*(?:script|style|iframe|object|embed|form)\b|\bon\w+\s*=|javascript:", re.IGNORECASE)


@dataclass(slots=True)
class Report:
    """What was found; each remark is {"code", "message"} with the "line" where it is known."""

    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def error(self, code: str, message: str, at: Any = None) -> None:
        self.errors.append(_remark(code, message, at))

    def warn(self, code: str, message: str, at: Any = None) -> None:
        self.warnings.append(_remark(code, message, at))

    def to_json(self) -> dict[str, Any]:
        return {"errors": self.errors, "warnings": self.warnings}


def _remark(code: str, message: str, at: Any) -> dict[str, Any]:
    line = getattr(at, "sourceline", at if isinstance(at, int) else None)
    return {"code": code, "message": message} | ({"line": line} if line else {})


Sizes = Callable[[str], int | None]


def check(
    document: bytes, *, address: str = "", size_of: Sizes | None = None, moment: dt.datetime | None = None
) -> Report:
    """The report on a feed's document.

    `address` is where it was fetched from, if it was; `size_of` tells an enclosure's true length in bytes, or None
    where it can't be known.
    """
    report = Report()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        report.error("xml:malformed", f"The document is not well-formed XML: {error.msg}", error.lineno)
        return report
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None:
        report.error("rss:no-channel", "The document is no RSS feed: <rss><channel> is missing.", root)
        return report
    if root.get("version") != "2.0":
        report.error("rss:version", "The version of RSS must be 2.0.", root)
    _check_channel(report, channel, address)
    items = channel.findall("item")
    if not items:
        report.warn("rss:no-items", "The feed has no episode.", channel)
    _check_unique(report, items)
    for item in items:
        _check_item(report, item, size_of, moment or dt.datetime.now(dt.UTC))
    feedcheck_podcast.check(report, channel, items)
    return report


def _text(parent: Any, tag: str) -> str:
    return (parent.findtext(tag) or "").strip()


def _check_channel(report: Report, channel: Any, address: str) -> None:
    for tag in ("title", "description", "link"):
        if not _text(channel, tag):
            report.error(f"channel:no-{tag}", f"The channel has no {tag}.", channel)
    if len(_text(channel, "description").encode()) > LONGEST_DESCRIPTION_BYTES:
        report.error("channel:long-description", "The description is longer than 4000 bytes.", channel)
    language = _text(channel, "language")
    if not _LANGUAGE.fullmatch(language):
        report.error("channel:language", f"The language is {language!r}; write it like en-us.", channel)
    _check_self_link(report, channel, address)
    _check_picture(report, channel)
    _check_category(report, channel)
    _check_explicit(report, channel, is_required=True)
    email = channel.findtext(f"{ITUNES}owner/{ITUNES}email") or ""
    if "@" not in email:
        report.warn("itunes:no-owner", "There is no itunes:owner with an itunes:email.", channel)
    if not _text(channel, f"{ITUNES}author"):
        report.warn("itunes:no-author", "There is no itunes:author.", channel)
    for tag in ("title", f"{ITUNES}author"):
        if len(_text(channel, tag)) > LONGEST_VALUE_CHARS:
            report.error("channel:long-value", f"{_name(tag)} is longer than 255 characters.", channel)
    _check_date(report, channel, "lastBuildDate", moment=None)


def _check_self_link(report: Report, channel: Any, address: str) -> None:
    links = [link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if not links:
        report.warn("atom:no-self-link", 'There is no atom:link rel="self".', channel)
    elif address and links[0].get("href") != address:
        report.warn("atom:self-link", f"The self link is {links[0].get('href')}, not {address}.", links[0])


def _check_picture(report: Report, channel: Any) -> None:
    image = channel.find(f"{ITUNES}image")
    address = image.get("href", "") if image is not None else ""
    if not _is_web_address(address):
        report.error("itunes:no-image", "There is no itunes:image with the address of a picture.", channel)
    elif _extension(address) not in PICTURES:
        report.error("itunes:image", "The picture's address must end in .png or .jpg.", image)


def _check_category(report: Report, channel: Any) -> None:
    category = channel.find(f"{ITUNES}category")
    if category is None:
        report.error("itunes:no-category", "There is no itunes:category.", channel)
        return
    name = category.get("text", "")
    if name not in CATEGORIES:
        report.error("itunes:category", f"{name!r} is no category that directories know.", category)
        return
    inner = category.find(f"{ITUNES}category")
    if inner is not None and inner.get("text", "") not in CATEGORIES[name]:
        report.error("itunes:category", f"{inner.get('text')!r} is no subcategory of {name}.", inner)


def _check_explicit(report: Report, parent: Any, *, is_required: bool) -> None:
    value = parent.findtext(f"{ITUNES}explicit")
    if value is None:
        if is_required:
            report.error("itunes:no-explicit", "There is no itunes:explicit.", parent)
    elif value.strip() not in ("true", "false"):
        report.error("itunes:explicit", f"itunes:explicit is {value!r}; it must be true or false.", parent)


def _check_unique(report: Report, items: list[Any]) -> None:
    """Players know an episode by its guid and directories by its enclosure: neither may come twice."""
    seen: set[tuple[str, str]] = set()
    for item in items:
        enclosure = item.find("enclosure")
        for kind, value in (
            ("guid", _text(item, "guid")),
            ("enclosure", "" if enclosure is None else enclosure.get("url")),
        ):
            if value and (kind, value) in seen:
                report.error(f"{kind}:twice", f"The {kind} {value} comes twice.", item)
            seen.add((kind, value or ""))


def _check_item(report: Report, item: Any, size_of: Sizes | None, moment: dt.datetime) -> None:
    if not _text(item, "title"):
        code = "item:no-title" if _text(item, "description") else "item:no-title-or-description"
        report.error(code, "An episode has no title.", item)
    if len(_text(item, "title")) > LONGEST_VALUE_CHARS:
        report.error("item:long-value", "A title is longer than 255 characters.", item)
    if not _text(item, "description") and not _text(item, f"{CONTENT}encoded"):
        report.warn("item:no-description", "An episode has no description.", item)
    _check_guid(report, item)
    if item.find("pubDate") is None:
        report.error("item:no-date", "An episode has no pubDate.", item)
    _check_date(report, item, "pubDate", moment=moment)
    _check_enclosure(report, item, size_of)
    _check_explicit(report, item, is_required=False)
    _check_numbers(report, item)
    for tag in ("description", f"{CONTENT}encoded"):
        _check_markup(report, item, item.findtext(tag) or "")


def _check_guid(report: Report, item: Any) -> None:
    guid = item.find("guid")
    value = "" if guid is None else (guid.text or "").strip()
    if not value:
        report.error("guid:missing", "An episode has no guid: players will show it again and again.", item)
    elif guid.get("isPermaLink", "true") == "true" and not _is_web_address(value):
        report.error("guid:no-address", 'A guid that is no address needs isPermaLink="false".', guid)


def _check_date(report: Report, parent: Any, tag: str, *, moment: dt.datetime | None) -> None:
    element = parent.find(tag)
    if element is None:
        return
    text = (element.text or "").strip()
    matched = _DATE.fullmatch(text)
    try:
        date = parsedate_to_datetime(text) if matched else None
    except ValueError:
        date = None
    if matched is None or date is None:
        report.error("date:format", f"{tag} is {text!r}; write it like Mon, 03 Mar 2025 06:30:00 +0000.", element)
        return
    if matched.group(1) and matched.group(1) != date.strftime("%a"):
        report.error("date:weekday", f"{tag} says {matched.group(1)}, and that day was a {date:%A}.", element)
    if moment and date.replace(tzinfo=date.tzinfo or dt.UTC) > moment + FUTURE:
        report.error("date:future", f"{tag} lies in the future: {text}. Players drop such an episode.", element)


def _check_enclosure(report: Report, item: Any, size_of: Sizes | None) -> None:
    enclosure = item.find("enclosure")
    if enclosure is None:
        report.error("enclosure:missing", "An episode has no enclosure.", item)
        return
    address, kind, length = (enclosure.get(name, "") for name in ("url", "type", "length"))
    if not _is_web_address(address):
        report.error("enclosure:address", f"The enclosure's address is {address!r}.", enclosure)
    elif not address.isascii():
        report.error("enclosure:ascii", "The enclosure's address must be written in ASCII.", enclosure)
    if kind not in AUDIO_TYPES:
        report.error("enclosure:type", f"The enclosure's type {kind!r} is none that players take.", enclosure)
    elif urlsplit(address).query:
        report.error("enclosure:query", "The enclosure's address must end in the file's extension.", enclosure)
    elif _extension(address) not in AUDIO_TYPES[kind]:
        report.error("enclosure:extension", f"The enclosure is {kind} and ends in .{_extension(address)}.", enclosure)
    if not length.isdecimal() or int(length) == 0:
        report.error("enclosure:length", f"The enclosure's length is {length!r}; it must be its bytes.", enclosure)
    elif size_of and (true := size_of(address)) is not None and true != int(length):
        report.error("enclosure:wrong-length", f"The enclosure has {true} bytes, not {length}.", enclosure)


def _check_numbers(report: Report, item: Any) -> None:
    for tag in ("episode", "season"):
        value = item.findtext(f"{ITUNES}{tag}")
        if value is not None and (not value.strip().isdecimal() or int(value) == 0):
            report.error(f"itunes:{tag}", f"itunes:{tag} is {value!r}; it must be a number from 1 on.", item)
    duration = item.findtext(f"{ITUNES}duration")
    if duration is None:
        report.warn("itunes:no-duration", "An episode has no itunes:duration.", item)
    elif not re.fullmatch(r"\d+|(\d+:)?[0-5]?\d:[0-5]\d", duration.strip()):
        report.error("itunes:duration", f"itunes:duration is {duration!r}; write seconds.", item)
    kind = item.findtext(f"{ITUNES}episodeType")
    if kind is not None and kind.strip() not in ("full", "trailer", "bonus"):
        report.error("itunes:episode-type", f"itunes:episodeType is {kind!r}.", item)


def _check_markup(report: Report, item: Any, markup: str) -> None:
    if _ACTIVE_MARKUP.search(markup):
        report.error("markup:active", "The show notes have active markup, which players strip or refuse.", item)
    for address in _addresses(markup):
        if not re.match(r"(https?|mailto):", address, re.IGNORECASE):
            report.error("markup:relative", f"The show notes link to {address!r}, which is no full address.", item)


def _addresses(markup: str) -> Iterator[str]:
    return (match.group(1) for match in _MARKUP_ADDRESS.finditer(markup))


def _is_web_address(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _extension(address: str) -> str:
    return urlsplit(address).path.rpartition(".")[2].lower()


def _name(tag: str) -> str:
    return tag.replace(ITUNES, "itunes:")
