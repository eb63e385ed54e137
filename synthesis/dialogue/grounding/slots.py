"""What stands in a sentence told nearly word for word where its source has something else.

A sentence is laid beside the source that has most of its words in their order. Where both go on alike before and behind
a gap, and what fills it is of one sort and not the same, something was put for something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthesis.dialogue.figures import same
from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.matching import EMPTY
from synthesis.dialogue.grounding.measures import is_unit
from synthesis.dialogue.grounding.parties import Parties
from synthesis.dialogue.grounding.persons import is_agent
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

_LEAST_ALIKE, _LEAST_WORDS, _LONGEST_GAP = 0.6, 3, 2
_SORTS = {"NOUN": "noun", "PROPN": "name", "VERB": "verb", "ADJ": "adjective", "NUM": "number"}
_PARTS = {"nsubj": "subject", "nsubjpass": "subject", "dobj": "object", "attr": "object", "pobj": "place"}
_ANYTHING = frozenset(
    "person people man woman thing place area part number figure time case way side lot sort kind one other".split()
)


@dataclass(frozen=True, slots=True)
class Item:
    """A word that carries meaning, or a number with its value."""

    token: Token
    lemma: str
    sort: str
    value: float | None = None


def findings(text: Sequence[Sentence], sources: Sequence[Sentence], parties: Parties) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    said = [item for sentence in text for item in items(sentence)]
    for sentence in text:
        own = [item for item in items(sentence) if not _is_quoted(sentence, item)]
        if sentence.text.endswith("?") or len(own) < _LEAST_WORDS:
            continue
        laid = [(_aligned(own, items(source)), items(source)) for source in sources]
        pairs, theirs = max(laid, key=lambda one: len(one[0]), default=([], []))
        if len(pairs) < max(_LEAST_WORDS, _LEAST_ALIKE * len(own)):
            continue
        for item, other in _replaced(own, theirs, pairs):
            if _is_fault(item, other, said, theirs, parties):
                reason = f"Where this has '{item.token.text}', the cited sentence has '{other.token.text}'."
                yield sentence.start + item.token.idx, Finding("splice", item.token.text, reason)


def items(sentence: Sentence) -> list[Item]:
    found = []
    figures = list(sentence.figures)
    for token in sentence.doc:
        figure = next((f for f in figures if f.start <= token.idx < f.end), None)
        if figure is not None:
            if token.idx + len(token) >= figure.end:
                found.append(Item(token, f"{figure.value:g}", "number", figure.value))
        elif token.pos_ in _SORTS and token.lemma_.lower() not in EMPTY:
            found.append(Item(token, token.lemma_.lower(), _SORTS[token.pos_]))
    return found


def _is_quoted(sentence: Sentence, item: Item) -> bool:
    return sentence.text[: item.token.idx].count('"') % 2 == 1


def _says(item: Item, other: Item) -> bool:
    if item.value is not None or other.value is not None:
        return item.value is not None and other.value is not None and same(item.value, other.value)
    return lexicon.relation(item.lemma, other.lemma) == 1


def _aligned(own: Sequence[Item], theirs: Sequence[Item]) -> list[tuple[int, int]]:
    """Places of the longest run of items that both have in this order."""
    best = [[0] * (len(theirs) + 1) for _ in range(len(own) + 1)]
    for i in range(len(own) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            best[i][j] = best[i + 1][j + 1] + 1 if _says(own[i], theirs[j]) else max(best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(own) and j < len(theirs):
        if _says(own[i], theirs[j]) and best[i][j] == best[i + 1][j + 1] + 1:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _replaced(
    own: Sequence[Item], theirs: Sequence[Item], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[Item, Item]]:
    """Items of one sort that fill the same gap."""
    ends = [(-1, -1), *pairs, (len(own), len(theirs))]
    for (i, j), (after, last) in zip(ends, ends[1:], strict=False):
        mine, yours = own[i + 1 : after], theirs[j + 1 : last]
        if not 0 < len(mine) <= _LONGEST_GAP or not 0 < len(yours) <= _LONGEST_GAP + 1:
            continue
        for sort in ("noun", "name"):
            here, there = ([i for i in gap if i.sort == sort and i.token.dep_ != "compound"] for gap in (mine, yours))
            if len(here) == len(there) == 1 and _PARTS.get(here[0].token.dep_) == _PARTS.get(there[0].token.dep_):
                yield here[0], there[0]


def _is_fault(item: Item, other: Item, said: Sequence[Item], known: Sequence[Item], parties: Parties) -> bool:
    is_role = item.token.dep_ == "appos" or any(child.dep_ == "appos" for child in item.token.children)
    if is_role or item.lemma[:3] == other.lemma[:3] or item.lemma in other.lemma or other.lemma in item.lemma:
        return False
    if any(word in _ANYTHING or is_unit(word) for word in (item.lemma, other.lemma)):
        return False
    if any(_says(other, word) for word in said):
        return False
    if item.sort == "name":
        is_alike = item.token.ent_type_ == other.token.ent_type_ in {"PERSON", "ORG", "GPE"}
        return is_alike and not parties.may_be_same([item.lemma], [other.lemma])
    if not is_agent(item.lemma):
        return False
    return not any(_says(item, word) for word in known)
