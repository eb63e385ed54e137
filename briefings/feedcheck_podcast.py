"""The checks of the podcast namespace's tags.

Source: https://github.com/Podcastindex-org/podcast-namespace, docs/tags.
"""

from __future__ import annotations

import re
import uuid
from typing import Any, Protocol
from urllib.parse import urlsplit

PODCAST = "{https://podcastindex.org/namespace/1.0}"
MEDIUMS = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed")
TRANSCRIPTS = ("text/plain", "text/html", "text/vtt", "application/json", "application/x-subrip", "application/srt")
CHAPTERS = ("application/json+chapters", "application/json")
LONGEST_PERSON, LONGEST_TEXT = 128, 4000
_RULE = re.compile(r"FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)(;[A-Z]+=[A-Z0-9,+-]+)*")


class Remarks(Protocol):
    def error(self, code: str, message: str, at: Any = None) -> None: ...

    def warn(self, code: str, message: str, at: Any = None) -> None: ...


def check(report: Remarks, channel: Any, items: list[Any]) -> None:
    """Look at every tag of the namespace in the channel and its items."""
    _check_channel(report, channel)
    for parent in (channel, *items):
        _check_people_and_texts(report, parent)
    for item in items:
        _check_files(report, item)


def _check_channel(report: Remarks, channel: Any) -> None:
    guid = channel.find(f"{PODCAST}guid")
    if guid is None:
        report.warn("podcast:no-guid", "There is no podcast:guid.", channel)
    elif not _is_uuid((guid.text or "").strip()):
        report.error("podcast:guid", f"podcast:guid is {guid.text!r}, which is no UUID.", guid)
    locked = channel.find(f"{PODCAST}locked")
    if locked is not None and (locked.text or "").strip() not in ("yes", "no"):
        report.error("podcast:locked", f"podcast:locked is {locked.text!r}; it must be yes or no.", locked)
    medium = channel.find(f"{PODCAST}medium")
    if medium is not None and (medium.text or "").strip().removesuffix("L") not in MEDIUMS:
        report.error("podcast:medium", f"podcast:medium is {medium.text!r}.", medium)
    frequency = channel.find(f"{PODCAST}updateFrequency")
    if frequency is not None and not _RULE.fullmatch(frequency.get("rrule", "FREQ=DAILY")):
        report.error("podcast:updateFrequency", f"{frequency.get('rrule')!r} is no recurrence rule.", frequency)


def _check_people_and_texts(report: Remarks, parent: Any) -> None:
    for person in parent.findall(f"{PODCAST}person"):
        if not 0 < len((person.text or "").strip()) <= LONGEST_PERSON:
            report.error("podcast:person", "podcast:person needs a name of up to 128 characters.", person)
    for text in parent.findall(f"{PODCAST}txt"):
        value = (text.text or "").strip()
        if len(value) > LONGEST_TEXT:
            report.error("podcast:txt", "podcast:txt is longer than 4000 characters.", text)
        if text.get("purpose") == "ai-content" and value not in ("true", "false"):
            report.error("podcast:txt", f"The ai-content text is {value!r}; it must be true or false.", text)


def _check_files(report: Remarks, item: Any) -> None:
    for transcript in item.findall(f"{PODCAST}transcript"):
        if transcript.get("type") not in TRANSCRIPTS:
            report.error("podcast:transcript", f"A transcript's type is {transcript.get('type')!r}.", transcript)
        _check_address(report, transcript, "transcript")
    for chapters in item.findall(f"{PODCAST}chapters"):
        if chapters.get("type") not in CHAPTERS:
            report.error("podcast:chapters", f"The chapters' type is {chapters.get('type')!r}.", chapters)
        _check_address(report, chapters, "chapters")


def _check_address(report: Remarks, element: Any, tag: str) -> None:
    parts = urlsplit(element.get("url", ""))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        report.error(f"podcast:{tag}", f"podcast:{tag} has no full address.", element)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
