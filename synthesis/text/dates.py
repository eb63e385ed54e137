"""Dates, times of day, years and decades, from figures to words."""

from __future__ import annotations

import re

from synthesis.text.numbers import cardinal, decade, digits, ordinal, year

MONTHS = "January February March April May June July August September October November December".split()
_SHORT = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
_MONTH = "|".join([*MONTHS, *(f"{short}\\b\\.?" for short in sorted(_SHORT, key=len, reverse=True) if short != "May")])
_YEAR = r"(?:1[1-9]|20)\d\d"

_ISO = re.compile(r"(?<![\d-])(\d{4})-(0[1-9]|1[0-2])-([0-2]\d|3[01])(?:T[\d:.]+Z?)?(?![\d-])")
_SLASHED = re.compile(rf"(?<![\d/])(\d{{1,2}})/(\d{{1,2}})/({_YEAR}|\d\d)(?![\d/])")
_DOTTED = re.compile(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?![\w]|\.\d)")  # continental, day first
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[-–]\s?(\d{{1,2}})(?:st|nd|rd|th)?)?(?:,?\s+({_YEAR})\b)?(?![\d:%,.]*\d)(?!\s?(?:percent|%))"
)
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?:(\s?[-–]\s?|\sto\s|\sand\s)(\d{{1,2}})(?:st|nd|rd|th)?)?\s+({_MONTH})(?:,?\s+({_YEAR})\b)?(?!\w)"
)
_MONTH_YEAR = re.compile(rf"\b({_MONTH}),?\s+({_YEAR})\b(?!-)")
_SHORT_MONTH = re.compile(r"\b(" + "|".join(s for s in _SHORT if s != "May") + r")\.(?=\s+[a-z\d]|[-–])")
_CLOCK_RANGE = re.compile(r"(?i)(\d\s?[ap]\.?m\.?)\s?[-–]\s?(?=\d{1,2}(?::\d\d)?\s?[ap]\.?m)")
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-4])[:.]([0-5]\d)(?::([0-5]\d))?\s?([aApP])\.?\s?[mM]\b\.?")
_HOUR = re.compile(r"(?<![\d:.,])(1[0-2]|[1-9])(?:\s?[-–]\s?(1[0-2]|[1-9]))?\s?([aApP])\.?[mM]\b\.?")
_PLAIN_CLOCK = re.compile(r"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?!:?\d)(?P<zone>\s?h(?:rs)?\b)?")
_SHORT_LAP = re.compile(r"(?<![\d:.,])(\d{1,2}):([0-5]\d)\.(\d{1,3})(?![\d:])")
_LAP = re.compile(r"(?<![\d:.,])(\d{1,2}):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?![\d:])")
_DECADES = re.compile(r"(?<![\w.,])(?:(mid-|early-|late-)?)'?((?:1[1-9]|20)\d0|[2-9]0)'?s\b")
_SHORT_YEAR = re.compile(r"(?<!\w)'(\d\d)\b(?!['\"%\d]|s\b)")
_SPAN = re.compile(rf"(?<![\w.,/-])({_YEAR})\s?[-–/]\s?({_YEAR}|\d\d)(?![\w/-]|[.,]\d)")
_QUARTER = re.compile(r"\b(Q[1-4]|H[12]|FY)(?:[ -]?'?(\d{4})|(?:[ -]|[ -]?'|(?<=FY))(\d\d))\b(?!%)")
_QUARTER_FIRST = re.compile(r"\b([1-4])(Q|H)(?:\s?'?((?:20)?\d\d))?\b(?!%)")
_FOUR_FIGURES = re.compile(r"\b([01]\d|2[0-4])([0-5]\d)(?=\s?(?:GMT|UTC|BST|CES?T|E[SD]?T|P[SD]?T|IST|[Hh]ours|hrs)\b)")
_FRENCH_CLOCK = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3])h([0-5]\d)\b")
_DAYS = {day[:3]: day for day in "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()}
_SHORT_DAY = re.compile(rf"\b({'|'.join(_DAYS)})(?:s|rs?|urs)?(?:[.,]+(?=\s+(?:{_MONTH}|\d))|(?=\s+(?:{_MONTH})\b))")
_AROUND = (
    r"(?:in|since|by|from|until|till|of|before|after|during|between|through|to|and|around|circa|for|late|early|mid|year|the|summer|spring|autumn|winter|fall|"
    rf"election|season|{'|'.join(MONTHS)})"
)
_OLD_YEAR = re.compile(rf"\b((?i:{_AROUND})[ -]|\()(1[1-8]\d\d)(?![\w,-]|\.\d)")
_YEAR_ALONE = re.compile(r"(?<![\w.,/$€£-])((?:19|20)\d\d)(?![\w/]|[.,]\d|-\d)('s)?")
_COUNT_BEFORE = re.compile(
    r"(?i)\b(about|over|more than|nearly|at least|some|almost|than|around|up to|fewer|roughly|total of)\s+$"
)
_COUNTED = re.compile(
    r"\s+(people|soldiers|troops|jobs|workers|homes|houses|employees|students|patients|miles|meters|metres|kilometers|kilometres|years|days|hours|feet|dollars|"
    r"euros|pounds|tons|tonnes|men|women|children|deaths|cases|points|votes|members|flights|schools|buildings|officers|passengers|new|other|of)\b"
)  # fmt: skip


def speak_dates(text: str, *, british: bool) -> str:
    """Every date, clock time, year and decade of `text` in words. `03/11/2025` is read the voice's way round."""
    text = _ISO.sub(lambda m: _date(int(m[3]), MONTHS[int(m[2]) - 1], m[1], british), text)
    text = _SLASHED.sub(lambda m: _slashed(m, british), text)
    text = _DOTTED.sub(lambda m: _date(int(m[1]), MONTHS[int(m[2]) - 1], m[3], british) if _is_day(m) else m[0], text)
    text = _SHORT_DAY.sub(lambda m: _DAYS[m[1]] + ("," if m[0].endswith(",") else ""), text)
    text = _FOUR_FIGURES.sub(lambda m: _four_figures(m[1], m[2]), text)
    text = _FRENCH_CLOCK.sub(r"\1:\2", text)
    text = _QUARTER_FIRST.sub(lambda m: _quarter_first(m, british), text)
    text = _QUARTER.sub(lambda m: f"{_period(m[1])} {year(m[2] or '20' + m[3], british=british)}", text)
    text = _DAY_FIRST.sub(lambda m: _day_first(m, british), text)
    text = _MONTH_FIRST.sub(lambda m: _month_first(m, british), text)
    text = _MONTH_YEAR.sub(lambda m: f"{_month(m[1])} {year(m[2], british=british)}", text)
    text = _SHORT_MONTH.sub(lambda m: _SHORT[m[1]], text)
    text = _CLOCK_RANGE.sub(r"\1 to ", text)
    text = _CLOCK.sub(lambda m: f"{_clock(m[1], m[2])} {m[4].lower()}.m.", text)
    text = _HOUR.sub(lambda m: f"{cardinal(m[1])}{' to ' + cardinal(m[2]) if m[2] else ''} {m[3].lower()}.m.", text)
    text = _LAP.sub(_lap, text)
    text = _SHORT_LAP.sub(lambda m: f"{_clock(m[1], m[2])} point {digits(m[3])}", text)
    return _PLAIN_CLOCK.sub(lambda m: _clock(m[1], m[2], round_hour=True), text)


def speak_years(text: str, *, british: bool) -> str:
    """Years and decades. Runs after quantities, which own every figure with a unit."""
    text = _DECADES.sub(lambda m: f"{m[1] or ''}{decade(m[2])}", text)
    text = _SHORT_YEAR.sub(lambda m: ("oh " if m[1][0] == "0" else "") + cardinal(m[1]), text)
    text = _SPAN.sub(lambda m: _span(m, british), text)
    text = _OLD_YEAR.sub(lambda m: _old_year(m, british), text)
    return _YEAR_ALONE.sub(lambda m: _year_alone(m, british), text)


def _month(name: str) -> str:
    return _SHORT.get(name.rstrip("."), name.rstrip("."))


def _date(day: int, month: str, its_year: str | None, british: bool) -> str:
    spoken = f"the {ordinal(day)} of {month}" if british else f"{month} {ordinal(day)}"
    if its_year is None:
        return spoken
    return f"{spoken}{' ' if british else ', '}{year(its_year, british=british)}"


def _is_day(m: re.Match[str]) -> bool:
    return 1 <= int(m[1]) <= 31 and 1 <= int(m[2]) <= 12


def _slashed(m: re.Match[str], british: bool) -> str:
    first, second = int(m[1]), int(m[2])
    day, month = (first, second) if british or first > 12 else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return m[0]
    return _date(day, MONTHS[month - 1], m[3] if len(m[3]) == 4 else f"20{m[3]}", british)


def _month_first(m: re.Match[str], british: bool) -> str:
    if not 1 <= int(m[2]) <= 31:
        return m[0]
    if m[3]:
        return f"{_month(m[1])} {ordinal(m[2])} to {ordinal(m[3])}" + (
            f", {year(m[4], british=british)}" if m[4] else ""
        )
    return _date(int(m[2]), _month(m[1]), m[4], british)


def _day_first(m: re.Match[str], british: bool) -> str:
    if not 1 <= int(m[1]) <= 31:
        return m[0]
    its_year = f" {year(m[5], british=british)}" if m[5] else ""
    article = "" if re.search(r"(?i)\bthe\s*$", m.string[: m.start()]) else "the "
    joined = f" {'and' if 'and' in m[2] else 'to'} {ordinal(m[3])}" if m[2] else ""
    return f"{article}{ordinal(m[1])}{joined} of {_month(m[4])}{its_year}"


def _period(mark: str) -> str:
    return {"F": "fiscal year"}.get(mark[0]) or f"{mark[0]} {cardinal(mark[1])}"


def _quarter_first(m: re.Match[str], british: bool) -> str:
    """`2Q` as "second quarter", `1H25` as "first half twenty twenty-five"."""
    if m[2] == "H" and int(m[1]) > 2:
        return m[0]
    its_year = f" {year('20' + m[3][-2:], british=british)}" if m[3] else ""
    return f"{ordinal(m[1])} {'quarter' if m[2] == 'Q' else 'half'}{its_year}"


def _four_figures(hour: str, minute: str) -> str:
    """`0900 GMT` as "oh nine hundred", `1430` as "fourteen thirty"."""
    spoken = ("oh " if hour.startswith("0") and hour != "00" else "") + (cardinal(int(hour)) if int(hour) else "zero")
    if minute == "00":
        return f"{spoken} hundred"
    return f"{spoken} {'oh ' if minute.startswith('0') else ''}{cardinal(int(minute))}"


def _clock(hour: str, minute: str, *, round_hour: bool = False) -> str:
    spoken = cardinal(int(hour)) if int(hour) or not round_hour else "zero"
    if minute == "00":
        if not round_hour:
            return spoken
        return f"{spoken} o'clock" if 1 <= int(hour) <= 12 else f"{spoken} hundred hours"
    return f"{spoken} {'oh ' if minute.startswith('0') else ''}{cardinal(int(minute))}"


def _lap(m: re.Match[str]) -> str:
    tail = f" point {digits(m[4])}" if m[4] else ""
    parts = [(int(m[1]), "hour"), (int(m[2]), "minute"), (int(m[3]), "second")]
    named = [
        f"{cardinal(n)}{tail if name == 'second' else ''} {name}{'' if n == 1 else 's'}"
        for n, name in parts
        if n or name == "second"
    ]
    return " ".join(named)


def _span(m: re.Match[str], british: bool) -> str:
    """A span of years, `2019-2023` or `2023-24`; a lower second year is no span."""
    first, second = m[1], m[2]
    if len(second) == 2:
        last = cardinal(second)
        return (
            f"{year(first, british=british)} to {last}" if "/" not in m[0] else f"{year(first, british=british)} {last}"
        )
    return f"{year(first, british=british)} to {year(second, british=british)}"


def _old_year(m: re.Match[str], british: bool) -> str:
    return m[0] if _COUNTED.match(m.string, m.end()) else f"{m[1]}{year(m[2], british=british)}"


def _year_alone(m: re.Match[str], british: bool) -> str:
    if _COUNT_BEFORE.search(m.string[: m.start()]) or _COUNTED.match(m.string, m.end()):
        return m[0]
    return year(m[1], british=british) + (m[2] or "")
