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
SHORT = 60  # a headline over this is ended at a break, if it has one
LONGEST = 90


def shorten(title: str, limit: int = SHORT) -> str:
    """A headline without its outlet, ended at its first break if it is over `limit`, and at a word if it has none."""
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
    longest = max(limit, LONGEST)
    return title if len(title) <= longest else title[:longest].rsplit(" ", 1)[0].rstrip(",:;") + "…"


def of_edition(titles: list[str]) -> str:
    """The episode's title: its lead story, and a second one if both fit."""
    short = [shorten(title) for title in titles[:2]]
    both = "; ".join(short)
    return both if len(short) == 2 and len(both) <= 150 else short[0] if short else ""
