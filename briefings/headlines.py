"""Headlines made fit for an episode's title: short, and with nothing in them that no host may say."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from synthesis.dialogue import material, restricted

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


def sayable(title: str, *, hosts: Collection[str] = (), never_say: Sequence[str] = ()) -> str:
    """The title, or "" if it has an address, speaks to a model or for a host, or says what is not to be said."""
    title = material.title(title, hosts)
    return "" if restricted.check(title, never_say) else title


def of_edition(titles: Sequence[str], *, hosts: Collection[str] = (), never_say: Sequence[str] = ()) -> str:
    """The episode's title: its first story that can be named, and a second one if both fit; "" if none can."""
    named = [title for title in titles if sayable(title, hosts=hosts, never_say=never_say)]
    short = [shorten(title) for title in named[:2]]
    both = "; ".join(short)
    return both if len(short) == 2 and len(both) <= 150 else short[0] if short else ""
