"""Numbers that no source has, that count something else there, or that have another unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from synthesis.dialogue import figures
from synthesis.dialogue.figures import Figure
from synthesis.dialogue.grounding.measures import (
    Measure,
    clause_words,
    compounds,
    measures,
    of_another_kind,
    opposed,
    shares,
    spans_of_time,
    unit_size,
)
from synthesis.dialogue.grounding.shares import (
    amount_spans,
    clock_spans,
    counted_spans,
    half_more,
    part_spans,
    says_share,
)
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

_ABOUT = re.compile(
    r"\b(about|around|some|roughly|approximately|close to|an estimated|or so|nearly|almost)\W+(\w+\W+)?$", re.I
)
_UNDER = re.compile(
    r"\b(nearly|almost|just under|up to|as many as|less than|fewer than|under|below|not quite)\W+(\w+\W+)?$", re.I
)
_OVER = re.compile(r"\b(more than|over|at least|just over|above|upwards of|well over)\W+(\w+\W+)?$", re.I)
_AGE = re.compile(r"[- ]years?[- ]old\b", re.I)
_GROUP = re.compile(r"\b(?:over|under)-([a-z]+(?:-[a-z]+)?s)\b", re.I)
_SCORE = re.compile(r"\b\d{1,3}-\d{1,3}\b")
_DEFINITE = re.compile(
    r"\b(?:the|these|those|all|his|her|their|its|our) (two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"(?! (?:million|billion|hundred|thousand|dozen|per ?cent))",
    re.I,
)
_TWO_NAMES = re.compile(r"[A-Z][\w-]+(?:'s?)? and (?:the )?[A-Z][\w-]+")
_SCALES = ((" thousand", 1e3), (" million", 1e6), (" billion", 1e9))
_LESS = re.compile(r"\b(?:fewer|less|more|points?) ", re.I)
# Of a whole article no sum, and no limit, says anything of one number.
_MOST_KNOWN = 20
_RECKONED = re.compile(
    r"\b(?:short|shy|needs?|lost|gained|won|more|fewer|less|than|by|up|down|difference|gap|margin|another|further|r[io]se|rises|f[ae]ll|total|altogether"
    r"|in all|combined|together|between them|remain\w*|others?|left|rest|cheaper|dearer|\w+er)\b",
    re.I,
)
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$|(?:first|second|third|[a-z]{3,}(?<!mon)th)$", re.I)
_MAY_BE = re.compile(
    r"\b(?:may|might|could|can|would|up to|as (?:many|much|high|far|long|deep|old|late)"
    r"|most|maximum|longest|limit|highest|within)\b",
    re.I,
)
_ALL = re.compile(r"\b(?:promis\w+|plan\w*|total|altogether|in all|had been|there (?:are|were))\b", re.I)
_OF_A_WHOLE = re.compile(r"\b(?:of|in|from|the|its|his|her|their|all|out)\W+(?:\w+\W+){0,2}$", re.I)
_PAIR = re.compile(
    r"\b(?:the|these|those|all|both|other) (?:two|three|both)\b(?! (?:million|hundred|thousand))|\bboth\b|\bpair\b",
    re.I,
)


def findings(
    text: Sequence[Sentence], sources: Sequence[Sentence], story: Sequence[Sentence]
) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text. The story lets pass a number that is taken for known, of "his two friends"."""
    known = [measure for sentence in sources for measure in (*measures(sentence), *compounds(sentence))]
    told = [measure for sentence in story for measure in measures(sentence)]
    spans = [span for sentence in sources for span in spans_of_time(sentence.text)]
    for sentence in text:
        yield from _exchanged(sentence, known)
        spared = [*_spared(sentence, sources, known, spans), *_given(sentence, sources, told)]
        for stated in measures(sentence):
            if any(start <= stated.figure.start < end for start, end in spared):
                continue
            if stated.dimension == "percent" and any(says_share(source, stated.value) for source in sources):
                continue
            found = _fault(stated, known, spans, sentence)
            if found:
                yield sentence.start + stated.figure.start, found


def _exchanged(sentence: Sentence, known: Sequence[Measure]) -> Iterator[tuple[int, Finding]]:
    """Two numbers of one sentence that have changed places."""
    counted = [m for m in measures(sentence) if m.figure in figures.quantities(sentence.text)]
    for first, second in combinations(counted, 2):
        theirs = [[k for k in known if figures.same(k.value, m.value)] for m in (first, second)]
        if not all(theirs) or figures.same(first.value, second.value):
            continue
        own = [max(_closeness(m, k) for k in group) for m, group in zip((first, second), theirs, strict=True)]
        other = [max(_closeness(m, k) for k in group) for m, group in zip((second, first), theirs, strict=True)]
        is_moved = sum(other) >= sum(own) + 2 and min(other) >= 1
        if is_moved or _changed_places((first, second), theirs) or _changed_clauses(sentence, (first, second), theirs):
            span = sentence.text[first.figure.start : second.figure.end]
            yield sentence.start + first.figure.start, Finding("splice", span, "These two numbers have changed places.")


def _changed_places(pair: tuple[Measure, Measure], theirs: list[list[Measure]]) -> bool:
    """Whether each number stands in the sources where the text has the other: "from" for "to", women for men."""
    if any(len({other.around for other in group}) != 1 for group in theirs):
        return False
    mine, yours = [m.around for m in pair], [group[0].around for group in theirs]
    own = [len(m & y) for m, y in zip(mine, yours, strict=True)]
    other = [len(m & y) for m, y in zip(mine, reversed(yours), strict=True)]
    return sum(other) >= sum(own) + 2 and min(other) >= 1 and max(own) <= max(other)


def _changed_clauses(sentence: Sentence, pair: tuple[Measure, Measure], theirs: list[list[Measure]]) -> bool:
    """Whether the clause of each number is said in the sources with the other's number, and not with its own."""
    if any(len({other.clause for other in group}) != 1 for group in theirs):
        return False
    mine = [clause_words(sentence, m.figure.start) for m in pair]
    yours = [group[0].clause for group in theirs]
    if mine[0] == mine[1] or yours[0] == yours[1]:
        return False
    own = [shares(m - mine[1 - i], y) for i, (m, y) in enumerate(zip(mine, yours, strict=True))]
    other = [shares(m - mine[1 - i], yours[1 - i]) for i, m in enumerate(mine)]
    return min(other) >= 1 and sum(other) >= sum(own) + 2


def _spared(
    sentence: Sentence, sources: Sequence[Sentence], known: Sequence[Measure], spans: Sequence[float]
) -> Iterator[tuple[int, int]]:
    """Where the sentence has a number in another shape that the sources have too, or none ("the two of them")."""
    yield from clock_spans(sentence.text, sources)
    yield from part_spans(sentence.text, sources)
    yield from counted_spans(sentence.text, sources)
    yield from amount_spans(sentence.text, [m.base for m in known])
    for start, end, count, unit in half_more(sentence.text):
        size = count * unit_size(unit)
        if any(
            abs(other - size) < 0.04 * size for other in [*spans, *(m.base for m in known if m.dimension == "time")]
        ):
            yield start, end
    for match in _PAIR.finditer(sentence.text):
        yield match.span()
    for match in _GROUP.finditer(sentence.text):
        number = figures.find(match[1].removesuffix("s"))
        if number and any(figures.same(number[0].value, m.value) for m in known):
            yield match.span(1)
    if any(re.search(r"\b(?:another|both)\b", source.text, re.I) for source in sources):
        yield from (match.span() for match in re.finditer(r"\btwo\b", sentence.text, re.I))


def _given(sentence: Sentence, sources: Sequence[Sentence], told: Sequence[Measure]) -> Iterator[tuple[int, int]]:
    """Small numbers that the text takes for known ("the six", "his two friends") and the story has, names that it
    counts itself, and years since one that a source names."""
    values = {m.value for m in told}
    for match in _DEFINITE.finditer(sentence.text):
        if any(figure.value in values for figure in figures.find(match[1])):
            yield match.span(1)
    if any(_TWO_NAMES.search(source.text) for source in sources):
        yield from (match.span() for match in re.finditer(r"\btwo\b", sentence.text, re.I))
    if any(re.search(r"\b(?:this|last|next) year\b", source.text, re.I) for source in sources):
        yield from ((m.figure.start, m.figure.end) for m in measures(sentence) if m.is_year)
    if any(m.is_year for source in sources for m in measures(source)):
        for stated in measures(sentence):
            if stated.dimension == "time" and any(m.dimension == "time" and m.base == stated.base for m in told):
                yield stated.figure.start, stated.figure.end


def _fault(stated: Measure, known: Sequence[Measure], spans: Sequence[float], sentence: Sentence) -> Finding | None:
    span = with_unit(sentence.text, stated.figure)
    supporting = [other for other in known if supports(other, stated, sentence.text)]
    if not supporting:
        if _is_computed(stated, known, sentence.text) or _is_span(stated, spans):
            return None
        same = [other for other in known if figures.same(other.value, stated.value) and other.dimension != ""]
        if same and stated.dimension:
            return Finding("unit", span, f"The cited sentences give this number in another unit than {span}.")
        return Finding("number", span, f"No cited sentence says {span}.")
    rates = {other.rate for other in supporting}
    if stated.rate and "" not in rates and stated.rate not in rates:
        return Finding("unit", f"{span} a {stated.rate}", f"The cited sentences say {span} a {sorted(rates)[0]}.")
    if _ORDINAL.search(sentence.text[: stated.figure.end]):
        return None
    is_score = _SCORE.search(sentence.text, max(0, stated.figure.start - 4), stated.figure.end + 4)
    if is_score or stated.figure not in figures.quantities(sentence.text):
        return None
    bound = _bound_fault(stated, supporting, sentence) if len(known) <= _MOST_KNOWN else ""
    return _counts_another(stated, supporting, sentence) or (Finding("number", span, bound) if bound else None)


def _bound_fault(stated: Measure, supporting: Sequence[Measure], sentence: Sentence) -> str:
    """Why a limit is not the sources': "at most" for "at least", a ceiling told as what it is, a whole for its part."""
    alike = [other for other in supporting if figures.same(other.base, stated.base)]
    is_floor, is_ceiling = stated.is_floor, stated.is_ceiling
    if alike and (is_floor and all(o.is_ceiling for o in alike) or is_ceiling and all(o.is_floor for o in alike)):
        return "The cited sentences set the other limit to this number."
    if alike and all(o.is_ceiling for o in alike) and not (is_ceiling or _MAY_BE.search(sentence.text)):
        return "In the cited sentences this number is the most that it may be."
    is_all = bool(_ALL.search(sentence.text))
    if (
        alike
        and all(o.is_whole for o in alike)
        and not is_all
        and not _OF_A_WHOLE.search(stated.before)
        and not stated.is_year
    ):
        return "In the cited sentences this is the number of all, not of those."
    return ""


def _counts_another(stated: Measure, supporting: Sequence[Measure], sentence: Sentence) -> Finding | None:
    span = with_unit(sentence.text, stated.figure)
    opposites = [opposed(stated.near, other.near) for other in supporting]
    if all(opposites) and opposites[0]:
        word, other_word = opposites[0]
        return Finding("unit", span, f"The cited sentences have {span} with '{other_word}', not with '{word}'.")
    of = re.match(r" of (?:the |its |those |about )*", sentence.text[stated.figure.end :])
    whole = [f.value for f in sentence.figures if of and f.start == stated.figure.end + of.end()]
    if not whole and all(of_another_kind(stated, other) for other in supporting):
        counted = supporting[0].noun or sorted(supporting[0].near)[0]
        return Finding("unit", span, f"In the cited sentences {span} counts something else: {counted}.")
    return None


def _closeness(stated: Measure, other: Measure) -> float:
    same_noun = bool(stated.noun and other.noun) and shares(frozenset({stated.noun}), frozenset({other.noun})) > 0
    return shares(stated.words, other.words) + same_noun


def supports(known: Measure, stated: Measure, text: str) -> bool:
    if _AGE.match(text, stated.figure.end) and not known.dimension and figures.same(known.value, stated.value):
        return True
    if stated.dimension and known.dimension != stated.dimension:
        return False
    if any(word in text and figures.same(known.value, stated.value * size) for word, size in _SCALES):
        return True
    if not stated.dimension and known.dimension:
        is_said = known.dimension in text or stated.noun == known.dimension.removesuffix("s")
        if stated.noun and known.dimension != "time" and not is_said:
            return False
        is_round = rounds(known.value, stated.value, 1.0, text[: stated.figure.start])
        return figures.same(known.value, stated.value) or is_round
    if figures.same(known.base, stated.base):
        return True
    if stated.dimension == "time" and abs(known.base - stated.base) < 0.04 * stated.base:
        return True
    return rounds(known.base, stated.base, stated.size, text[: stated.figure.start])


def rounds(known: float, stated: float, size: float, before: str) -> bool:
    if _is_decimal_cut(known / size, stated / size, before):
        return True
    if _is_next_whole(known / size, stated / size, before):
        return True
    is_floor = _digits(stated / size) == 1 and stated < known and f"{known:e}"[0] == f"{stated:e}"[0]
    if is_floor and known < 10 * stated and stated / size >= 100 and _OVER.search(before):
        return True
    if stated % 50 == 0 and stated < known < 1.1 * stated and _OVER.search(before):
        return True
    low, high = stated * 0.93, stated * 1.07
    if not low <= known <= high or stated / size < 10 or _digits(stated / size) >= _digits(known / size):
        return False
    return bool(
        _ABOUT.search(before) or (_UNDER.search(before) and known < stated) or (_OVER.search(before) and known > stated)
    )


def _is_decimal_cut(known: float, stated: float, before: str) -> bool:
    """Whether only the decimals went: 34.1 is thirty-four, 7.2 is more than seven."""
    if not stated.is_integer() or float(known).is_integer() or abs(known - stated) >= 1:
        return False
    if _OVER.search(before) or _UNDER.search(before):
        return (known > stated) == bool(_OVER.search(before))
    is_close = abs(known - stated) <= (0.5 if stated >= 10 or _ABOUT.search(before) else 0.05 * stated)
    return is_close and stated >= 2


def _is_next_whole(known: float, stated: float, before: str) -> bool:
    """Whether 2.7 is told as "under three" or "over two"."""
    if float(known).is_integer() or not stated.is_integer() or not 1 < stated < 100 or abs(known - stated) >= 1:
        return False
    return bool(_UNDER.search(before) and known < stated or _OVER.search(before) and known > stated)


def _digits(value: float) -> int:
    """How many digits say the value: 160 has two. A rounded number has fewer than the one that it rounds."""
    return len(f"{value:.6f}".rstrip("0").replace(".", "").strip("0"))


def _is_computed(stated: Measure, known: Sequence[Measure], text: str) -> bool:
    """Whether the number is the sum or the difference of two that the sources give of one thing."""
    if not _RECKONED.search(text) or len(known) > _MOST_KNOWN:
        return False
    if stated.value < 3 and not _LESS.search(text):
        return False
    alike = [m for m in known if m.dimension == stated.dimension or not stated.dimension]
    for first, second in combinations(alike, 2):
        if first.dimension != second.dimension or stated.is_year:
            continue
        is_of_one = len({m.noun for m in (stated, first, second)} - {""}) == 1
        results = (first.value + second.value, abs(first.value - second.value))
        is_near = _ABOUT.search(stated.before) or _UNDER.search(stated.before) or _OVER.search(stated.before)
        least = 0.5 if is_near else 0.0
        if any(abs(result - stated.value) <= least + 1e-6 for result in results) and (is_of_one or first.dimension):
            return True
    return False


def _is_span(stated: Measure, spans: Sequence[float]) -> bool:
    return stated.dimension == "time" and any(abs(span - stated.base) < 0.04 * stated.base for span in spans)


def with_unit(text: str, figure: Figure) -> str:
    tail = re.match(r"\s?(%|per\s?cent|dollars?|euros?|pounds?)", text[figure.end :])
    start = figure.start - 1 if figure.start and text[figure.start - 1] in "$£€¥₹" else figure.start
    return text[start : figure.end + (tail.end() if tail else 0)]
