"""Clauses and phrases of which no cited sentence has a word: what a text adds at its end, and causes it makes up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding.certainty import REPORTING, sign_of
from synthesis.dialogue.grounding.clauses import lemma_of
from synthesis.dialogue.grounding.matching import is_content, support
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

_FEW = 14
_AHEAD = frozenset(
    """likely unlikely certain sure bound expected set inevitable way over hope hopes chance doubt ahead soon yet looks
    look fading looming poised only longer enough follow mean means raise raises question questions""".split()
)
_PLANNED = re.compile(r"\b(?:would|will|plans?|planned|to be|due|could|may|might)\b")
_GIVING_CAUSE = frozenset("because since after so".split())
_LEAST_OF_A_CAUSE = 0.5
# What people are stopped, punished or thanked for.
_FOR = frozenset(
    """stop arrest fine charge jail imprison sack dismiss punish suspend pull_over blame criticise criticize praise
    thank close shut""".split()
)
_WAYS = frozenset("internet phone telephone radio air weekend night record line wall time period television".split())
_FROM = frozenset("die suffer ill result drown fall perish collapse".split())


def findings(text: Sequence[Sentence], sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    if len(sources) > _FEW:
        return
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        for token in sentence.doc:
            if _is_added_clause(token, sources):
                yield _found(sentence, token, "forecast", "No cited sentence says anything of this.")
            elif _is_made_up_cause(token, sources):
                yield _found(sentence, token, "causal", "No cited sentence speaks of this cause.")


def _found(sentence: Sentence, token: Token, kind: str, reason: str) -> tuple[int, Finding]:
    first, last = token.left_edge.idx, token.right_edge.idx + len(token.right_edge)
    return sentence.start + first, Finding(kind, sentence.text[first:last].strip(" ,."), reason)


def _is_added_clause(verb: Token, sources: Sequence[Sentence]) -> bool:
    """Whether the verb joins another with a subject of its own, and no source has a word of its clause."""
    subjects = [child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}]
    if verb.dep_ != "conj" or verb.pos_ not in {"VERB", "AUX"} or not subjects:
        return False
    words = [t.lemma_.lower() for t in verb.subtree if is_content(t)]
    is_future = any(t.lower_ in {"will", "wo", "'ll"} for t in verb.children)
    if sign_of(verb) < 0 and not is_future:
        return False
    is_ahead = any(t.tag_ == "MD" or t.lower_ in _AHEAD for t in verb.subtree)
    if verb.lemma_.lower() in REPORTING or not is_ahead or words in (["less"], ["more"]):
        return False
    if len(words) < 2 and any(_PLANNED.search(source.text) for source in sources):
        return False
    return bool(words) and not any(t.like_num for t in verb.subtree) and support(words, sources) == 0


def _is_made_up_cause(token: Token, sources: Sequence[Sentence]) -> bool:
    words = [t.lemma_.lower() for t in token.subtree if is_content(t)]
    if not words or token.doc.text[: token.idx].count('"') % 2:
        return False
    if token.dep_ == "advcl" and token.pos_ in {"VERB", "AUX"}:
        marks = {child.lower_ for child in token.children if child.dep_ in {"mark", "advmod"}}
        least = _LEAST_OF_A_CAUSE if "because" in marks else 0.01
        return bool(marks & _GIVING_CAUSE) and support(words, sources) < least
    return _is_cause(token) and support(words, sources) == 0


def _is_cause(prep: Token) -> bool:
    """Whether the preposition gives what a thing was done by, for, or over."""
    noun = next((child for child in prep.children if child.dep_ in {"pobj", "pcomp"}), None)
    if noun is None or noun.ent_type_ in {"DATE", "TIME"} or any(token.like_num for token in noun.subtree):
        return False
    lemma, word = lemma_of(prep.head), prep.lower_
    if prep.head.pos_ not in {"VERB", "AUX"}:
        return False
    if noun.lemma_.lower() in _WAYS:
        return False
    if word == "for":
        return lemma in _FOR and (noun.dep_ == "pcomp" or noun.lower_.endswith("ing"))
    if word == "after" and lemma in {"look", "name", "take"}:
        return False
    return (
        word in {"over", "after", "following", "amid"}
        or prep.dep_ == "agent"
        or word in {"from", "of"}
        and lemma in _FROM
    )
