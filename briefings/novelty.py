"""What a report tells that was not known before: sentences with a figure, a name or an event that no known text has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from briefings import similarity
from synthesis.dialogue import figures
from synthesis.text import sentences

FIRST = 4  # sentences in which a figure that changed is the news
OPENING = 7  # sentences in which a report says what is new
# How much of a sentence's words no known text may have, for it to tell of another event.
UNHEARD, UNHEARD_NAMED = 0.5, 0.4
LEAST_TERMS = 4
# A toll, a price or a result that changes is news by itself; an event or a name needs a second sentence to it.
ENOUGH = 2
ROUNDED = 0.03  # 84,000 is no news where 84,300 is known
EXACT_BELOW = 100

_NAME = re.compile(r"(?<![.!?:\"“‘\n])\s([A-Z][^\W\d_]{2,})")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a story: the figures, names and words of all that was told or could be told of it."""

    figures: frozenset[float]
    words: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Known:
        texts = list(texts)
        found = {f.value for text in texts for f in figures.find(text)}
        return cls(frozenset(found), frozenset(word for text in texts for word in similarity.terms(text)))


def news(text: str, known: Known) -> list[str]:
    """The sentences of a report's opening that tell something new; none if they are not enough to be told again."""
    said, by_figures = sentences.split(text)[:OPENING], changed(text, known)
    told = [sentence for sentence in said if sentence in by_figures or _is_unheard(sentence, known)]
    return told if by_figures or len(told) >= ENOUGH else []


def changed(text: str, known: Known) -> list[str]:
    """The sentences of a report's beginning that have a figure which was not known."""
    return [sentence for sentence in sentences.split(text)[:FIRST] if _has_new_figure(sentence, known)]


def _has_new_figure(sentence: str, known: Known) -> bool:
    return any(not _is_known(figure.value, known) for figure in figures.quantities(sentence))


def _is_known(value: float, known: Known) -> bool:
    return value in known.figures or (
        value >= EXACT_BELOW and any(abs(value - other) <= ROUNDED * value for other in known.figures)
    )


def _is_unheard(sentence: str, known: Known) -> bool:
    """Whether so much of what it says was in no known text that it tells of another event, or of somebody else."""
    terms = set(similarity.terms(sentence))
    unheard = terms - known.words
    names = {similarity.fold(match[1]) for match in _NAME.finditer(f" x {sentence}")}
    least = UNHEARD_NAMED if names & unheard else UNHEARD
    return len(unheard) >= LEAST_TERMS and len(unheard) >= least * len(terms)
