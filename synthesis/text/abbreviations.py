"""Abbreviations, acronyms, headline capitals, Roman numerals and web addresses, as they are said."""

from __future__ import annotations

import re

from synthesis.text.numbers import cardinal, ordinal, roman
from synthesis.text.sentences import STARTERS
from synthesis.text.tables import spoken

_TITLES, _WORDS, _STATES = (spoken("abbreviations", kind) for kind in ("title", "word", "state"))
_ROADS, _REFERENCES = (spoken("abbreviations", kind) for kind in ("road", "reference"))
_SAID_AS_WORDS = spoken("abbreviations", "acronym")  # every other run of capitals is spelled
_INITIALS, _REGNAL, _COUNTED = (spoken("abbreviations", kind) for kind in ("initials", "regnal", "counted"))
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SUFFIXES = (
    "com|org|net|gov|edu|io|ai|co|tv|info|int|eu|uk|us|ca|de|fr|au|jp|cn|ru|ch|nl|se|es|br|mx|za|nz|ie|news|dev|app|fm"
)
_DOMAIN = re.compile(rf"\b(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+(?:{_SUFFIXES})\b(?:/[^\s<>\"')\]]*)?")
_CASHTAG = re.compile(r"\$(?=[A-Z]{1,5}\b)")
_TAG = re.compile(r"(?<!\w)([#@])([A-Za-z]\w+)")
_TITLE = re.compile(r"\b(" + "|".join(_TITLES) + r")\.(?=\s*[A-Z]|\s+and\b)")
_TITLE_BARE = re.compile(
    r"\b(Dr|Mr|Mrs|Prof|Gen|Lt|Sgt|Col|Capt|Maj|Brig|Rev|Cpl|Insp|Supt|Det|Cmdr|Adm)(?=(?:\s+(?:[A-Z]\w*|and)\b)?\s+[A-Z][a-z])"
)
_WORD = re.compile(
    r"(?<![\w.])(" + "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True)) + r")(?![\w])"
)
_STARTER = "|".join(sorted(STARTERS))
_NEXT_SENTENCE = re.compile(rf"\s+(?:{_STARTER})\b")
_STREET = re.compile(
    r"\b((?:on|at|along|off|down|near) (?!Port|Fort|Mount|Mont|Bury)"
    r"(?:[A-Z][\w'-]+|\d+(?:st|nd|rd|th))) St\.(?= [A-Z])"
)
_SAINT = re.compile(rf"\bSt\.?\s+(?=[A-Z])(?!(?:{_STARTER})\b)")
_ROAD = re.compile(
    rf"(?<![\w'])(?!(?:{_STARTER})\s)([A-Z][\w'-]+|\d+(?:st|nd|rd|th))\s+({'|'.join(_ROADS)})\b(?P<stop>\.?)"
    rf"(?=\s*(?:[,;.!?:)]|$|[a-z])|(?P<next>\s+(?:{_STARTER})\b))"
)
_REFERENCE = re.compile(
    r"(?<!\w)(" + "|".join(re.escape(w) for w in sorted(_REFERENCES, key=len, reverse=True)) + r")\s?(?=\d|[IVX]+\b)"
)
_FOUNDED = re.compile(r"\b[Ee]st\. (?=1\d{3}|20\d\d)")
_NUMBER = re.compile(r"\b([Nn])(?:o|r)\.\s?(?=\d)|\b([Nn])os\.\s?(?=\d)|(?<!\w)#(?=\d)")
_VERSUS = re.compile(r"(?<=\w) v\.? (?=[A-Z])")
_PARTY_STATES = {**_STATES, **{name: name for name in _STATES.values()}}
_PARTY = re.compile(
    r"\b([DRI])-(" + "|".join(re.escape(s) for s in sorted(_PARTY_STATES, key=len, reverse=True)) + r")(?!\w)"
)
_PARTIES = {"D": "Democrat", "R": "Republican", "I": "Independent"}
_CLOSING = frozenset(("etc.", "et al.", "Ph.D.", "PhD"))
_STATE = re.compile(
    r"(?<=[a-z]), (" + "|".join(re.escape(s) for s in sorted(_STATES, key=len, reverse=True)) + r")(?!\w)(?!\.[A-Z])"
)
_NUMERAL = re.compile(r"\b([A-Z][\w'’-]+)\s+([IVX]{1,5}|L[IVX]{1,4})\b(?!\.\w)")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}(?![A-Za-z])|\b[A-Z]\.[A-Z]\b")
_CAPITALS_RUN = re.compile(r"\b[A-Z][A-Z'’&-]*\b(?:[\s,:;—–\"'-]+(?:\d+\s+)?[A-Z][A-Z'’&-]*\b)+")
_CAPITALS = re.compile(r"\b[A-Z]{3,}(?=s?\b)")


def speak_addresses(text: str) -> str:
    """Web and mail addresses, hashtags and handles. Of a web address the host is said, never the path."""
    text = _EMAIL.sub(lambda m: m[0].replace("@", " at ").replace(".", " dot ").replace("-", " dash "), text)
    text = _URL.sub(_say_host, text)
    text = _DOMAIN.sub(_say_host, text)
    text = _CASHTAG.sub("", text)
    return _TAG.sub(lambda m: ("hashtag " if m[1] == "#" else "at ") + _camel_words(m[2]), text)


def speak_abbreviations(text: str) -> str:
    """Titles, company forms, states, "No. 10", "v.", dotted initials and acronyms that are said as words."""
    text = _STREET.sub(r"\1 Street.", text)
    text = _SAINT.sub(lambda m: "Street " if _follows_house_number(m) else "Saint ", text)
    text = _ROAD.sub(_say_road, text)
    text = _TITLE.sub(lambda m: _TITLES[m[1]], text)
    text = _TITLE_BARE.sub(lambda m: _TITLES[m[1]], text)
    text = _PARTY.sub(lambda m: f"{_PARTIES[m[1]]} of {_PARTY_STATES[m[2]]}", text)
    text = _STATE.sub(lambda m: f", {_STATES[m[1]]}", text)
    text = _NUMBER.sub(lambda m: "numbers " if m[2] else ("Number " if m[1] == "N" else "number "), text)
    text = _REFERENCE.sub(lambda m: f"{_REFERENCES[m[1]]} ", text)
    text = _FOUNDED.sub("established ", text)
    text = _VERSUS.sub(" versus ", text)
    text = _WORD.sub(_say_word, text)
    text = re.sub(r"(?<![\w.])(?<!-)US(?=[\s,;:.?!'\")-]|$)(?!\$)", "U.S.", text)
    text = re.sub(r"U\.S\.\.", "U.S.", text)
    text = re.sub(r"\bU\.S\.-", "U.S. ", text)
    return _CAPITALS.sub(lambda m: _SAID_AS_WORDS.get(m[0], m[0]), text)


def speak_numerals(text: str) -> str:
    """`Leo XIV` as "Leo the fourteenth", `World War II` as "World War two"; other capitals are left."""
    return _NUMERAL.sub(_say_numeral, text)


def calm_headlines(text: str) -> str:
    """Two or more words shouted in capitals are written as names; acronyms among them stay."""
    return _CAPITALS_RUN.sub(_calm, text)


def _say_host(m: re.Match[str]) -> str:
    address = re.sub(r"^(?:https?://)?(?:www\.)?", "", m[0], flags=re.IGNORECASE)
    host = re.split(r"[/?#:]", address, maxsplit=1)[0].rstrip(".,;!?")
    tail = m[0][-1] if m[0][-1] in ".,;!?" else ""
    return host.replace(".", " dot ").replace("-", " dash ") + tail


def _camel_words(tag: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_|(?<=[A-Z])(?=[A-Z][a-z])", " ", tag)


def _follows_house_number(m: re.Match[str]) -> bool:
    return re.search(r"\d+(?:th|st|nd|rd)?\s+(?:[A-Z]\w+\s+)?$", m.string[: m.start()]) is not None


def _say_road(m: re.Match[str]) -> str:
    ends = m["stop"] and (m["next"] or m.end() == len(m.string))
    return f"{m[1]} {_ROADS[m[2]]}" + ("." if ends else "")


def _say_word(m: re.Match[str]) -> str:
    """The full stop of an abbreviation at the end of a sentence ends the sentence too."""
    ends = m[1].endswith(".") and re.match(r"\s*[\"']?\s*$|\s+[\"'(]*[A-Z]", m.string[m.end() :])
    is_company = m[1] in ("Inc.", "Corp.", "Co.", "Ltd.", "Jr.", "Sr.", "Dept.", "Univ.", "Bros.")
    is_last = m.end() >= len(m.string.rstrip()) or _NEXT_SENTENCE.match(m.string, m.end())
    closes = ends and (m[1] in _CLOSING or (is_company and is_last))
    return _WORDS[m[1]] + ("." if closes else "")


def _say_numeral(m: re.Match[str]) -> str:
    word, numeral = m[1], m[2]
    value = roman(numeral)
    if value is None or numeral.startswith("L") and word != "Bowl":
        return m[0]
    if word in _COUNTED:
        return f"{word} {cardinal(value)}"
    if (
        word in _REGNAL
        and numeral != "I"
        or len(numeral) >= 2
        and word.isalpha()
        and not word.isupper()
        and numeral not in ("IV", "VI", "XX")
    ):
        return f"{word} the {ordinal(value)}"
    if word in _REGNAL and numeral == "I" and re.match(r"'s|[,.;:)]| of\b|$|-era", m.string[m.end() :]):
        return f"{word} the first"
    if word in _REGNAL and re.search(r"\b(King|Queen|Pope|Emperor|Empress|Tsar)\s+$", m.string[: m.start()]):
        return f"{word} the first"
    return m[0]


def _calm(m: re.Match[str]) -> str:
    if not any(len(part.split()) > 1 for part in re.split("[,;]", m[0])):
        return m[0]  # a list of acronyms
    words = re.findall(r"[A-Z][A-Z'’]*", m[0])
    loud = [w for w in words if not _stays_capital(w)]
    if not any(len(w) >= 4 for w in loud) or sum(len(w) >= 2 for w in words) < 2:
        return m[0]
    return re.sub(r"[A-Z][A-Z'’]*", lambda w: w[0] if _stays_capital(w[0]) else w[0].capitalize(), m[0])


def _stays_capital(word: str) -> bool:
    numeral = roman(word)
    is_spelled = word in _INITIALS or not re.search("[AEIOUY]", word)
    return is_spelled or word in _SAID_AS_WORDS or (numeral is not None and len(word) > 1)
