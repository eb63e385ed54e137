"""Make the time words of an article right for the day on which they are spoken."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from synthesis.types import Article

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_WEEKDAY = re.compile(
    r"(?P<said>\b(?:[Ee]arly |[Ll]ate )?(?:[Oo]n )?)?\b(?:(?P<which>[Ll]ast|[Tt]his) )?"
    r"(?P<day>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
    r"\b(?P<part> (?:night|morning|afternoon|evening)\b)?"
    r"(?!'s|s\b| (?:Night|Morning) (?:Live|News|Football)"
    r"| (?:shifts?|trains?|services?|working|trading|opening|papers?|schools?|markets?|matches|games)\b)"
)
_RELATIVE = re.compile(
    r"\b(?P<word>yesterday|today|tomorrow|tonight|this morning|this afternoon|this evening|last night)\b('s)?", re.I
)
_VAGUE = re.compile(
    r"\b(?:this|last|next|past|coming) (?P<span>week|weekend|month|year|spring|summer|autumn|fall|winter)\b"
    r"|\b(?P<ago>hours?|minutes?) ago\b|\b(?:hours|minutes) earlier\b|\bnow\b",
    re.I,
)
_NEXT_DAY = re.compile(r"\bnext (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_LAST_MONTH_NAMED = re.compile(
    r"\blast (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATELINE = re.compile(
    r"[A-Z][A-Z .'-]+(?:, [A-Z][\w ]+)?, "
    rf"(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*)\.? (?P<day>\d{{1,2}})\b.{{0,30}}[-–—] "
)
_COMING = re.compile(
    r"\b(will|'ll|(?:is|are|was|were) to|due|expected|plans?|scheduled|set to|would|tomorrow|coming|likely|chance)\b",
    re.I,
)
_PAST = re.compile(r"\b(\w+ed|said|told|was|were|had|did|won|met|began|held|gave|took|made|found|struck|left)\b", re.I)
_CLAUSE = re.compile(r"[,;:]|\b(?:after|when|because|but|that|who|which|as|while)\b")
_OFFSET = {"yesterday": -1, "last night": -1, "tomorrow": 1}
RECENT_DAYS = 6


def published_date(published: str, timezone: str) -> dt.date | None:
    """The article's date in the show's zone, or None if it has no readable time."""
    try:
        moment = dt.datetime.fromisoformat(published.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.astimezone(ZoneInfo(timezone)).date() if moment.tzinfo else moment.date()


def dated(article: Article, timezone: str) -> dt.date | None:
    """The day by which the article's words count: its dateline's ("PORT ILANA, May 15 (Meridian) -"), where that is
    no more than a day off, since there it may be tomorrow already; else that of its publication in the show's zone."""
    day = published_date(article.published, timezone)
    written = _DATELINE.match(article.text)
    if day is None or written is None:
        return day
    month = _MONTHS.index(written["month"][:3]) + 1
    near = (day + dt.timedelta(days=off) for off in (-1, 0, 1))
    return next((that for that in near if (that.month, that.day) == (month, int(written["day"]))), day)


def is_datable(text: str, published: dt.date | None, edition: dt.date) -> bool:
    """Whether the time words of `text` can be made right: "last week" of an old article can't.

    Nor can "last May", of which nobody knows the year, "last month" of the 31st on the 1st, or
    "next Friday" on any other day than that on which it was written.
    """
    if _LAST_MONTH_NAMED.search(re.sub(r'"[^"]*"', "", text)):
        return False
    if published is None:
        return not (_RELATIVE.search(text) or _VAGUE.search(text) or _NEXT_DAY.search(text))
    if _NEXT_DAY.search(text) and published != edition:
        return False
    return all(_holds(match, published, edition) for match in _VAGUE.finditer(text))


def _holds(match: re.Match[str], published: dt.date, edition: dt.date) -> bool:
    """Whether a vague time word means the same on both days."""
    if match["ago"]:
        return published == edition
    if not 0 <= (edition - published).days <= 1:
        return False
    span = (match["span"] or "").lower()
    if span in ("week", "weekend"):
        return published.isocalendar()[:2] == edition.isocalendar()[:2]
    if span == "month":
        return (published.year, published.month) == (edition.year, edition.month)
    return not span or published.year == edition.year


def resolve(text: str, published: dt.date | None, edition: dt.date) -> str:
    """`text` with "today", "tonight" and weekdays as a listener on `edition` must hear them; quotations stay as
    they are."""
    if published is None:
        return text
    pieces = text.split('"')
    for place in range(0, len(pieces), 2):
        piece = _RELATIVE.sub(lambda match: _relative(match, published, edition), pieces[place])
        pieces[place] = _WEEKDAY.sub(lambda match: _weekday(match, published, edition), piece)
    return '"'.join(pieces)


def named(text: str, published: dt.date | None) -> str:
    """`text` with "yesterday", "today" and "tomorrow" named as weekdays."""
    return resolve(text, published, published + dt.timedelta(days=3)) if published and _RELATIVE.search(text) else text


def _relative(match: re.Match[str], published: dt.date, edition: dt.date) -> str:
    word = match["word"].lower()
    day = published + dt.timedelta(days=_OFFSET.get(word, 0))
    if published == edition:
        return match[0]
    name = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((day - edition).days) or _name(day, edition)
    name = f"on {name}" if name[:1].isupper() or name[0].isdigit() else name
    return name[:1].upper() + name[1:] if match[0][0].isupper() else name


def _weekday(match: re.Match[str], published: dt.date, edition: dt.date) -> str:
    """A weekday is the last one on or before the article's date, or the next where the sentence speaks of what
    comes."""
    text = match.string
    before = text[: match.start()].rstrip().lower()
    said = match["said"] or ""
    if before.endswith(
        (
            "next",
            "every",
            "each",
            "by",
            "until",
            "since",
            "from",
            "through",
            "before",
            "after",
            "between",
        )
    ) or _is_any_such_day(match, before):
        return match[0]
    back = (published.weekday() - _DAYS.index(match["day"])) % 7
    which = (match["which"] or "").lower()
    if which == "last":
        back = back or 7
    elif which == "this" or _is_to_come(match):
        back = -((7 - back) % 7)  # "will vote on Tuesday" is the next one
    day = published - dt.timedelta(days=back)
    is_one_of_many = re.search(r"\b(?:an?|the|one|every|each|that|this) [\w-]+$", before)
    needs_on = (
        not said
        and not is_one_of_many
        and not before.endswith(
            (" on", "morning", "late", "early", " of", "the", " a", "and", "or", " for", "-", "black")
        )
    )
    on = said or ("on " if needs_on and before else "On " if match["which"] and not before else "")
    if (edition - day).days == 7:
        return f"{on}{match['day']} of last week"
    if abs((edition - day).days) > RECENT_DAYS:
        return f"{on}{_name(day, edition)}"
    return f"{on}{match['day']}{match['part'] or ''}"


def _is_any_such_day(match: re.Match[str], before: str) -> bool:
    """Whether it is one of many, and no date: "on a wet Tuesday in March"."""
    in_month = re.match(rf" in (?:early |late |mid-)?(?:{'|'.join(_MONTHS)})", match.string[match.end() :])
    return in_month is not None or re.search(r"\b(?:an?|some) (?:[a-z-]+ )?$", f"{before} ") is not None


def _is_to_come(match: re.Match[str]) -> bool:
    """Whether the verb that the weekday belongs to speaks of what comes: its own clause's, else the sentence's."""
    own = _CLAUSE.split(match.string[: match.start()])[-1]
    if _COMING.search(own):
        return True
    return not _PAST.search(own) and bool(_COMING.search(match.string))


def _name(day: dt.date, edition: dt.date) -> str:
    """How a day is named on air: its weekday within six days of the edition, its date else."""
    if abs((edition - day).days) <= RECENT_DAYS:
        return f"{day:%A}"
    year = f", {day.year}" if day.year != edition.year else ""
    return f"{day:%B} {day.day}{year}"


def day_of(day: dt.date, edition: dt.date) -> str:
    """A day before the edition as it is said after a verb: "yesterday", "on Tuesday", "on March 3"."""
    days = (edition - day).days
    return {0: "earlier today", 1: "yesterday"}.get(days) or f"on {_name(day, edition)}"


def spoken_date(day: dt.date) -> str:
    """ "Monday, the 23rd of November"."""
    suffix = "th" if 10 <= day.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day:%A}, the {day.day}{suffix} of {day:%B}"
