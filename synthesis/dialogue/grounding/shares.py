"""Numbers said in other shapes: hours of the clock, "four in five", "a quarter", "an hour and a half"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from synthesis.dialogue import figures
from synthesis.dialogue.grounding.measures import unit_size
from synthesis.dialogue.grounding.texts import Sentence

_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ONES = "one two three four five six seven eight nine".split()
_MINUTE = rf"(?:oh[ -](?:{'|'.join(_ONES)})|{'|'.join(_TEENS)}|(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES)}))?)"
_SPOKEN = re.compile(
    rf"\b(?:(?P<part>a quarter|quarter|half|{_MINUTE}|{'|'.join(_ONES)})(?: minutes?)? (?P<side>past|to) )?"
    rf"(?P<hour>{'|'.join(_HOURS)}|noon|midday|midnight)"
    rf"(?:[ -](?P<minute>{_MINUTE}))?\b(?! (?:hundred|thousand|million|billion))",
    re.I,
)
_NEAR_HOUR = re.compile(rf"\b(?:just |shortly )?(?:before|after|about|around) ({'|'.join(_HOURS)})\b", re.I)
_WRITTEN = re.compile(r"(?<![\d.,])(\d{1,2})(?:[.:](\d{2}))?(?! ?(?:%|percent|per cent|million|billion|[.,:]?\d))")
_RATIO = re.compile(rf"\b({'|'.join(_HOURS)}|\d+) (?:[a-z]+ )?(?:in|out of)(?: every)? ([\w-]+)\b", re.I)
_AND_A_HALF = re.compile(
    r"\b(?P<count>an?|one|two|three|four|five|six|\d+) (?P<unit>hour|day|week|month|year|century"
    r"|decade)s? and a half\b",
    re.I,
)
_FRACTION = re.compile(
    r"\b(?:(?P<top>a|one|two|three|four)[ -])?(?P<part>half|thirds?|quarters?|fifths?|tenths?)\b", re.I
)
_BOUNDED = re.compile(r"\b(?:more than|over|less than|fewer than|under|almost|nearly|about|better than)\W*$", re.I)
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_TOPS = {"two": 2, "three": 3, "four": 4}
_NEAR = 0.08
_FEW = 14


def clock_spans(text: str, sources: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    """Where the text says an hour, or a price read like one, that a source has in figures."""
    known = {_pair(match) for source in sources for match in _WRITTEN.finditer(source.text) if match[2]}
    known |= {pair for source in sources for pair in _spoken(source.text)}
    for match in _NEAR_HOUR.finditer(text):
        minute = 60 * (_HOURS.index(match[1].lower()) + 1)
        if any(min((60 * h + m - minute) % 720, (minute - 60 * h - m) % 720) <= 10 for h, m in known):
            yield match.start(), match.end()
    for match in _SPOKEN.finditer(text):
        pair = _read(match)
        if pair and (pair in known or ((pair[0] + 12) % 24, pair[1]) in known):
            yield match.start(), match.end()


def _spoken(text: str) -> Iterator[tuple[int, int]]:
    for match in _SPOKEN.finditer(text):
        pair = _read(match)
        if pair:
            yield pair


def _pair(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1]), int(match[2] or 0)


def _read(match: re.Match[str]) -> tuple[int, int] | None:
    """(hour, minute) of a spoken time; None for a bare number."""
    word = match["hour"].lower()
    hour = _HOURS.index(word) + 1 if word in _HOURS else 12
    if match["part"]:
        part = match["part"].lower().removeprefix("a ")
        minutes = {"quarter": 15, "half": 30}.get(part) or _minute(part)
        return (hour, minutes) if match["side"].lower() == "past" else (hour - 1 or 12, 60 - minutes)
    return (hour, _minute(match["minute"])) if match["minute"] else None


def _minute(words: str) -> int:
    parts = re.split(r"[ -]", words.lower())
    total = 0
    for word in parts:
        total += _TENS.get(word, 0) or (_TEENS.index(word) + 10 if word in _TEENS else 0)
        total += _ONES.index(word) + 1 if word in _ONES else 0
    return total


def part_spans(text: str, sources: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    """Where the text says a part ("one in three", "a quarter") that the sources have as a percentage or as two
    numbers."""
    known = [share for source in sources for share in _shares(source)]
    for match in _RATIO.finditer(text):
        numbers = [figures.find(word) for word in (match[1], match[2])]
        tops = [1.0] if match[1].lower() == "one" else [f.value for f in numbers[0]]
        is_part = bool(tops and numbers[1]) and tops[0] < numbers[1][0].value <= 100
        near = _NEAR * (2 if _BOUNDED.search(text[: match.start()]) else 1)
        if is_part and any(abs(share - tops[0] / numbers[1][0].value) <= near * share for share in known):
            yield match.start(), match.end()
    for match in _FRACTION.finditer(text):
        part = _PARTS[match["part"].lower().removesuffix("s")] * _TOPS.get((match["top"] or "").lower(), 1)
        if _PART_OF.match(text, match.start()):
            continue
        before = text[: match.start()].rstrip().lower()
        is_bound = before.endswith(
            ("more than", "over", "less than", "fewer than", "under", "almost", "nearly", "about", "than a")
        )
        near = _NEAR * (3 if is_bound else 1)
        if any(abs(share - part) <= near * part for share in known):
            yield match.start(), match.end()


_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_RUNNING = re.compile(r"\b(\w+) (\w+?)s? (?:running|in a row|on end|straight)\b", re.I)
_DAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.I)
_YEARS_OFF = re.compile(
    r"\b(\w+) (?:more years?|years? (?:ago|back|earlier|before|later|off|away|on|from now))\b", re.I
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_COIN = re.compile(rf"\b(?:a|another|one|{'|'.join(_HOURS)}) (?:dollar|pound|euro)s? (?P<cents>{_MINUTE})\b", re.I)
_TEN_OR_MORE = rf"(?:{'|'.join(_TEENS)}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:{'|'.join(_ONES)}))?)"
_PRICE = re.compile(rf"\b((?:{'|'.join(_ONES)}|{_TEN_OR_MORE})) ({_TEN_OR_MORE})\b", re.I)
_PART_OF = re.compile(
    r"\b(?P<top>an?|one|three)?[ -]?(?P<part>half|quarters?) (?:of )?an? (?P<whole>million|billion|trillion|year|hour"
    r"|day|century|decade|month)\b",
    re.I,
)
_WHOLES = {"million": 1e6, "billion": 1e9, "trillion": 1e12}


def counted_spans(text: str, sources: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    """Numbers that the sources let one count: "three days running" of three named days, "two years ago" of a year."""
    whole = " ".join(source.lower for source in sources)
    for match in _RUNNING.finditer(text):
        number = figures.find(match[1])
        is_told = bool(number) and number[0].value <= 10 and _ORDINALS[int(number[0].value) - 1] in whole
        days = {day.lower() for day in _DAY.findall(whole)}
        if is_told or (number and match[2].lower() == "day" and len(days) == number[0].value):
            yield match.start(), match.end()
    for match in _YEARS_OFF.finditer(text) if len(sources) <= _FEW else ():
        if _YEAR.search(whole) and not _YEARS_OFF.search(whole):
            yield match.start(), match.end()


def amount_spans(text: str, known: Sequence[float]) -> Iterator[tuple[int, int]]:
    """ "A quarter of a billion", "half a year", "a dollar thirty-one", where the sources have the amount in figures."""
    for match in _PART_OF.finditer(text):
        part = _PARTS[match["part"].lower().removesuffix("s")] * (3 if (match["top"] or "").lower() == "three" else 1)
        whole = match["whole"].lower()
        if _is_near(part * (_WHOLES.get(whole) or unit_size(whole)), known):
            yield match.start(), match.end()
    for match in _PRICE.finditer(text):
        whole, cents = (figures.find(word) for word in match.groups())
        if whole and cents and cents[0].value < 100:
            amount = whole[0].value + cents[0].value / 100
            if any(abs(amount - other) < 0.001 for other in known):
                yield match.span()
    for match in _COIN.finditer(text):
        words = match[0].split()[0].lower()
        amount = (1 if words in {"a", "another"} else _HOURS.index(words) + 1) + _minute(match["cents"]) / 100
        steps = [abs(first - second) for first in known for second in known]
        if any(abs(amount - other) < 0.001 for other in (*known, *steps)):
            yield match.start(), match.end()


def _shares(source: Sentence) -> Iterator[float]:
    found = source.figures
    yield from (figure.value / 100 for figure in found if figure.unit == "percent")
    for first, second in pairwise(found):
        less, more = sorted((first.value, second.value))
        if 0 < less < more and not first.unit and not second.unit:
            yield less / more
    for match in _FRACTION.finditer(source.text):
        yield _PARTS[match["part"].lower().removesuffix("s")] * _TOPS.get((match["top"] or "").lower(), 1)
    for match in re.finditer(r"\b(\d+) basis points?", source.text):
        yield int(match[1]) / 100


def says_share(source: Sentence, percent: float) -> bool:
    """Whether the source has the percentage as a fraction: "a tenth" is ten percent."""
    return any(
        abs(_PARTS[m["part"].lower().removesuffix("s")] * _TOPS.get((m["top"] or "").lower(), 1) * 100 - percent) < 1
        for m in _FRACTION.finditer(source.text)
    )


def _is_near(share: float, known: Sequence[float]) -> bool:
    return any(abs(other - share) <= _NEAR * share for other in known)


def half_more(text: str) -> Iterator[tuple[int, int, float, str]]:
    """(start, end, count, unit) of "an hour and a half"."""
    for match in _AND_A_HALF.finditer(text):
        count = match["count"].lower()
        found = figures.find(count)
        yield match.start(), match.end(), (found[0].value if found else 1.0) + 0.5, match["unit"].lower()
