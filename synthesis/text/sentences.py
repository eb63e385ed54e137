"""Split an article's text into the sentences that citations point at: the one numbering that everybody shares."""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof sen rep gov gen lt col sgt capt cmdr adm maj rev hon st jr sr vs v no nos inc ltd co corp bros
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun ave blvd rd mt ft etc al approx est
    dept univ assn fig vol pp ed eds p.m a.m u.s u.k u.n e.u d.c e.g i.e ph.d m.d b.c""".split()
)
# These end a sentence as often as not, so a capital letter after them decides.
_EITHER = frozenset("p.m a.m u.s u.k u.n e.u d.c inc ltd co corp jr sr etc ph.d m.d".split())
_HALF_DAYS = frozenset(("p.m", "a.m"))
# After a time of day these go on; any other capital begins a sentence.
_AFTER_HOURS = frozenset(
    """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August
    September October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs
    Fri Sat Sun GMT UTC BST CET CEST ET EST EDT CT CST CDT MT MST PT PST PDT IST JST
    Eastern Central Mountain Pacific""".split()
)
_INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]")
_OPENERS = "\"'“‘(["
STARTERS = frozenset(
    """The A An In On At He She They We I But And However Meanwhile This That These Those His Her Their Its It There
    When If After Before While Once Until You Our My What Why How Some Many Several Such Yet So Then Since Under
    Despite During Although Though Because As For From By To Not Now Here Both Each Another Others""".split()
)
_BOUNDARY = re.compile(r"(?<=[.!?…])([\"'”’)\]]*)\s+(?=[\"'“‘(\[]*[A-Z0-9À-Þ])")


def split(text: str) -> list[str]:
    """The sentences of `text` in order. A line break always ends one; an abbreviation or an initial never does."""
    sentences: list[str] = []
    for paragraph in text.splitlines():
        paragraph = " ".join(paragraph.split())
        if paragraph:
            sentences += _split_paragraph(paragraph)
    return sentences


def _split_paragraph(paragraph: str) -> list[str]:
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(paragraph):
        end = match.start() + len(match.group(1))
        if not _is_abbreviation(paragraph[start : match.start()], paragraph[match.end() :]):
            sentences.append(paragraph[start:end].strip())
            start = match.end()
    sentences.append(paragraph[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether the full stop at the end of `before` belongs to a word and not to the sentence."""
    if not before.endswith("."):
        return False
    word = before.split()[-1].lstrip(_OPENERS)[:-1] if before.split() else ""
    if len(word) == 1 and word.isalpha() and word.isupper() and word != "I":
        return True  # an initial
    following = [part.strip(".,;:!?") for part in after.lstrip(_OPENERS).split(maxsplit=2)]
    if word.lower() in _HALF_DAYS:
        return following[0] in _AFTER_HOURS or following[1:2] == ["time"] or following[0].isdigit()
    if word.lower() in _EITHER or _INITIALS.fullmatch(word):
        return following[0] not in STARTERS
    return word.lower() in _ABBREVIATIONS and word != "EST"  # the time zone is no "est."
