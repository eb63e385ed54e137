"""Abbreviations, acronyms, headline capitals, Roman numerals and web addresses, as they are said."""

from __future__ import annotations

import re

from synthesis.text.numbers import cardinal, ordinal, roman

_TITLES = {
    "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Ms", "Prof": "Professor", "Sen": "Senator", "Rep": "Representative", "Gov": "Governor",
    "Gen": "General", "Lt": "Lieutenant", "Col": "Colonel", "Sgt": "Sergeant", "Capt": "Captain", "Cmdr": "Commander", "Adm": "Admiral", "Maj": "Major",
    "Rev": "Reverend", "Hon": "Honorable", "Pres": "President", "Cpl": "Corporal", "Pvt": "Private", "Supt": "Superintendent", "Insp": "Inspector",
    "Mt": "Mount", "Ft": "Fort", "Sec": "Secretary", "Atty": "Attorney", "Msgr": "Monsignor", "Fr": "Father",
}  # fmt: skip
_WORDS = {
    "Inc.": "Incorporated", "Corp.": "Corporation", "Co.": "Company", "Ltd.": "Limited", "Bros.": "Brothers", "Dept.": "Department", "Univ.": "University",
    "Assn.": "Association", "Ave.": "Avenue", "Blvd.": "Boulevard", "Jr.": "Junior", "Sr.": "Senior", "Jr": "Junior", "vs.": "versus", "vs": "versus",
    "approx.": "approximately", "est.": "estimated", "etc.": "et cetera", "e.g.": "for example", "i.e.": "that is", "et al.": "and others",
    "a.k.a.": "also known as", "aka": "also known as", "w/": "with", "Ph.D.": "P.H.D.", "Ph.D": "P.H.D.", "PhD": "P.H.D.", "AT&T": "A.T. and T", "No.10": "Number ten",
    "govt": "government", "Govt": "Government", "Gov't": "Government", "cf.": "compare", "fig.": "figure", "Fig.": "Figure", "vol.": "volume", "Vol.": "Volume",
}  # fmt: skip
_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming", "DC": "D.C.",
    "Ala.": "Alabama", "Ariz.": "Arizona", "Ark.": "Arkansas", "Calif.": "California", "Colo.": "Colorado", "Conn.": "Connecticut", "Del.": "Delaware",
    "Fla.": "Florida", "Ga.": "Georgia", "Ill.": "Illinois", "Ind.": "Indiana", "Kan.": "Kansas", "Ky.": "Kentucky", "La.": "Louisiana", "Md.": "Maryland",
    "Mass.": "Massachusetts", "Mich.": "Michigan", "Minn.": "Minnesota", "Miss.": "Mississippi", "Mo.": "Missouri", "Mont.": "Montana", "Neb.": "Nebraska",
    "Nev.": "Nevada", "N.H.": "New Hampshire", "N.J.": "New Jersey", "N.M.": "New Mexico", "N.Y.": "New York", "N.C.": "North Carolina",
    "N.D.": "North Dakota", "Okla.": "Oklahoma", "Ore.": "Oregon", "Pa.": "Pennsylvania", "R.I.": "Rhode Island", "S.C.": "South Carolina",
    "S.D.": "South Dakota", "Tenn.": "Tennessee", "Tex.": "Texas", "Vt.": "Vermont", "Va.": "Virginia", "Wash.": "Washington", "W.Va.": "West Virginia",
    "Wis.": "Wisconsin", "Wyo.": "Wyoming",
}  # fmt: skip
SAID_AS_WORDS = frozenset(
    """UNICEF NATO COVID NASA FIFA UEFA AIDS SWAT OPEC UNESCO ASEAN BRICS NAFTA FEMA SARS MERS RADAR LASER SCOTUS POTUS FLOTUS DACA HAMAS AUKUS NORAD WADA
    DARPA NIMBY SALT MAGA GIF JPEG RAM ROM PIN SIM DOGE ICE CERN INTERPOL EUROPOL FRONTEX OSHA NIST ISIS BAFTA NASDAQ LIBOR MERCOSUR CENTCOM IKEA LEGO
    NASCAR FOMO SIPRI OFSTED OFCOM OFGEM COBRA COP OPCW LIDAR SONAR SCUBA ECOWAS UNRWA UNHCR AIPAC PETA CARICOM SADC TASS ANSA YOUGOV FARC UNIFIL""".split()
) - {"OPCW", "UNHCR"}  # fmt: skip
"""Acronyms that are read as a word; every other run of capitals is spelled."""
_SPELLED_IN_HEADLINES = frozenset(
    """US UK EU UN FBI CIA GDP CEO CFO NBA NFL NHL MLB BBC CNN NBC ABC CBS PBS NPR AP AFP IMF WHO WTO AI TV PM MP MPS NHS IRS DOJ EPA FDA CDC SEC FCC FTC FAA GOP
    DNC RNC NRA ACLU LGBT LGBTQ UAE DRC ECB FED IPO EV EVS CPI OECD IAEA ICC ICJ IDF IRA UFO GPS DNA RNA HIV LA NYC DC NYPD LAPD""".split()
)
_REGNAL = frozenset(
    """Leo Charles Elizabeth Henry George William Louis Pius John Paul Benedict Francis Edward Richard James Frederick Philip Felipe Carl Gustaf Harald Mohammed
    Abdullah Nicholas Catherine Alexander Napoleon Albert Leopold Willem Margrethe Frederik Haakon Gregory Clement Constantine Peter Ivan Tawadros Kirill""".split()
)
_COUNTED_BY_NUMERAL = frozenset(
    """War Bowl Chapter Type Phase Part Act Article Title Volume Level Stage Class Tier Grade Section Mark Rocky Apollo Final Fantasy Schedule Annex Appendix Book
    Page Basel Falcon Artemis Division Category Minuteman Trident Round Tranche Episode""".split()
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SUFFIXES = "com org net gov edu io ai co tv info int eu uk us ca de fr au in jp cn ru ch nl se no es it br mx za nz ie news dev app me ly fm gg xyz".split()
_DOMAIN = re.compile(rf"\b(?:[a-z0-9][a-z0-9-]*\.)+(?:{'|'.join(_SUFFIXES)})\b(?:/[^\s<>\"')\]]*)?")
_TAG = re.compile(r"(?<!\w)([#@])([A-Za-z]\w+)")
_TITLE = re.compile(r"\b(" + "|".join(_TITLES) + r")\.(?=\s*[A-Z])")
_TITLE_BARE = re.compile(r"\b(Dr|Mr|Mrs|Prof)(?=\s+[A-Z])")
_WORD = re.compile(r"(?<![\w.])(" + "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True)) + r")(?![\w])")
_SAINT = re.compile(r"\bSt\.?\s+(?=[A-Z])")
_STREET = re.compile(r"(?<=[a-z\d])\s+St(?:\.|\b)(?=\s*(?:[,;.!?]|$|[a-z]))")
_NUMBER = re.compile(r"\b([Nn])(?:o|r)\.\s?(?=\d)|\b([Nn])os\.\s?(?=\d)|(?<!\w)#(?=\d)")
_VERSUS = re.compile(r"(?<=\w) v\.? (?=[A-Z])")
_STATE = re.compile(r"(?<=[a-z]), (" + "|".join(re.escape(s) for s in sorted(_STATES, key=len, reverse=True)) + r")(?!\w)(?!\.[A-Z])")
_NUMERAL = re.compile(r"\b([A-Z][\w'’-]+)\s+([IVX]{1,5}|L[IVX]{1,4})\b(?!\.\w)")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}(?![A-Za-z])|\b[A-Z]\.[A-Z]\b")
_CAPITALS_RUN = re.compile(r"\b[A-Z][A-Z'’&-]*\b(?:[\s,:;—–\"'-]+(?:\d+\s+)?[A-Z][A-Z'’&-]*\b)+")
_CAPITALS = re.compile(r"\b[A-Z]{3,}(?=s?\b)")


def speak_addresses(text: str) -> str:
    """Web and mail addresses, hashtags and handles. Of a web address the host is said, never the path."""
    text = _EMAIL.sub(lambda m: m[0].replace("@", " at ").replace(".", " dot ").replace("-", " dash "), text)
    text = _URL.sub(_say_host, text)
    text = _DOMAIN.sub(_say_host, text)
    return _TAG.sub(lambda m: ("hashtag " if m[1] == "#" else "at ") + _camel_words(m[2]), text)


def speak_abbreviations(text: str) -> str:
    """Titles, company forms, states, "No. 10", "v.", dotted initials and acronyms that are said as words."""
    text = _SAINT.sub(lambda m: "Street " if _follows_house_number(m) else "Saint ", text)
    text = _STREET.sub(lambda m: " Street" + ("." if m[0].endswith(".") and m.end() == len(m.string) else ""), text)
    text = _TITLE.sub(lambda m: _TITLES[m[1]], text)
    text = _TITLE_BARE.sub(lambda m: _TITLES[m[1]], text)
    text = _STATE.sub(lambda m: f", {_STATES[m[1]]}", text)
    text = _NUMBER.sub(lambda m: "numbers " if m[2] else ("Number " if m[1] == "N" else "number "), text)
    text = _VERSUS.sub(" versus ", text)
    text = _WORD.sub(_say_word, text)
    text = re.sub(r"(?<![\w.])(?<!-)US(?=[\s,;:.?!'\")-]|$)(?!\$)", "U.S.", text)
    text = re.sub(r"U\.S\.\.", "U.S.", text)
    text = re.sub(r"\bU\.S\.-", "U.S. ", text)
    return _CAPITALS.sub(lambda m: m[0].capitalize() if m[0] in SAID_AS_WORDS else m[0], text)


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


def _say_word(m: re.Match[str]) -> str:
    """The full stop of an abbreviation at the end of a sentence ends the sentence too."""
    ends = m[1].endswith(".") and re.match(r"\s*[\"']?\s*$|\s+[\"'(]*[A-Z]", m.string[m.end() :])
    is_company = m[1] in ("Inc.", "Corp.", "Co.", "Ltd.", "Jr.", "Sr.", "Dept.", "Univ.", "Bros.")
    closes = ends and (not is_company or m.end() >= len(m.string.rstrip()))
    return _WORDS[m[1]] + ("." if closes else "")


def _say_numeral(m: re.Match[str]) -> str:
    word, numeral = m[1], m[2]
    value = roman(numeral)
    if value is None or numeral.startswith("L") and word != "Bowl":
        return m[0]
    if word in _COUNTED_BY_NUMERAL:
        return f"{word} {cardinal(value)}"
    if word in _REGNAL and numeral != "I" or len(numeral) >= 2 and word.isalpha() and not word.isupper() and numeral not in ("IV", "VI", "XX"):
        return f"{word} the {ordinal(value)}"
    if word in _REGNAL and re.search(r"\b(King|Queen|Pope|Emperor|Empress|Tsar)\s+$", m.string[: m.start()]):
        return f"{word} the first"
    return m[0]


def _calm(m: re.Match[str]) -> str:
    words = re.findall(r"[A-Z][A-Z'’]*", m[0])
    loud = [w for w in words if not _stays_capital(w)]
    if not any(len(w) >= 4 for w in loud) or sum(len(w) >= 2 for w in words) < 2:
        return m[0]
    return re.sub(r"[A-Z][A-Z'’]*", lambda w: w[0] if _stays_capital(w[0]) else w[0].capitalize(), m[0])


def _stays_capital(word: str) -> bool:
    numeral = roman(word)
    is_spelled = word in _SPELLED_IN_HEADLINES or not re.search("[AEIOUY]", word)
    return is_spelled or word in SAID_AS_WORDS or (numeral is not None and len(word) > 1)
