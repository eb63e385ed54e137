"""How times, sizes, stages and marked texts are written on a page."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from django import template
from django.templatetags.tz import do_timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from briefings import flags
from briefings.models import Turn
from synthesis.dialogue import severity as _severity

register = template.Library()

DOING = {
    "fetch": "Fetching the feeds",
    "read": "Reading the articles",
    "group": "Grouping articles into stories",
    "plan": "Planning the rundown",
    "write": "Writing the script",
    "approve": "Checking the script",
    "voice": "Voicing the script",
    "publish": "Publishing",
}
SHORT_SECONDS = 10


@register.filter
def doing(stage: str) -> str:
    """What a stage does, for a sentence that says what is going on."""
    return DOING.get(stage, stage)


@register.filter
def warned_of(kind: str) -> str:
    """What an article's flag warns of, for a sentence that begins with the article."""
    return flags.KINDS.get(kind, kind)


@register.filter
def clock(seconds: float | None) -> str:
    """3:07, or 1:02:07."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def lasting(seconds: float | None) -> str:
    """How long a stage took: 0.4 s, 12 s, 3:07 min."""
    if seconds is None:
        return ""
    if seconds < SHORT_SECONDS:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 60 else f"{clock(seconds)} min"


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 as 13 %; a dash where there is none."""
    return "–" if share is None or share == "" else f"{100 * share:.0f} %"


@register.filter
def in_zone(moment: dt.datetime | None, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """The moment by a show's clock, which the filter `date` would else turn back into UTC."""
    return do_timezone(moment, zone) if moment else None


@register.filter
def marked(turn: Turn) -> SafeString:
    """The turn's text, with the words that a check objects to marked; everything else is escaped."""
    pieces: list[Any] = []
    rest = turn.text
    places = sorted((turn.text.find(f["span"]), f["span"]) for f in turn.findings if f.get("span"))
    consumed = 0
    for place, span in places:
        if place < consumed:
            continue
        pieces += [conditional_escape(turn.text[consumed:place]), format_html("<mark>{}</mark>", span)]
        consumed = place + len(span)
        rest = turn.text[consumed:]
    return mark_safe("".join([*pieces, conditional_escape(rest)]))  # every piece is escaped above


@register.filter
def outlets(articles: Any) -> str:
    """The outlets' names, each once, in the articles' order."""
    return ", ".join(dict.fromkeys(article.outlet for article in articles.all()))


@register.simple_tag
def host_place(hosts: list[str], name: str) -> int:
    """A host's place among the show's hosts, which picks the colour."""
    return hosts.index(name) if name in hosts else 0


@register.filter
def web_only(url: str) -> str:
    """The address if it is one of the web; nothing for one that a browser might run."""
    return url if url.lower().startswith(("https://", "http://")) else ""


@register.filter
def severity(classes: Any) -> str:
    """A story's classes in words, such as "death, court"."""
    return _severity.named(classes)


@register.filter
def is_grave(classes: Any) -> bool:
    return _severity.is_grave(classes)
