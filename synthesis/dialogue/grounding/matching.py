"""Find what the sources say of the same thing as a predicate of the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.names import DAYS, MONTHS
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.texts import Sentence

if TYPE_CHECKING:
    from spacy.tokens import Token

EMPTY = frozenset("be have do say tell get make go come take give other more least much many little few".split())
_ALIKE, _MOST, _FEW = 0.6, 0.8, 14
_TIMES = frozenset(
    """second minute hour day week month year decade century time night morning evening afternoon noon midday midnight
    today
    dollar percent
    cent pound euro""".split()
) | {*DAYS, *MONTHS}


@dataclass(frozen=True, slots=True)
class Match:
    """A source's predicate that a stated one is about; `relation` -1 where its word means the opposite; `shared`
    arguments."""

    predicate: Predicate
    sentence: Sentence
    relation: int
    shared: int


def matches(stated: Predicate, sources: Sequence[Sentence], parties: Parties) -> list[Match]:
    """The sources' predicates with the same word, its synonym or its opposite, and an argument in common."""
    least = 2 if stated.lemma in EMPTY else 1
    own = _arguments(stated)
    own += [word for word in parties.also(own) if word not in own]
    found = []
    for sentence in _about_the_same(stated, sources):
        for other in sentence.predicates:
            relation = lexicon.relation(stated.lemma, other.lemma)
            if not relation:
                continue
            shared = sum(any(lexicon.relation(word, its) == 1 for its in _arguments(other)) for word in own)
            if shared >= least or least == 1 and (not own or not _arguments(other)):
                found.append(Match(other, sentence, relation, shared))
            elif least == 1 and stated.lemma == other.lemma and support(_said_with(stated), [sentence]) >= _ALIKE:
                found.append(Match(other, sentence, relation, 0))
    best = max((match.shared for match in found), default=0)
    return [match for match in found if match.shared >= best - 1 or match.shared >= 2]


def _about_the_same(stated: Predicate, sources: Sequence[Sentence]) -> Sequence[Sentence]:
    """All of a few cited sentences; of a whole article those that say most of what the text's sentence says."""
    if len(sources) <= _FEW:
        return sources
    said = _said_with(stated)
    return [sentence for sentence in sources if support(said, [sentence]) >= _MOST]


def _arguments(predicate: Predicate) -> list[str]:
    return [word for word in predicate.arguments if word not in PRONOUNS and word not in _TIMES]


def _said_with(predicate: Predicate) -> list[str]:
    """The content words of the sentence that the predicate stands in."""
    return [t.lemma_.lower() for t in predicate.token.sent if is_content(t)]


def is_content(token: Token) -> bool:
    lemma = token.lemma_.lower()
    return token.pos_ in {"NOUN", "PROPN", "VERB", "ADJ"} and lemma not in EMPTY and lemma not in _TIMES


def content(sentence: Sentence, start: int = 0, end: int | None = None) -> Iterator[str]:
    """The lemmas of the content words between two places of the sentence."""
    for token in sentence.doc:
        inside = token.idx >= start and (end is None or token.idx < end)
        if inside and is_content(token):
            yield token.lemma_.lower()


def support(words: Sequence[str], sources: Sequence[Sentence]) -> float:
    """The share of `words` that the sources have, in any form, or a word for the same."""
    if not words:
        return 1.0
    known = {concept for source in sources for word in content(source) for concept in lexicon.concepts(word)}
    return sum(bool(lexicon.concepts(word) & known) for word in words) / len(words)
