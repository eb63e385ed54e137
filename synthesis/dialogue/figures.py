"""Find the numbers that a text states, written or spoken, as values that two texts can be compared by."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen""".split()
    )
}
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_ORDINALS = dict(
    zip(
        """third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
        range(3, 21),
        strict=True,
    )
) | {"thirtieth": 30, "hundredth": 100}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12, "trn": 1e12}
# Of "twenty-first" alone.
_FIRSTS = {"first": 1, "second": 2}
_OTHERS = {
    "nought": 0.0,
    "dozen": 12.0,
    "both": 2.0,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "trebled": 3.0,
    "quadrupled": 4.0,
    "pair": 2.0,
    "couple": 2.0,
}
_PLAIN: dict[str, float] = {**_OTHERS, **_ORDINALS, **_TENS, **_UNITS, **_FIRSTS}
_FRACTIONS = {
    "half": 0.5,
    "third": 1 / 3,
    "thirds": 1 / 3,
    "quarter": 0.25,
    "quarters": 0.25,
    "fifth": 0.2,
    "fifths": 0.2,
}
_CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "₹": "rupee"}
_CURRENCY_WORD = re.compile(r"[\s-]*(dollars?|pounds?|euros?|yen|rupees?)\b", re.IGNORECASE)
_PERCENT = re.compile(r"[\s-]*(%|per\s?cent\b|percentage\b)", re.IGNORECASE)
_DIGITS = re.compile(
    r"(?P<currency>[$£€¥₹])?\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<short>k|mn?|mln|bn?|tn|trn)\b)?(?:[\s-]?(?P<scale>hundred|thousand|million"
    r"|billion|trillion)\b)?",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_DATE_BEFORE = re.compile(rf"\b{_MONTH}\.? (?:the )?$|\b(?:No|aged?|highway|route|size)\.? $|, $", re.IGNORECASE)
_DATE_AFTER = re.compile(rf"(?: of)? {_MONTH}\b|\s?[ap]\.?m\b|(?:st|nd|rd|th)\b|[ -]years?[ -]old", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
# Too common in idiom ("one of them", "at first") to be a figure that a source must hold.
_IDIOMS = frozenset({"one", "zero", "second", "first", "once"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as stated: its value, its unit ("percent", a currency, or ""), and where it stands in the text."""

    value: float
    unit: str
    start: int
    end: int


def find(text: str) -> list[Figure]:
    """Every number in `text`, in order. "one", "first" and "second" alone are not taken for figures."""
    figures = [_from_digits(match, text) for match in _DIGITS.finditer(text)]
    return sorted(figures + _from_words(text), key=lambda figure: figure.start)


def quantities(text: str) -> list[Figure]:
    """The numbers of `text` that count or measure: no dates, years, ages or hours."""
    return [
        figure
        for figure in find(text)
        if not (_DATE_BEFORE.search(text[: figure.start]) or _DATE_AFTER.match(text, figure.end))
        and not _is_year(figure)
    ]


def _is_year(figure: Figure) -> bool:
    return (
        not figure.unit
        and figure.value.is_integer()
        and 1800 <= figure.value <= 2100
        and figure.end - figure.start == 4
    )


def same(value: float, other: float) -> bool:
    return abs(value - other) <= 1e-6 * max(abs(value), abs(other), 1.0)


def _from_digits(match: re.Match[str], text: str) -> Figure:
    value = float(match["number"].replace(",", ""))
    if match["short"]:
        value *= _SHORT_SCALES[match["short"].lower()]
    if match["scale"]:
        value *= _SCALES[match["scale"].lower()]
    unit = _CURRENCIES.get(match["currency"] or "", "") or _unit_after(text, match.end())
    return Figure(value, unit, match.start("number"), match.end())


def _unit_after(text: str, end: int) -> str:
    if _PERCENT.match(text, end):
        return "percent"
    money = _CURRENCY_WORD.match(text, end)
    return money[1].lower().rstrip("s") if money else ""


def _from_words(text: str) -> list[Figure]:
    figures: list[Figure] = []
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        word = match[0].lower()
        is_next = bool(run) and _joins(run[-1][0].lower(), text[run[-1].end() : match.start()])
        if run and not (is_next and not _are_two(run, word)):
            figures += _read_run(run, text)
            run = []
        last = run[-1][0].lower() if run else ""
        is_ordinal = word in _FIRSTS and last in _TENS and text[run[-1].end() : match.start()] == "-"
        goes_on = run and (word in {"and", "point"} or (word == "a" and last in {"half", "and"}) or is_ordinal)
        if goes_on or _is_number_word(word):
            run.append(match)
        elif word in {"a", "every", "per"} and re.match(
            r"\s+(hundred|thousand|million|billion|trillion|dozen)\b", text[match.end() :], re.I
        ):
            figures += _read_run(run, text)
            run = [match]
        else:
            figures += _read_run(run, text)
            run = []
    return figures + _read_run(run, text)


def _joins(word: str, between: str) -> bool:
    """Whether the number goes on after `word`: "one thousand, nine hundred"."""
    return between == "-" or not between.strip() or (between == ", " and _SCALES.get(word, 0) >= 1e3)


def _are_two(run: list[re.Match[str]], word: str) -> bool:
    """Whether two numbers stand side by side: "one six years old"; not the digits of "three point one four"."""
    if run[-1][0].lower() == "both":
        return True
    return all(_UNITS.get(digit, 99) < 10 for digit in (run[-1][0].lower(), word)) and not any(
        match[0].lower() == "point" for match in run
    )


def _is_number_word(word: str) -> bool:
    return any(word in known for known in (_UNITS, _TENS, _SCALES, _OTHERS, _ORDINALS)) or word in {
        "half",
        "thirds",
        "quarter",
        "quarters",
    }


def _read_run(run: list[re.Match[str]], text: str) -> list[Figure]:
    while run and run[-1][0].lower() in {"and", "point", "a"}:
        run = run[:-1]
    words = [match[0].lower() for match in run]
    # "5 million": the digits have taken the scale already.
    if not words or words[0] in _SCALES or (len(words) == 1 and words[0] in _IDIOMS):
        return []
    if words[-3:] in (["and", "a", "half"], ["and", "a", "quarter"]) and len(words) > 3:
        value = _values(words[:-3])[0] + _FRACTIONS[words[-1]]
        return [Figure(value, _unit_after(text, run[-1].end()), run[0].start(), run[-1].end())]
    if words[-4:-1] == ["and", "a", "half"] and words[-1] in _SCALES and len(words) > 4:
        value = (_values(words[:-4])[0] + 0.5) * _SCALES[words[-1]]
        return [Figure(value, _unit_after(text, run[-1].end()), run[0].start(), run[-1].end())]
    if "and" in words and not any(word in _SCALES for word in words[: words.index("and")]):
        cut = words.index("and")
        return _read_run(run[:cut], text) + _read_run(run[cut + 1 :], text)
    values = _values(words)
    unit = _unit_after(text, run[-1].end())
    return [Figure(value, unit, run[0].start(), run[-1].end()) for value in values]


def _values(words: list[str]) -> list[float]:
    if len(words) >= 2 and words[-1] in _FRACTIONS and words[-1] != "half":
        top = _cardinal(words[:-1])
        return [(1.0 if top == 0 else top) * _FRACTIONS[words[-1]]]
    if words[0] == "half" and len(words) > 1:
        half_of = words[1] == "a" or words[1] in _SCALES
        return [0.5 * _cardinal(words[1:])] if half_of else _values(words[1:])
    if words == ["half"] or words[:1] == ["quarter"]:
        return [_FRACTIONS[words[0]]]
    year = _spoken_year(words)
    return [year] if year else [_cardinal(words)]


def _spoken_year(words: list[str]) -> float:
    """ "nineteen ninety-eight", "twenty twenty-three": two two-digit numbers in a row."""
    if len(words) in (2, 3) and words[0] in {"eighteen", "nineteen", "twenty"}:
        rest = _cardinal(words[1:])
        if 10 <= rest < 100 and not any(word in _SCALES for word in words):
            return (_UNITS.get(words[0]) or _TENS[words[0]]) * 100.0 + rest
    return 0.0


def _cardinal(words: list[str]) -> float:
    total = group = 0.0
    for position, word in enumerate(words):
        if word == "point":
            rest = words[position + 1 :]
            scale = next((_SCALES[word] for word in rest if word in _SCALES), 1.0)
            return (total + group + _decimals(rest)) * scale
        if word == "hundred":
            group = (group or 1.0) * 100
        elif word in _SCALES:
            total, group = total + (group or 1.0) * _SCALES[word], 0.0
        elif word == "dozen":
            group = (group or 1.0) * 12
        else:
            group += _PLAIN.get(word, 0.0)
    return total + group


def _decimals(words: list[str]) -> float:
    digits = "".join(str(_UNITS[word]) for word in words if word in _UNITS and _UNITS[word] < 10)
    return float(f"0.{digits or 0}")
