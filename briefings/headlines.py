"""Headlines made short enough for an episode's title."""

from __future__ import annotations

import re

_OUTLET = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
_BREAKS = (
    r";\s",
    r"\s[—–]\s",
    r",\s(?=(?:killing|leaving|after|as|amid|with|says|said|including|while|but|and)\b)",
    r"\.\s",
)
SHORT = 60


def shorten(title: str, limit: int = SHORT) -> str:
    """A headline without its outlet, ended at its first break if it is long, else at a word."""
    title = " ".join(title.split()).rstrip(".")
    if len(title) > limit:
        title = _OUTLET.sub("", title)
    for pattern in _BREAKS:
        if len(title) <= limit:
            return title
        head = re.split(pattern, title, maxsplit=1)[0]
        title = head if len(head.split()) >= 4 else title
    if len(title) <= limit:
        return title
    head = title.rpartition(", ")[0]
    if len(head.split()) >= 5 and len(head) <= limit:
        return head
    return title[:limit].rsplit(" ", 1)[0].rstrip(",:;") + "…"


def of_edition(titles: list[str]) -> str:
    """The episode's title: its lead story, and a second one if both fit."""
    short = [shorten(title) for title in titles[:2]]
    both = "; ".join(short)
    return both if len(short) == 2 and len(both) <= 110 else short[0] if short else ""
