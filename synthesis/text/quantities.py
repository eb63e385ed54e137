"""Money, percentages, units, ranges, scores and fractions, from figures to words."""

from __future__ import annotations

import re
from collections.abc import Callable

from synthesis.text.numbers import NUMBER, cardinal, decimal, digits, fraction, power
from synthesis.text.tables import rows

_CURRENCIES = {
    row["mark"]: (row["one"], row["many"], row["hundredth"], row["hundredths"]) for row in rows("currencies")
}
_SCALES = {
    **dict.fromkeys(("thousand", "k", "K"), "thousand"),
    **dict.fromkeys(("million", "mn", "m", "M", "mln"), "million"),
    **dict.fromkeys(("billion", "bn", "b", "B", "bln", "Bn"), "billion"),
    **dict.fromkeys(("trillion", "tn", "trn", "T", "tr"), "trillion"),
    **dict.fromkeys(("crore", "cr"), "crore"),
    "lakh": "lakh",
}
# A metric word in -er is spelled -re for British voices.
_UNITS = {row["mark"]: (row["one"], row["many"]) for row in rows("units")}
# What a rate is counted by: a time takes "a", everything else "per".
_TIMES = {
    **dict.fromkeys(("s", "sec"), "second"),
    **dict.fromkeys(("h", "hr", "hour"), "hour"),
    **dict.fromkeys(("d", "day"), "day"),
    **dict.fromkeys(("yr", "year"), "year"),
    **{word: word for word in ("minute", "week", "month", "night", "person", "barrel", "share")},
}
_N = rf"(?:{NUMBER})"
_DASH = r"\s?[-–—]\s?"
_CURRENCY = "|".join(re.escape(mark) for mark in sorted(_CURRENCIES, key=len, reverse=True))
_CURRENCY_AFTER = "|".join(mark for mark in _CURRENCIES if mark.isalpha() and len(mark) > 1 and mark != "Rs") + "|€"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_UNIT = "|".join(re.escape(mark) for mark in sorted(_UNITS, key=len, reverse=True))
_PER = "|".join(re.escape(mark) for mark in sorted((*_UNITS, *_TIMES), key=len, reverse=True))
_MONEY_PER = re.compile(rf"((?:{_CURRENCY})\s?{_N}(?:\s?(?:{_SCALE}))?|{_N}\s?[¢p])/({_PER})(?!\w)")
_RENTS = {"pcm": "month", "pw": "week", "pa": "year"}
_RENT = re.compile(rf"(?<=\d)\s?({'|'.join(_RENTS)})\b")
_MONEY_TO = re.compile(rf"((?:{_CURRENCY})\s?{_N}) to (?={_N}\s?(?:{_SCALE})\b)")
_MONEY = re.compile(
    rf"(?P<sign>(?<!\w)-)?(?<![A-Za-z])(?P<mark>{_CURRENCY})\.?\s?(?P<low>{_N})(?:[\s-]?(?P<low_scale>{_SCALE})\b)?"
    rf"(?:{_DASH}(?:{_CURRENCY})?\s?(?P<high>{_N})(?:\s?(?P<high_scale>{_SCALE})\b)?)?(?![\d])"
)
_MONEY_AFTER = re.compile(
    rf"(?<![\w.,])(?P<sign>-)?(?P<low>{_N})\s?(?:(?P<low_scale>{_SCALE})\s?)?(?P<mark>{_CURRENCY_AFTER})(?!\w)(?P<high>)(?P<high_scale>)"
)
_CENTS = re.compile(rf"(?<![\w.,])(?P<n>{_N})\s?(?P<mark>¢|p)(?!\w)")
_PERCENT = re.compile(
    rf"(?<![\w.])(?P<sign>[-+])?(?P<low>{_N})(?P<low_mark>\s?%)?(?:{_DASH}(?P<high>{_N}))?"
    r"\s?(?P<mark>%|percent\b|per cent\b|pct\b|(?<=\d)pc\b|‰)"
)
_UNIT_FIGURE = re.compile(
    rf"(?<![\w.])(?P<sign>[-+])?(?P<low>{_N})(?:{_DASH}(?P<high>{_N}))?(?P<gap>[ -]?)"
    rf"(?P<unit>{_UNIT})(?:/(?P<per>{_PER}))?(?![\w^°])"
)
_TEMPERATURE_RANGE = re.compile(rf"(?<![\w.])(-?{_N})(?:°?[CF]|°)?{_DASH}(-?{_N})(°[CF]?|[CF]\b)")
_BARE_DEGREES = re.compile(
    r"(?P<before>\b[\w']+ )?(?<![\w.-])(?P<n>-?\d{1,3}(?:\.\d+)?)(?P<scale>[CF])\b"
    r"(?P<after>(?:[ -](?:heat\w*|warming|limit|target|threshold|rise|goal|increase))?)"
)
_LABELS = frozenset(
    "a an the section seat room row part class article flight gate route rule title group block unit".split()
)
_SCALED = re.compile(rf"(?<![\w.])(?P<low>{_N})(?:{_DASH}(?P<high>{_N}))?(?P<gap>\s?)(?P<scale>{_SCALE})\b(?![/.]\w)")
_SCORE_WORDS = re.compile(
    r"\b(won|win|wins|winning|beat|beats|beaten|beating|lost|lose|loses|losing|defeat\w*|draw|drew|drawn|tie|tied|victory|score[ds]?|lead|leads|led|"
    r"goals?|match|final|set|sets|down|up|ahead|trail\w*|loss|thrash\w*|edged|record)\b"
)
_VOTED = re.compile(r"\b(vote|votes|voted|ruled|decided|Senate|Congress|parliament|Parliament|justices|lawmakers)\b")
_VOTE_WORDS = re.compile(r"\s*(vote|votes|ruling|decision|majority|opinion|split|margin|in favou?r)\b")
_VOTES = re.compile(r"\b(passed|rejected|approved)\b")
_PAIR = re.compile(
    r"(?<![\w.,/–-])(?P<low>\d{1,3}|\d{1,3}(?:,\d{3})+|\d+\.\d+)[-–](?P<high>\d{1,3}|\d{1,3}(?:,\d{3})+|\d+\.\d+)(?![\w/–-]|[.,]\d)"
)
# What is counted in millions: `5m` before one of these is no length.
_COUNTED_THINGS = (
    "people users children homes households barrels b/d tonnes tons jobs voters viewers customers subscribers doses "
    "followers views residents workers adults patients refugees cars vehicles members shares passengers copies men "
    "women pupils students visitors tourists fans listeners readers downloads streams votes ballots units trees "
    "hectares acres lives deaths cases tests pensioners families migrants civilians citizens accounts devices records "
    "gallons litres dollars euros pounds"
).split()
_COUNTED = re.compile(
    r"-strong|-plus|(?: (?:and|to|or) [\d.]+m)?\s+"
    r"(?:(?:more|new|other|extra|additional|young|older|active|monthly|daily|paying) )*"
    rf"(?:{'|'.join(_COUNTED_THINGS)}|of (?:them|whom)|a (?:day|year|month|week)|"
    r"[A-Z][a-z]+(?:ans|ers|ese|is|sh))\b"
)
_MILLIONS_BEFORE = re.compile(
    r"\b(?:population|audience|workforce|users|viewers|followers|subscribers|customers|sales|turnover|electorate)\b"
    r"[^.;]{0,25}$|[$€£][\d.,]+(?:m|bn)\s(?:to|and|or|from)\s$"
)
_ADJECTIVES = "record further extra additional reported potential separate combined single massive historic".split()
_NEXT_SET, _LAST_SET = re.compile(r",? \d-\d\b"), re.compile(r"\b\d-\d,? $")
_ARTICLE = re.compile(
    r"(?i)\b(a|an|the|its|their|his|her|this|our|another|estimated|proposed|planned|new|two|three|four|five|six|several)\s+"
    rf"(?:(?:[\w.,]*\w-[\w-]+|{'|'.join(_ADJECTIVES)}),?\s+|\d+ by\s)*$"
)
_NOUN = re.compile(
    r"\s+(?!(?:in|of|to|for|from|on|at|by|over|under|a|per|and|or|but|was|is|were|are|than|that|which|as|after|before|with|each|more|"
    r"less|worth|it|they|he|she|we|will|would|could|had|has|have|since|into|during|when|between|last|next|this|tall|high|long|wide|"
    r"deep|away|went|came|not|if|because|while|up|down|off|out|north|south|east|west|apart|below|above|ago|later)\b|\w+ed\b)[A-Za-z]"
)
_SECONDS = re.compile(r"(?<![\w.])(\d+\.\d+)\s?s\b")
_FEET_INCHES = re.compile(r"(?<![\w.])(\d)'\s?(\d{1,2})\"")
_FOOT_INCH = re.compile(rf"(?<![\w.])({_N})\s?(ft|st)\s?(\d{{1,2}})\s?(in|lb)\b")
_POWER = re.compile(r"(?<![\w.])(\d+)\^(-?\d+)(?![\w^])")
_MIXED = re.compile(r"(?<![\w.,/])(\d+)[ -](\d{1,2})/(\d{1,2})(?![\w/])")
_FRACTION = re.compile(r"(?<![\w.,/])(\d{1,2})/(\d{1,2})(?![\w/])")
_SPECIAL = {
    "9/11": "nine eleven",
    "24/7": "twenty-four seven",
    "7/7": "seven seven",
    "50/50": "fifty fifty",
    "20/20": "twenty twenty",
}
_SPECIALS = re.compile(r"(?<![\w.,/])(?:" + "|".join(_SPECIAL) + r")(?![\w/])")


def speak_quantities(text: str, *, british: bool) -> str:
    """All figures of `text` that carry a mark or stand in pairs, put in words. Plain numbers are left."""
    steps: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
        (_SPECIALS, lambda m: _SPECIAL[m[0]]),
        (_RENT, lambda m: f"/{_RENTS[m[1]]}" if re.search(r"[£$€][\d,.]+$", m.string[: m.start()]) else m[0]),
        (_MONEY_PER, lambda m: f"{m[1]} {_rate(m[2], british)}"),
        (_MONEY_TO, r"\1-"),
        (_MONEY, lambda m: _money(m, british)),
        (_MONEY_AFTER, lambda m: _money(m, british)),
        (_CENTS, lambda m: _cents(m, british)),
        (_PERCENT, lambda m: _percent(m, british)),
        (_TEMPERATURE_RANGE, lambda m: _temperatures(m, british)),
        (_BARE_DEGREES, lambda m: _bare_degrees(m, british)),
        (_FOOT_INCH, _foot_inch),
        (_UNIT_FIGURE, lambda m: _unit_figure(m, british)),
        (_SCALED, lambda m: _scaled(m, british)),
        (_POWER, lambda m: power(m[1], m[2])),
        (_MIXED, _mixed),
        (_FRACTION, _fraction),
        (_PAIR, lambda m: _pair(m, british)),
    )
    text = _SECONDS.sub(lambda m: f"{decimal(m[1], british=british)} seconds", text)
    text = _FEET_INCHES.sub(lambda m: f"{cardinal(m[1])} foot {cardinal(m[2])}", text)
    for pattern, speak in steps:
        text = pattern.sub(speak, text)
    return text


def _money(m: re.Match[str], british: bool) -> str:
    one, many, *_ = _CURRENCIES[m["mark"]]
    sign = "minus " if m["sign"] else ""
    low_scale, high_scale = _SCALES.get(m["low_scale"] or ""), _SCALES.get(m["high_scale"] or "")
    if m["high"]:
        low = decimal(m["low"], british=british) + (f" {low_scale}" if low_scale and low_scale != high_scale else "")
        high = decimal(m["high"], british=british) + (f" {high_scale}" if high_scale else "")
        return f"{sign}{low} to {high} {many}"
    if low_scale:
        return f"{sign}{decimal(m['low'], british=british)} {low_scale} {_counted(m, one, many)}"
    if re.fullmatch(r"[\d,]*\.\d\d", m["low"]) and _CURRENCIES[m["mark"]][2]:
        return sign + _coins(m["low"], m["mark"], british)
    amount = _counted(m, one, many if m["low"] != "1" else one)
    return f"{sign}{decimal(m['low'], british=british)} {amount}"


def _counted(m: re.Match[str], one: str, many: str) -> str:
    """`$5 million-a-year`, `a $20 ticket`: singular before a hyphen and before what it describes."""
    after = m.string[m.end() : m.end() + 30]
    describes = _ARTICLE.search(m.string[: m.start()]) and _NOUN.match(after)
    return one if describes or re.match(r"-(?!plus\b(?! [a-z]+s?\b))[a-z]", after) else many


def _coins(amount: str, mark: str, british: bool) -> str:
    one, many, hundredth, hundredths = _CURRENCIES[mark]
    whole, cents = (int(part or 0) for part in amount.replace(",", "").split("."))
    parts = []
    if whole or not cents:
        parts.append(f"{cardinal(whole, british=british)} {one if whole == 1 else many}")
    if cents:
        parts.append(f"{cardinal(cents)} {hundredth if cents == 1 else hundredths}")
    return " and ".join(parts)


def _cents(m: re.Match[str], british: bool) -> str:
    many = "pence" if m["mark"] == "p" else "cents"
    return f"{decimal(m['n'], british=british)} {many}"


def _percent(m: re.Match[str], british: bool) -> str:
    sign = {"-": "minus ", "+": "plus ", None: ""}[m["sign"]]
    word = "per mille" if m["mark"] == "‰" else "percent"
    low = decimal(m["low"], british=british)
    if m["high"]:
        return f"{sign}{low}{' percent' if m['low_mark'] else ''} to {decimal(m['high'], british=british)} {word}"
    return f"{sign}{low} {word}"


def _temperatures(m: re.Match[str], british: bool) -> str:
    low, high = (_signed(part, british) for part in (m[1], m[2]))
    return f"{low} to {high} {_UNITS['°' + m[3].lstrip('°')][1]}"


def _bare_degrees(m: re.Match[str], british: bool) -> str:
    """`hit 40C` and `the 1.5C limit` are temperatures; `Article 25C` and `the 5C` are labels."""
    before = (m["before"] or "x").strip()
    is_label = before in _LABELS or before[0].isupper()
    if is_label and not m["after"] and "." not in m["n"]:
        return m[0]
    one, many = _UNITS["°" + m["scale"]]
    return f"{m['before'] or ''}{_signed(m['n'], british)} {one if m['after'] else many}{m['after'].replace('-', ' ')}"


def _foot_inch(m: re.Match[str]) -> str:
    """`6ft 2in`, `12st 4lb`; before what it describes, `a 6ft 2in forward`, in the singular."""
    first = {"ft": ("foot", "feet"), "st": ("stone", "stone")}[m[2]]
    second = {"in": ("inch", "inches"), "lb": ("pound", "pounds")}[m[4]]
    return (
        f"{cardinal(m[1])} {_counted(m, *first)} {cardinal(m[3])} {second[0] if m[3] == '1' else _counted(m, *second)}"
    )


def _rate(mark: str, british: bool) -> str:
    """What stands after the stroke of a rate: `/h` is "an hour", `/kg` "per kilogram"."""
    if mark in _TIMES:
        return f"{'an' if _TIMES[mark] == 'hour' else 'a'} {_TIMES[mark]}"
    return f"per {_spelled(_UNITS[mark][0], british)}"


def _spelled(unit: str, british: bool) -> str:
    return re.sub(r"(met|lit)er", r"\1re", unit) if british else unit


def _signed(number: str, british: bool) -> str:
    return ("minus " if number.startswith("-") else "") + decimal(number.lstrip("-"), british=british)


def _unit_figure(m: re.Match[str], british: bool) -> str:
    unit = m["unit"]
    if unit == "in" and m["gap"] != "":  # "5 in" is most often the preposition
        return m[0]
    if unit in ("t", "m", "V", "W", "L", "l", "g") and m["gap"] == "-":
        return m[0]
    if unit == "m" and not m["high"] and _means_million(m):
        return f"{decimal(m['low'], british=british)} million"
    one, many = _UNITS[unit]
    name = one if m["low"] == "1" and not m["high"] or m["gap"] == "-" else _counted(m, one, many)
    name = _spelled(name, british) + (f" {_rate(m['per'], british)}" if m["per"] else "")
    sign = {"-": "minus ", "+": "plus ", None: ""}[m["sign"]]
    low = decimal(m["low"], british=british)
    joined = f"{low} to {decimal(m['high'], british=british)}" if m["high"] else low
    return f"{sign}{joined}{'-' if m['gap'] == '-' else ' '}{name}"


def _means_million(m: re.Match[str]) -> bool:
    """`5m people` counts, `a 5m wall` measures: what follows decides."""
    before, after = m.string[max(0, m.start() - 60) : m.start()], m.string[m.end() : m.end() + 40]
    return m["gap"] == "" and bool(_COUNTED.match(after) or _MILLIONS_BEFORE.search(before))


def _scaled(m: re.Match[str], british: bool) -> str:
    if m["scale"] == "K" and m["low"] in ("4", "8"):  # the picture sizes
        return m[0]
    if len(m["scale"]) == 1 and (m["gap"] or m["scale"] in "bBTM" and not _clear_scale(m)):
        return m[0]
    low = decimal(m["low"], british=british)
    joined = f"{low} to {decimal(m['high'], british=british)}" if m["high"] else low
    return f"{joined} {_SCALES[m['scale']]}"


def _clear_scale(m: re.Match[str]) -> bool:
    """A lone capital after a figure is a scale in `1.2B users` and `30B`, and a label in `3B` of a flat or a form."""
    return m["scale"] in "BM" and ("." in m["low"] or len(m["low"]) >= 2)


def _mixed(m: re.Match[str]) -> str:
    spoken = fraction(int(m[2]), int(m[3]))
    if spoken is None:
        return m[0]
    return f"{cardinal(m[1])} and {spoken.replace('one ', 'a ', 1) if spoken.startswith('one ') else spoken}"


def _fraction(m: re.Match[str]) -> str:
    top, bottom = int(m[1]), int(m[2])
    spoken = fraction(top, bottom)
    if spoken is not None:
        return spoken
    return f"{cardinal(top)} over {cardinal(bottom)}" if bottom > 31 else f"{cardinal(top)} {cardinal(bottom)}"


def _pair(m: re.Match[str], british: bool) -> str:
    """`10-15` is a range, `2-1` a result, `6-3` before "vote" a count; the words around tell."""
    low, high = m["low"], m["high"]
    before, after = m.string[max(0, m.start() - 45) : m.start()], m.string[m.end() : m.end() + 30]
    is_set = {low, high} == {"0", "6"} and (_NEXT_SET.match(after) or _LAST_SET.search(m.string[: m.start()]))
    first, second = ("love" if is_set and part == "0" else _pair_figure(part, british) for part in (low, high))
    if low != high and _VOTE_WORDS.match(after):
        return f"{first} to {second}"
    is_long = min(len(low), len(high)) >= 3 and "," not in low + high
    if low != high and (_VOTED.search(before) or (is_long and _VOTES.search(before))):
        return f"{first} to {second}"
    low_value, high_value = (float(part.replace(",", "")) for part in (low, high))
    scored = bool(
        _SCORE_WORDS.search(before.lower()) or re.match(r"\s*(win|victory|defeat|draw|loss|lead|thrashing)\b", after)
    )
    if low_value >= high_value or scored:
        return f"{first} {second}"
    return f"{first} to {second}"


def _pair_figure(number: str, british: bool) -> str:
    if number == "0":
        return "nil" if british else "zero"
    if len(number) > 1 and number.startswith("0") and number.isdigit():
        return digits(number)
    return decimal(number, british=british)
