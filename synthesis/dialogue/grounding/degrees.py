"""Superlatives that no source has, or that reach further than the source's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.matching import content, support
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

_FURTHEST = re.compile(
    r"\b((?<!the )(?<!old )(?<!this )records?(?! (?:of|by|had))|ever|never|history|of all time|in living memory"
    r"|any (?:\w+ ){0,4}before|on record|anywhere|nowhere)\b",
    re.I,
)
_OF_ALL_TIME = re.compile(
    r"\b(?:ever|never|history|of all time|in living memory|any (?:\w+ ){0,4}before|on record|anywhere|nowhere"
    r"|records?(?! (?:that|which|of)))\b",
    re.I,
)
_ANY = re.compile(r"\b(?:anywhere|any (?!other|more|longer|less|of)\w+|in the world|on earth|of all)\b", re.I)
_SCOPES = re.compile(
    r"\b(decades?|centur(?:y|ies)|years?|months?|weeks?|world|country|nation|region|city|town|generation)\b", re.I
)
_RANK = re.compile(r"\b(second|third|fourth|fifth|sixth)[- ](?:\w+est|most)\b", re.I)
_WORDS = frozenset("record unprecedented sole unique unparalleled".split())
_FIRST = re.compile(
    r"\b(?:for )?the first (?:time|to|\w+ (?:to|ever)|[\w-]+ (?:in|since|of its))\b|\bfirst-ever\b|\bnever before\b",
    re.I,
)
_SINCE = re.compile(r"\bsince (?:the )?((?:last )?(?:\d{4}|[A-Z]\w+|spring|summer|autumn|winter|week|month|year))")
_RECORD = re.compile(r"\brecord\b(?! of)|\bunprecedented\b", re.I)
_TOPS = frozenset("earliest latest soonest highest longest maximum".split())
_PEAK = re.compile(
    r"\b(?:peak\w*|record|top(?:ped|s)?|up to|as (?:much|many|long|high|far) as|maximum|at most)\b", re.I
)
_BOUND = re.compile(r"\b(?:before|until|after|by|at (?:the )?(?:least|earliest|latest))\b", re.I)
_NO_DEGREE = re.compile(
    r"\b(?:for the (?:most part|record)|at (?:the )?(?:least|most|best|latest|first|last)|at its \w+est(?! ever)"
    r"|most of|(?<!the )most \w+s\b)",
    re.I,
)


def findings(text: Sequence[Sentence], sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    known = [(token, source) for source in sources for token in _superlatives(source)]
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        for token in _superlatives(sentence):
            reason = _fault(token, sentence, known)
            limit = _BOUND if token.lower_ in {"earliest", "latest", "soonest"} else _PEAK
            if reason.startswith("No cited") and token.lower_ in _TOPS and any(limit.search(s.text) for s in sources):
                continue
            if reason:
                yield sentence.start + token.idx, Finding("superlative", token.text, reason)
        for match in _FIRST.finditer(sentence.text):
            is_same = any(_has_same_limit(sentence, source) for source in sources)
            if not is_same and not any(re.search(r"\bfirst\b|\bnever\b", s.text, re.I) for s in sources):
                yield (
                    sentence.start + match.start(),
                    Finding("superlative", match[0], "No cited sentence says 'first'."),
                )
        yield from _beyond_all(sentence, sources, known)


def _fault(token: Token, sentence: Sentence, known: Sequence[tuple[Token, Sentence]]) -> str:
    alike = [source for other, source in known if _is_alike(token, other) or _has_same_limit(sentence, source)]
    if not alike:
        return f"No cited sentence says '{token.text}'."
    wide = _ANY.search(sentence.text)
    if wide and not any(_ANY.search(source.text) for source in alike):
        return f"The cited sentences do not say '{token.text}' of {wide[0]}."
    if _FURTHEST.search(sentence.text) and not any(_OF_ALL_TIME.search(source.text) for source in alike):
        return f"The cited sentences say '{token.text}', but not of all time."
    if not _RANK.search(sentence.text) and all(_RANK.search(source.text) for source in alike):
        return f"The cited sentences say '{_rank(alike[0])}'."
    if "one of the" not in sentence.lower and all(f"one of the {token.lower_}" in source.lower for source in alike):
        return f"The cited sentences say 'one of the {token.text}'."
    wider = {lexicon.root(m[0]) for m in _SCOPES.finditer(sentence.text[token.idx :])}
    within = {lexicon.root(m[0]) for source in alike for m in _SCOPES.finditer(source.text)}
    if wider - within:
        return f"The cited sentences do not say '{token.text}' of so wide a field."
    return ""


def _rank(source: Sentence) -> str:
    found = _RANK.search(source.text)
    return found[0] if found else ""


def _beyond_all(
    sentence: Sentence, sources: Sequence[Sentence], known: Sequence[tuple[Token, Sentence]]
) -> Iterator[tuple[int, Finding]]:
    """ "Never a deadlier one", "more than it ever has", "more than after any before": superlatives in other words."""
    compares = any(token.tag_ in {"JJR", "RBR"} for token in sentence.doc)
    match = _FURTHEST.search(sentence.text)
    if match and match[0].lower() in {"anywhere", "nowhere"} and re.search(r"n't|\bno[tr]?\b", sentence.text):
        return
    since = re.compile(r"\bsince (?:\d{4}|the)|\bfirst\b", re.I)
    if re.search(r"\bfirst\b", sentence.text, re.I) and not re.search(r"\banywhere\b", sentence.text, re.I):
        since = re.compile(r"\bsince (?:\d{4}|the)", re.I)
    is_limited = bool(match) and any(since.search(source.text) for source in sources)
    if not (match and (compares or is_limited)):
        return
    words = list(content(sentence))
    if any(match[0].lower() in s.lower or _RECORD.search(s.text) and support(words, [s]) >= 0.3 for s in sources):
        return
    degrees = {token.lemma_ for token in sentence.doc if token.tag_ in {"JJR", "RBR"} or _is_as(token)}
    if any(lexicon.relation(d, t.lemma_) == 1 and not _has_limit(t, s) for d in degrees for t, s in known):
        return
    yield (
        sentence.start + match.start(),
        Finding("superlative", match[0], "No cited sentence says so much of all time."),
    )


def _is_as(token: Token) -> bool:
    """Whether the word is compared by "so" or "as": "nobody so young"."""
    return token.pos_ in {"ADJ", "ADV"} and any(child.lower_ in {"so", "as", "such"} for child in token.children)


def _has_same_limit(sentence: Sentence, source: Sentence) -> bool:
    """Whether both say "since" the same time: "the strongest since February" is "its highest since February"."""
    own, theirs = ({m.lower() for m in _SINCE.findall(s.text)} for s in (sentence, source))
    return bool(own & theirs)


def _has_limit(token: Token, source: Sentence) -> bool:
    """Whether the source's superlative holds "since" a time alone."""
    return bool(re.match(r"[^,.;]{0,60}\bsince\b", source.text[token.idx :]))


def _superlatives(sentence: Sentence) -> list[Token]:
    spans = [match.span() for match in _NO_DEGREE.finditer(sentence.text)]
    return [
        token
        for token in sentence.doc
        if (token.tag_ in {"JJS", "RBS"} or token.lower_ in _WORDS)
        and not any(start <= token.idx < end for start, end in spans)
        and token.lower_ != "least"
        and (token.lower_ != "most" or _is_degree(token))
    ]


def _is_degree(most: Token) -> bool:
    """Whether "most" makes a superlative: "the most", "most successful"; not "most had seen it"."""
    before = most.doc[most.i - 1].lower_ if most.i else ""
    return before == "the" or most.head.pos_ in {"ADJ", "ADV"}


def _is_alike(token: Token, other: Token) -> bool:
    if lexicon.relation(token.lemma_, other.lemma_) == 1 or lexicon.relation(token.lower_, other.lower_) == 1:
        return True
    loose = {"most", "record", "biggest", "largest", "highest", "greatest", "best", "worst", "heaviest"}
    return token.lower_ in loose and other.lower_ in loose
