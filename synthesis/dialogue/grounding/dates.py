"""Days, months and relative words for time that no cited sentence has, or that it gives to something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthesis.dialogue import figures
from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.names import DAYS, MONTHS
from synthesis.dialogue.grounding.texts import Sentence, before
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

_MONTH = "|".join(MONTHS)
_SHORT = {
    "jan": 0,
    "feb": 1,
    "mar": 2,
    "apr": 3,
    "jun": 5,
    "jul": 6,
    "aug": 7,
    "sep": 8,
    "sept": 8,
    "oct": 9,
    "nov": 10,
    "dec": 11,
}
_NAMED = re.compile(rf"\b(?P<day>{'|'.join(DAYS)})s?\b|\b(?P<month>{_MONTH}|(?:{'|'.join(_SHORT)})(?=\.? \d))\b", re.I)
_RELATIVE = re.compile(
    r"\b(?P<which>last|next|this|coming|past) (?P<unit>week|weekend|month|year|spring|summer|autumn|fall|winter"
    r"|season|night|decade|century|quarter)\b|\b(?P<word>yesterday|today|tomorrow|tonight|overnight)\b",
    re.I,
)
_PART = re.compile(r"\b(first|second|third|fourth|last) (half|quarter)\b(?: of (\d{4}))?", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTHS_OFF = re.compile(r"\b(\w+) months? (?:before|after|later|earlier|ago)\b", re.I)
_NOW = re.compile(r"\b(?:now|currently|at present|so far|this (?:morning|afternoon|evening|week))\b", re.I)
_VAGUE = frozenset("be say have go come get do".split())
_NOT_A_MONTH = re.compile(r"\b(may|march)\b")


def findings(
    text: Sequence[Sentence], sources: Sequence[Sentence], story: Sequence[Sentence]
) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text. A day may stand in the story's sentence before the one that is cited."""
    known = {word for source in (*sources, *before(sources, story)) for word in _named(source.text)}
    known |= {month for source in sources for month in _months_from(source.text)}
    pairs = {pair for source in sources for pair in _dated(source.text)}
    for sentence in text:
        dated = _dated(sentence.text)
        for match in _NAMED.finditer(sentence.text):
            if _NOT_A_MONTH.fullmatch(match[0]):
                continue
            own = [pair for pair in dated if pair[0] == _key(match)]
            if _key(match) not in known:
                yield _found(sentence, match, f"No cited sentence speaks of {match[0]}.")
            elif own and not pairs & set(own) and any(pair[0] == _key(match) for pair in pairs):
                yield _found(sentence, match, f"No cited sentence has the {own[0][1]:g}. of {match[0]}.")
            elif _is_of_another(sentence, match, sources):
                yield _found(sentence, match, f"In the cited sentences this is not what happened on {match[0]}.")
        yield from _years(sentence, sources)
        yield from _relative(sentence, sources)


def _months_from(text: str) -> Iterator[str]:
    """The months that "six months before" and the like let one count from a month that is named."""
    named = [MONTHS.index(word) for word in _named(text) if word in MONTHS]
    for match in _MONTHS_OFF.finditer(text):
        number = figures.find(match[1])
        for month in named if number else ():
            yield from (MONTHS[int(month + sign * number[0].value) % 12] for sign in (1, -1))


def _years(sentence: Sentence, sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """Years in which the sources have something else happen."""
    known = [(source, match) for source in sources for match in _YEAR.finditer(source.text)]
    for match in _YEAR.finditer(sentence.text):
        verb = _verb_at(sentence, match.start())
        if verb is None or verb.lemma_.lower() in _VAGUE:
            continue
        verbs = [(other[0], _verb_at(source, other.start())) for source, other in known]
        years = {year for year, its in verbs if its is not None and lexicon.relation(verb.lemma_, its.lemma_) == 1}
        if years and match[0] not in years and any(year == match[0] for year, _ in verbs):
            yield _found(sentence, match, f"In the cited sentences this is not what happened in {match[0]}.")


def _found(sentence: Sentence, match: re.Match[str], reason: str) -> tuple[int, Finding]:
    return sentence.start + match.start(), Finding("date", match[0], reason)


def _key(match: re.Match[str]) -> str:
    word = match[0].lower().removesuffix("s") if match["day"] else match[0].lower()
    return MONTHS[_SHORT[word]] if word in _SHORT else word


def _named(text: str) -> set[str]:
    return {_key(match) for match in _NAMED.finditer(text)}


def _dated(text: str) -> set[tuple[str, float]]:
    """(month, day of the month) for each full date."""
    found = set()
    for figure in figures.find(text):
        if not (figure.value.is_integer() and 1 <= figure.value <= 31):
            continue
        after = re.match(rf"(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b", text[figure.end :], re.I)
        before = re.search(rf"\b({_MONTH}|{'|'.join(_SHORT)})\.? (?:the )?$", text[: figure.start], re.I)
        month = after or before
        if month:
            word = month[1].lower()
            found.add((MONTHS[_SHORT[word]] if word in _SHORT else word, figure.value))
    for match in re.finditer(rf"\b(first|second) of ({_MONTH})\b", text, re.I):
        found.add((match[2].lower(), 1.0 if match[1].lower() == "first" else 2.0))
    return found


def _relative(sentence: Sentence, sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    whole = " ".join(source.lower for source in sources)
    for match in _RELATIVE.finditer(sentence.text):
        word = match[0].lower()
        if word == "today" and _NOW.search(whole):
            continue
        if word in whole or (match["which"] or "").lower() in {"this", "past", "coming"}:
            continue
        if match["unit"] and not any(
            f"{other} {match['unit'].lower()}" in whole for other in ("last", "next", "this", "coming", "past")
        ):
            continue
        yield _found(sentence, match, f"The cited sentences do not say that it was {word}.")
    for match in _PART.finditer(sentence.text):
        others = [found for source in sources for found in _PART.finditer(source.text)]
        same = [o for o in others if o[2].lower() == match[2].lower()]
        if same and all(o[1].lower() != match[1].lower() for o in same):
            yield _found(sentence, match, f"The cited sentences speak of the {same[0][0]}.")


def _is_of_another(sentence: Sentence, match: re.Match[str], sources: Sequence[Sentence]) -> bool:
    """Whether the sources' verb for what the text puts on this day stands with other days alone."""
    verb = _verb_at(sentence, match.start())
    if verb is None or verb.lemma_.lower() in _VAGUE:
        return False
    days = set()
    for source in sources:
        for other in _NAMED.finditer(source.text):
            if bool(other["day"]) != bool(match["day"]):
                continue
            its = _verb_at(source, other.start())
            if its is not None and lexicon.relation(verb.lemma_, its.lemma_) == 1:
                days.add(_key(other))
    return bool(days) and _key(match) not in days


def _verb_at(sentence: Sentence, start: int) -> Token | None:
    token = next((t for t in sentence.doc if t.idx + len(t) > start), None)
    while token is not None and token.pos_ not in {"VERB", "AUX"}:
        if token.head == token:
            return None
        token = token.head
    return token
