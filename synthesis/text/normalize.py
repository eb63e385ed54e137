"""Written news text to the words that a newsreader says."""

from __future__ import annotations

import re

from synthesis.text.abbreviations import calm_headlines, speak_abbreviations, speak_addresses, speak_numerals
from synthesis.text.dates import speak_dates, speak_years
from synthesis.text.folding import fold, is_readable
from synthesis.text.numbers import NUMBER, cardinal, decimal, digits, ordinal, plural
from synthesis.text.quantities import speak_quantities

_PHONE = re.compile(
    r"(?<![\w.])\+?\d{1,3}[ -]\(?\d{3}\)?[ -]\d{3}[ -]\d{4}\b|\(\d{3}\) \d{3}-\d{4}\b"
    r"|(?<![\w.-])(?:1-)?\d{3}-\d{3}-\d{4}\b|(?<![\w.-])\d{3}-\d{4}\b"
    r"|\+\d{1,3}(?:[ -]\(?\d{2,4}\)?){2,5}\b|(?<![\w.,/-])(?:0\d{2,4}|\(0\d{2,4}\))(?: \d{3,6})+\b"
)
_CALLED = re.compile(
    r"\b((?:[Cc]all(?:ed|s|ing)?|[Dd]ial(?:led|ed|ling|ing)?|[Tt]ext(?:ing)?|[Pp]hone|[Rr]ing|(?:hot|help)?line)\s(?:(?:(?:the\s)?[A-Z]\w+\s(?:\w+\s)?)?(?:on|at)\s)?)"
    r"(911|999|112|988|111|101|211|311|411|119|110|105|118|1800|\d{3,5}(?: \d{3,4})+|\d{5,8})\b"
    r"(?!,\d|\s+(?:people|times))"
)
_EMERGENCY = re.compile(r"\b(?:911|999|988|112|111|101)(?= (?:call|operator|dispatch|helpline|hotline|line|service))")
_VERSION = re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\w.]*\d)")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(st|nd|rd|th)\b")
_NAMED_NUMBER = re.compile(
    r"\b((?:Boeing|Flight|Route|Interstate|Highway|[Rr]oom|RTX|GTX|RX|Ryzen|Core|Xeon|EPYC|Instinct)\s)(\d{3,4})\b(?![.,]\d)"
)
_JET = re.compile(r"\b(7[0-8]7)(-\d{1,3}\w*|X)?(?=s?\b)")
_JET_WORDS = re.compile(r"\b(?:Boeing|jets?|planes?|aircraft|airliners?|Dreamliners?|Max|MAX)\b")
_HOUSE = re.compile(
    r"(?<![\w.,$€£-])(\d{3,4})(?= (?:[NSEW]\.? )?(?:[A-Z]\w+ ){1,3}"
    r"(?:Street|Avenue|Road|Drive|Boulevard|Lane|Place|Court|Square)\b)"
)
_VERSIONED = re.compile(
    r"\b((?:Python|PyTorch|CUDA|Kubernetes|Linux|Django|Node|PHP|Java|Rust)\s)(\d+)\.([1-9]\d)\b(?!\.)"
)
_AGENT = re.compile(r"(?<![\w.,])007\b")
_PLURAL = re.compile(r"(?<![\w.,-])(\d+)s\b")
_AGES = re.compile(r"(?<![\w.,-])(\d\d)[-–](\d\d)s\b")
_JOINED = re.compile(r"(?<=[a-z])-(?=\d)")
_TEXTED = re.compile(r"\b([Tt]ext(?:ing)? \w+ to )(\d{5,6})\b")
_MODEL_NAME = re.compile(r"(?<![\w.])([A-Za-z]+[A-Za-z-]*?)-?(\d+(?:\.\d+)?)([A-Za-z]*)(?![\w])")
_FIGURE_FIRST = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)(-?)([A-Za-z]+)\b")
_LETTER_FIRST = re.compile(r"\b([A-Z]{1,3})\.(\d+(?:\.\d+)*)\b(?!\.\d)")
_RATIO = re.compile(r"(?<![\d:])(\d{1,3}):(\d{1,3})(?![\d:])")
_RACE = re.compile(r"\b(5|10)[kK](?=\s+(?:race|run|runner|course|walk)s?\b)")
_TIMES = re.compile(r"(?<=\d) x (?=\d)|(?<=\d)x(?=[\s,;:.!?)-]|$)")
_BY = re.compile(r"(?<=\d)x(?=\d)|(?<=\d) x (?=[\d.]+\s?(?:feet|foot|ft|inch|inches|in|meters|metres|m|cm|mm)\b)")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_SIGNED = re.compile(rf"(?<![\w)\]-])([-+±])(?={NUMBER})")
_ANY_NUMBER = re.compile(rf"(?<!\d)(?:{NUMBER})")
_BRACKETED_SCRIPT = re.compile(r"\s*\(([^()]*)\)")
_SYMBOLS = (
    (re.compile(r"(?<=\w)&(?=\w)"), " and "),
    (re.compile(r"&"), " and "),
    (re.compile(r"(?<=\w)@(?=\w)|@"), " at "),
    (re.compile(r"%"), " percent "),
    (re.compile(r"(?<=\w)\+(?=\W|$)"), " plus"),
    (re.compile(r"\+"), " plus "),
    (re.compile(r"±"), " plus or minus "),
    (re.compile(r"="), " equals "),
    (re.compile(r"(?<=\w)/(?=\w)"), " "),
    (re.compile(r"°"), " degrees "),
    (re.compile(r"\$"), " dollars "),
    (re.compile(r"€"), " euros "),
    (re.compile(r"£"), " pounds "),
    (re.compile(r"[^\w\s.,;:!?'\"()…—–-]|_"), " "),
)


def normalize(text: str, *, british: bool = False) -> str:
    """`text` in words, without a figure. `british` chooses "and" in numbers, the day before the month, "metres"."""
    text = _drop_unreadable_brackets(fold(_MARKUP.sub(" ", text)))
    for mark, spoken in (("~", "about "), ("<", "less than "), (">", "more than "), (r"\bc\.", "circa ")):
        text = re.sub(rf"(?<=\w){mark}\s?(?=[\d$€£])", f" {spoken}", text)
        text = re.sub(rf"{mark}\s?(?=[\d$€£])", spoken, text)
    text = speak_addresses(text)
    text = calm_headlines(text)
    text = speak_abbreviations(text)
    text = speak_numerals(text)
    text = _PHONE.sub(lambda m: ", ".join(digits(group) for group in re.findall(r"\d+", m[0])), text)
    text = _CALLED.sub(lambda m: m[1] + ", ".join(map(digits, m[2].split())), text)
    text = _TEXTED.sub(lambda m: m[1] + digits(m[2]), text)
    text = _EMERGENCY.sub(lambda m: digits(m[0]), text)
    text = _AGENT.sub("double oh seven", text)
    text = _HOUSE.sub(lambda m: _house_number(m[1]), text)
    is_of_jets = _JET_WORDS.search(text)
    text = _JET.sub(lambda m: _jet(m, british) if is_of_jets or m[2] == "X" else m[0], text)
    text = _BY.sub(" by ", text)
    text = _RACE.sub(r"\1 K", text)
    text = speak_dates(text, british=british)
    text = speak_quantities(text, british=british)
    text = speak_years(text, british=british)
    text = _speak_plain_numbers(text, british)
    for pattern, spoken in _SYMBOLS:
        text = pattern.sub(spoken, text)
    return _tidy(text)


def words(normalized: str) -> str:
    """Of a normalized text the words alone: lower case, no punctuation, one space between."""
    text = normalized.lower()
    return " ".join(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text))


def _drop_unreadable_brackets(text: str) -> str:
    """A bracketed gloss in a script that no English voice reads, `Xi Jinping (习近平)`, is left out."""
    return _BRACKETED_SCRIPT.sub(lambda m: m[0] if is_readable(m[1]) else "", text)


def _speak_plain_numbers(text: str, british: bool) -> str:
    text = _RATIO.sub(r"\1 to \2", text)
    text = _TIMES.sub(" times ", text)
    text = _VERSIONED.sub(lambda m: f"{m[1]}{cardinal(m[2])} point {cardinal(m[3])}", text)
    text = _LETTER_FIRST.sub(lambda m: f"{m[1]} {' point '.join(map(cardinal, m[2].split('.')))}", text)
    text = _VERSION.sub(
        lambda m: (
            (" " if m.string[m.start() - 1 : m.start()].isalpha() else "")
            + " point ".join(map(cardinal, m[0].split(".")))
        ),
        text,
    )
    text = _ORDINAL.sub(lambda m: ordinal(m[1], british=british), text)
    text = _NAMED_NUMBER.sub(lambda m: m[1] + _label(m[2], british), text)
    text = _AGES.sub(lambda m: f"{cardinal(m[1])} to {plural(cardinal(m[2]))}", text)
    text = _PLURAL.sub(lambda m: plural(cardinal(m[1], british=british)), text)
    text = _MODEL_NAME.sub(lambda m: _speak_model_name(m, british), text)
    text = _FIGURE_FIRST.sub(lambda m: _speak_figure_first(m, british), text)
    text = _SIGNED.sub(lambda m: {"-": "minus ", "+": "plus ", "±": "plus or minus "}[m[1]], text)
    text = _JOINED.sub(" ", text)
    return _ANY_NUMBER.sub(lambda m: _spaced(m, british), text)


def _speak_model_name(m: re.Match[str], british: bool) -> str:
    """`GB200`, `COVID-19`, `F-16`, `G20`, `GPT-4o`: the letters, then the number, then what follows it."""
    name, number, tail = m[1], m[2], m[3]
    if tail == "s" and "." not in number:
        return f"{name.rstrip('-')} {plural(_label(number, british))}"
    spoken = digits(number) if len(number) > 1 and number.startswith("0") else _label(number, british)
    return f"{name.rstrip('-')} {spoken}" + (f" {tail}" if tail else "")


def _label(number: str, british: bool) -> str:
    """Numbers in names go by pairs: `RTX 5090` is "fifty ninety", `A350` "three fifty", `B101` "one oh one"."""
    if len(number) == 4 and number.isdigit() and not number.endswith("00") and number[2] != "0":
        return f"{cardinal(number[:2])} {cardinal(number[2:])}"
    if len(number) == 3 and number.isdigit() and number[1] == "0" and number[2] != "0":
        return f"{cardinal(number[0])} oh {cardinal(number[2])}"
    if len(number) == 3 and number.isdigit() and not number.endswith("00"):
        return f"{cardinal(number[0])} {cardinal(number[1:])}"
    return decimal(number, british=british)


def _jet(m: re.Match[str], british: bool) -> str:
    """`747-400` as "seven forty-seven four hundred", `777X` as "seven seventy-seven X"."""
    return _label(m[1], british) + (m[2] or "").replace("-", " ").replace("X", " X")


def _house_number(number: str) -> str:
    """`501 Auburn Avenue` is "five oh one", `1600 Pennsylvania Avenue` "sixteen hundred"."""
    if len(number) == 4 and number.endswith("00") and number[1] != "0":
        return f"{cardinal(number[:2])} hundred"
    return _label(number, british=False)


def _speak_figure_first(m: re.Match[str], british: bool) -> str:
    """`5G`, `3D`, `20-year-old`, `15-minute`."""
    joint = "-" if m[2] and m[3].islower() else " "
    return f"{decimal(m[1], british=british)}{joint}{m[3]}"


def _spaced(m: re.Match[str], british: bool) -> str:
    number = m[0]
    if len(number) > 1 and number.startswith("0") and number.isdigit():
        spoken = digits(number)
    else:
        spoken = decimal(number, british=british)
    before = m.string[m.start() - 1 : m.start()]
    after = m.string[m.end() : m.end() + 1]
    return (" " if before.isalpha() else "") + spoken + (" " if after.isalpha() else "")


def _tidy(text: str) -> str:
    text = re.sub(r"\s+-+\s+|\s*-{2,}\s*|\s*–\s*|\s*—\s*", " — ", text)
    text = re.sub(r"[^\S\n]+([,.;:!?…])", r"\1", text)
    text = re.sub(r"…(?:\s*[….])+", "…", re.sub(r"\.{2,}", ".", text))
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"\(\s+", "(", re.sub(r"\s+\)", ")", text))
    text = re.sub(r"\(\s*\)|\"\s*\"", "", text)
    text = re.sub(r"\S{50,}", lambda m: re.sub(r"[^\w']+", " ", m[0]), text)  # a chain of hyphens is read word by word
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r"^[\s,;:—-]+", "", text).rstrip()
