"""What a text affirms and its sources deny, or the other way round, and what it is surer of than they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthesis.dialogue.figures import same
from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.certainty import (
    BARE,
    FACT,
    FUTURE,
    PRESENT,
    REPORTING,
    THINKING,
    UNSAID,
    UNSURE,
    grade_of,
)
from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.matching import Match, matches
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

# How far a case has gone.
_STEPS = [
    frozenset("suspect suspicion accuse allege alleged accusation allegation".split()),
    frozenset("arrest detain detention custody question".split()),
    frozenset("charge indict prosecute prosecution trial".split()),
    frozenset("convict conviction guilty jail sentence imprison admit confess".split()),
]
_NAME = r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
_OR = re.compile(rf"({_NAME}) or ({_NAME})")


def findings(text: Sequence[Sentence], sources: Sequence[Sentence], parties: Parties) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        yield from _told_as_past(sentence, sources)
        yield from _either_or(sentence, sources, " ".join(other.text for other in text))
        for stated in sentence.predicates:
            beyond = _beyond_the_law(stated, sources)
            if beyond:
                yield sentence.start + stated.start, Finding("modality", stated.token.text, beyond)
            found = [match for match in matches(stated, sources, parties) if _is_comparable(stated, match)]
            fault = _fault(stated, found)
            if fault:
                kind, reason = fault
                span = sentence.text[stated.start : stated.end]
                yield sentence.start + stated.start, Finding(kind, span, reason)


def _fault(stated: Predicate, found: Sequence[Match]) -> tuple[str, str] | None:
    if not found:
        return None
    agreeing = [match for match in found if match.relation * match.predicate.sign == stated.sign]
    word = stated.token.text
    if not agreeing:
        if stated.sign < 0 and not all(_is_affirmed(match.predicate) for match in found):
            return None
        if stated.sign < 0:
            return "negation", f"The cited sentences do not deny what '{word}' says here."
        return "negation", f"The cited sentences say the opposite of '{word}' here."
    surest = max(match.predicate.grade for match in agreeing)
    if is_surer(stated.grade, surest):
        return "modality", f"The cited sentences are not as sure of '{word}': there it is open, planned or alleged."
    return None


def _is_affirmed(known: Predicate) -> bool:
    """Whether the source says that it is, was or will be so: "no way to enforce it" affirms nothing."""
    verb = known.token
    if verb.pos_ not in {"VERB", "AUX"}:
        return True
    is_bare = any(child.tag_ == "TO" for child in verb.children) or verb.dep_ in {"pcomp", "acl"}
    denied = any(t.lower_ in {"no", "not", "n't", "nothing", "nobody", "irresponsible"} for t in _above(verb))
    return not (is_bare and denied)


def _above(verb: Token) -> Iterator[Token]:
    """What stands directly under the words that the verb hangs on."""
    for ancestor in verb.ancestors:
        yield ancestor
        yield from ancestor.children


def _told_as_past(sentence: Sentence, sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """A number that the sources have only in what may be, told of what happened."""
    for figure in sentence.figures:
        verb = _verb_over(sentence, figure.start)
        if verb is None or verb.tag_ != "VBD" or grade_of(verb) < FACT or verb.lemma_.lower() in REPORTING:
            continue
        verbs = [_verb_over(s, f.start) for s in sources for f in s.figures if same(f.value, figure.value)]
        if verbs and all(its is not None and grade_of(its) <= UNSURE for its in verbs):
            reason = f"The cited sentences have this number in what may be, not in what '{verb.text}' tells."
            yield sentence.start + verb.idx, Finding("modality", verb.text, reason)
            return


def _verb_over(sentence: Sentence, place: int) -> Token | None:
    """The verb that the word at the place hangs on."""
    token = next((t for t in sentence.doc if t.idx + len(t) > place), None)
    return next((t for t in token.ancestors if t.pos_ in {"VERB", "AUX"}), None) if token is not None else None


def _beyond_the_law(stated: Predicate, sources: Sequence[Sentence]) -> str:
    """Why a word of the courts is not the sources': they have the person accused or charged, and no more."""
    steps = [place for place, step in enumerate(_STEPS) if stated.lemma in step]
    if not steps or stated.sign < 0:
        return ""
    words = {t.lemma_.lower() for source in sources for t in source.doc}
    reached = [place for place, step in enumerate(_STEPS) if step & words]
    if reached and max(reached) < steps[0]:
        return f"The cited sentences do not go as far as '{stated.token.text}'."
    return ""


def _either_or(sentence: Sentence, sources: Sequence[Sentence], text: str) -> Iterator[tuple[int, Finding]]:
    """One of two names between which the sources leave it open."""
    for source in sources:
        for match in _OR.finditer(source.text):
            told = [name for name in (match[1], match[2]) if name in sentence.text]
            if len(told) == 1 and not all(name in text for name in (match[1], match[2])):
                place = sentence.text.find(told[0])
                reason = f"The cited sentences leave it open: {match[0]}."
                yield sentence.start + place, Finding("modality", told[0], reason)


def _is_comparable(stated: Predicate, match: Match) -> bool:
    """Whether both say it of the same: "wanted no change" and "wanted to leave" are two things."""
    other = match.predicate
    wants = stated.lemma in THINKING and any(child.dep_ in {"xcomp", "ccomp"} for child in other.token.children)
    wants = wants or (stated.lemma in THINKING and any(c.dep_ in {"xcomp", "ccomp"} for c in stated.token.children))
    is_last = any(token.lower_ in {"last", "only", "first"} for token in stated.token.sent)
    if wants or (is_last and other.sign < 0):
        return False
    has_degree = any(token.tag_ in {"JJR", "RBR"} or token.lower_ in {"so", "as"} for token in stated.token.sent)
    if stated.sign < 0 and has_degree:
        return False
    own = [word for word in (*stated.patients, *stated.others) if word not in PRONOUNS]
    theirs = [word for word in other.arguments if word not in PRONOUNS]
    if not own or not theirs or stated.lemma != other.lemma:
        return True
    return any(lexicon.relation(word, its) == 1 for word in own for its in theirs)


def is_surer(stated: float, known: float) -> bool:
    if known <= UNSAID:
        return stated > UNSAID
    if known <= UNSURE:
        return stated >= FUTURE
    return stated == FACT and (known <= BARE or known == FUTURE) or (stated >= PRESENT and known < BARE)
