"""Who did what to whom: parties exchanged, and halves of two sentences put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.matching import Match, matches
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

# Verbs of many meanings, told apart by what follows.
_MANY = frozenset("call ask look turn put set run hold keep".split())


def findings(text: Sequence[Sentence], sources: Sequence[Sentence], parties: Parties) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        for stated in sentence.predicates:
            if stated.token.pos_ not in {"VERB", "AUX"}:
                continue
            found = [match for match in matches(stated, sources, parties) if match.predicate.lemma == stated.lemma]
            reason = _fault(stated, found, parties)
            if reason:
                span = sentence.text[stated.start : stated.end]
                yield sentence.start + stated.start, Finding("splice", span, reason)


def _is_borrowed(stated: Predicate) -> bool:
    """Whether the subject is that of another verb, or of the noun before "who": the parser's guess."""
    subjects = [child for child in stated.token.children if child.dep_ in {"nsubj", "nsubjpass"}]
    return stated.token.dep_ in {"relcl", "acl"} and all(child.tag_ in {"WDT", "WP"} for child in subjects)


def _fault(stated: Predicate, found: Sequence[Match], parties: Parties) -> str:
    for own, part in ((stated.agents, "agents"), (stated.patients, "patients")):
        if not own or set(own) & PRONOUNS or stated.lemma in _MANY or _is_borrowed(stated):
            continue
        theirs = [getattr(match.predicate, part) for match in found]
        if not theirs or any(not other or set(other) & PRONOUNS for other in theirs):
            continue
        before = {token.lemma_.lower() for token in stated.token.sent if token.i < stated.token.i}
        if any(set(other) & before for other in theirs) and part == "agents":
            continue
        if not any(parties.may_be_same(own, other) for other in theirs):
            verb, who = stated.token.text, " ".join(reversed(theirs[0]))
            return f"In the cited sentences '{verb}' is said of {who}, not of {' '.join(reversed(own))}."
    return ""
