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
_OPENERS = "\"'“‘(["
STARTERS = frozenset(
    "The A An In On At It He She They We I But And However Meanwhile This That These Those His Her Their Its".split()
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
    if word.lower() not in _ABBREVIATIONS:
        return False
    following = after.lstrip(_OPENERS).split(maxsplit=1)
    return not (word.lower() in _EITHER and following and following[0].strip(",") in STARTERS)
