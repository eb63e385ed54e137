"""Who did what to whom: parties exchanged, and halves of two sentences put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from synthesis.dialogue.grounding import lexicon
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
            found = [match for match in matches(stated, sources, parties) if _is_same_verb(stated, match.predicate)]
            reason = _swap(stated, found) or _fault(stated, found, sources, parties)
            if reason:
                span = sentence.text[stated.start : stated.end]
                yield sentence.start + stated.start, Finding("splice", span, reason)


def _is_borrowed(stated: Predicate) -> bool:
    """Whether the subject is that of another verb, or of the noun before "who": the parser's guess."""
    subjects = [child for child in stated.token.children if child.dep_ in {"nsubj", "nsubjpass"}]
    return stated.token.dep_ in {"relcl", "acl"} and all(child.tag_ in {"WDT", "WP"} for child in subjects)


def _is_same_verb(stated: Predicate, known: Predicate) -> bool:
    """The same word with the same particle: villages that are cut off are not a road that is cut."""
    own, theirs = ({c.lower_ for c in p.token.children if c.dep_ == "prt"} for p in (stated, known))
    return stated.lemma == known.lemma and own == theirs


def _swap(stated: Predicate, found: Sequence[Match]) -> str:
    """Why the two parties have changed places: who does it here has it done in the sources, and not the other way."""
    own = {word for word in stated.agents if word not in PRONOUNS}
    if not own or _is_borrowed(stated) or stated.lemma in _MANY:
        return ""
    swapped = [match for match in found if _meet(own, (*match.predicate.patients, *match.predicate.others))]
    if not swapped or any(_meet(own, match.predicate.agents) for match in found):
        return ""
    theirs = swapped[0].predicate
    rest = {word for word in (*stated.patients, *stated.others) if word not in PRONOUNS}
    is_other = theirs.agents and (not rest or set(theirs.agents) & PRONOUNS or _meet(rest, theirs.agents))
    return f"In the cited sentences '{stated.token.text}' is not what {_told(stated.agents)} did." if is_other else ""


def _meet(words: Iterable[str], others: Iterable[str]) -> bool:
    others = [other for other in others if other not in PRONOUNS]
    return any(lexicon.relation(word, other) == 1 for word in words for other in others)


def _told(words: Sequence[str]) -> str:
    return " ".join(reversed(words))


def _is_placed_elsewhere(stated: Predicate, own: Sequence[str], sources: Sequence[Sentence]) -> bool:
    """Whether the cited sentences have the party, or the text has it by name: a word of nobody's proves nothing."""
    known = {token.lemma_.lower() for source in sources for token in source.doc}
    named = {token.lemma_.lower() for token in stated.token.doc if token.pos_ == "PROPN"}
    return any(word in known or word in named for word in own)


def _narrows_other(own: Sequence[str], theirs: Sequence[Sequence[str]], found: Sequence[Match]) -> bool:
    """Whether the noun is the same, and what narrows it the source has elsewhere: tariffs on rice, not on steel."""
    for other, match in zip(theirs, found, strict=True):
        mine = [word for word in own[1:] if not _meet([word], other)]
        yours = [word for word in other[1:] if not _meet([word], own)]
        said = {t.lemma_.lower() for t in match.sentence.doc if t.pos_ in {"NOUN", "PROPN"}}
        if own[:1] != other[:1] or len(own) != 2 or not yours or not mine or not set(mine) <= said:
            return False
    return True


def _stands_before(own: Sequence[str], match: Match) -> bool:
    """Whether the source has the party first of all or right before its verb, whatever the parser makes of it."""
    verb = match.predicate.token
    near = [token.lemma_.lower() for token in (verb.doc[0], *verb.doc[max(0, verb.i - 3) : verb.i])]
    return _meet(own, near)


def _fault(stated: Predicate, found: Sequence[Match], sources: Sequence[Sentence], parties: Parties) -> str:
    for own, part in ((stated.agents, "agents"), (stated.patients, "patients")):
        if not own or set(own) & PRONOUNS or stated.lemma in _MANY or _is_borrowed(stated):
            continue
        theirs = [getattr(match.predicate, part) for match in found]
        if not theirs or any(not other or set(other) & PRONOUNS for other in theirs):
            continue
        if not _is_placed_elsewhere(stated, own, sources):
            continue
        if part == "agents" and any(_stands_before(own, match) for match in found):
            continue
        before = {token.lemma_.lower() for token in stated.token.sent if token.i < stated.token.i}
        if any(set(other) & before for other in theirs) and part == "agents":
            continue
        if not any(parties.may_be_same(own, other) for other in theirs) or _narrows_other(own, theirs, found):
            return f"In the cited sentences '{stated.token.text}' is said of {_told(theirs[0])}, not of {_told(own)}."
    return ""
