"""Of what is counted anew from report to report, only the newest count is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from synthesis.dialogue.facts import Fact
from synthesis.dialogue.reading import Reading

OLD, ENOUGH = dt.timedelta(hours=30), 4
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_SMALL = "no one two three four five six seven eight nine ten eleven twelve".split()
_NUMBER = rf"(?:\d+|{'|'.join(_SMALL[1:])}|dozens|hundreds)"
# What is counted, and the words that count it.
_COUNTED = {
    "dead": r"killed|died|dead|deaths?|death toll|lives lost|bodies",
    "missing": r"missing|unaccounted",
    "saved": r"survivors?|rescued|pulled (?:alive )?from|saved",
    "hurt": r"injured|wounded|hurt|in (?:a )?critical condition",
    "ill": r"ill|illness|sick|infected|cases",
    "homeless": r"homeless|displaced|evacuated",
}
_STILL = re.compile(r"\b(so far|still|as yet|at least|up to|feared|we have|continu\w+)\b", re.I)
_FEARED = re.compile(r"\b(feared|up to|as many as|could|may|might)\b", re.I)
_PAST = re.compile(r"\b(?:19|20)\d\d\b|\b(?:years?|decades?) (?:ago|earlier)\b|\blast year\b", re.I)


def current(readings: Sequence[Reading], facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that count what a later report counts anew, or tell what was going on before it; of a
    report that is days older than the newest nothing, where the others have enough."""
    old = {reading.article.id for reading in readings if _is_old(reading, readings)}
    fresh = [fact for fact in facts if fact.key[0] not in old]
    facts = fresh if len(fresh) >= ENOUGH else facts
    newest = {kind: _newest(kind, readings) for kind in _COUNTED}
    times = {reading.article.id: _time(reading) for reading in readings}
    return [fact for fact in facts if not _is_outdated(fact, newest, times)]


def newer(reading: Reading, readings: Sequence[Reading]) -> Reading:
    """The report itself, or the one of those `readings` that counts anew what its first sentence counts."""
    if _is_old(reading, readings):
        return max((other for other in readings if _time(other)), key=lambda other: _time(other) or _LONG_AGO)
    told_at, first = _time(reading), reading.sentences[0].text if reading.sentences else ""
    for kind in _COUNTED:
        found, own = _newest(kind, readings), counts(kind, first)
        if own and found is not None and told_at is not None and told_at < found[0] and not own <= found[1]:
            return next(other for other in readings if _time(other) == found[0])
    return reading


def _is_old(reading: Reading, readings: Sequence[Reading]) -> bool:
    time = _time(reading)
    return time is not None and any((_time(other) or time) - time > OLD for other in readings)


def _is_outdated(
    fact: Fact, newest: dict[str, tuple[dt.datetime, set[str]] | None], times: dict[str, dt.datetime | None]
) -> bool:
    told_at = times[fact.key[0]]
    if told_at is None or _PAST.search(fact.text):
        return False
    for kind, found in newest.items():
        if found is None or told_at >= found[0]:
            continue
        own = counts(kind, fact.text)
        if (own and not own <= found[1]) or (_STILL.search(fact.text) and re.search(r"\d", fact.text)):
            return True
    return False


def _newest(kind: str, readings: Sequence[Reading]) -> tuple[dt.datetime, set[str]] | None:
    """When the last report that counts it came, and what it counts, where reports of different times do."""
    counted: dict[dt.datetime, set[str]] = {}
    for reading in readings:
        time = _time(reading)
        found = {n for s in reading.sentences if not _PAST.search(s.text) for n in counts(kind, s.text)}
        if time is not None and found:
            counted.setdefault(time, set()).update(found)
    if len(counted) < 2:
        return None
    last = max(counted)
    return last, counted[last]


def counts(kind: str, text: str) -> set[str]:
    """The numbers that stand with the word in one clause."""
    found: set[str] = set()
    for clause in re.split(r"[,;]| and | but | while | as ", re.sub(r"(?<=\d),(?=\d)", "", text)):
        if re.search(rf"\b(?:{_COUNTED[kind]})\b", clause, re.I) and not _FEARED.search(clause):
            numbers = re.findall(rf"\b{_NUMBER}\b(?! (?:days?|hours?|minutes?|years?|weeks?|miles|km))", clause, re.I)
            found |= {_value(number.casefold()) for number in numbers}
    return found


def _value(number: str) -> str:
    return str(_SMALL.index(number)) if number in _SMALL else number


def _time(reading: Reading) -> dt.datetime | None:
    """When the report was published, in UTC, or None if it has no readable time."""
    try:
        moment = dt.datetime.fromisoformat(reading.article.published.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
