"""Who did what to whom: parties exchanged, and halves of two sentences put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.matching import EMPTY, Match, matches
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.persons import is_agent
from synthesis.dialogue.grounding.texts import Sentence, before
from synthesis.types import Finding

# Verbs of many meanings, told apart by what follows.
_MANY = frozenset("call ask look turn put set run hold keep".split())


def findings(
    text: Sequence[Sentence], sources: Sequence[Sentence], story: Sequence[Sentence], parties: Parties
) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        for stated in sentence.predicates:
            if stated.token.pos_ not in {"VERB", "AUX"} or stated.lemma in EMPTY:
                continue
            found = [match for match in matches(stated, sources, parties) if _is_same_verb(stated, match.predicate)]
            reason = _swap(stated, found) or _fault(stated, found, sources, story, parties)
            if reason:
                span = sentence.text[stated.start : stated.end]
                yield sentence.start + stated.start, Finding("splice", span, reason)


def _is_borrowed(stated: Predicate) -> bool:
    """Whether the subject is that of another verb, or of the noun before "who": the parser's guess."""
    subjects = [child for child in stated.token.children if child.dep_ in {"nsubj", "nsubjpass"}]
    return stated.token.dep_ in {"relcl", "acl"} and all(child.tag_ in {"WDT", "WP"} for child in subjects)


def _is_same_verb(stated: Predicate, known: Predicate) -> bool:
    """The same word with the same particle: villages that are cut off are not a road that is cut."""
    if known.token.pos_ not in {"VERB", "AUX"}:
        return False
    own, theirs = ({c.lower_ for c in p.token.children if c.dep_ == "prt"} for p in (stated, known))
    return stated.lemma == known.lemma and own == theirs


def _swap(stated: Predicate, found: Sequence[Match]) -> str:
    """Why the two parties have changed places: who does it here has it done in the sources, and not the other way."""
    own = {word for word in stated.agents if word not in PRONOUNS}
    if not own or _is_borrowed(stated):
        return ""
    passive = _recipient(stated, found)
    if passive:
        return passive
    swapped = [match for match in found if _meet(own, (*match.predicate.patients, *match.predicate.others))]
    if not swapped or any(_meet(own, match.predicate.agents) for match in found):
        return ""
    theirs = swapped[0].predicate
    rest = {word for word in (*stated.patients, *stated.others) if word not in PRONOUNS}
    is_both = bool(theirs.agents) and _meet(rest, theirs.agents)
    is_free = stated.lemma not in _MANY and (not rest or set(theirs.agents) & PRONOUNS)
    is_other = theirs.agents and (is_both or is_free)
    return f"In the cited sentences '{stated.token.text}' is not what {_told(stated.agents)} did." if is_other else ""


def _recipient(stated: Predicate, found: Sequence[Match]) -> str:
    """Why it was not done by whom the text says: in the sources it was done to, for or from them."""
    by = {c.lemma_.lower() for agent in stated.token.children if agent.dep_ == "agent" for c in agent.children}
    for match in found:
        for prep in match.predicate.token.children:
            objects = {child.lemma_.lower() for child in prep.children if child.dep_ == "pobj"}
            if prep.lower_ in {"to", "for", "from"} and objects & by and not match.predicate.agents:
                return f"In the cited sentences it is '{prep.text}' them, not by them."
    return ""


def _meet(words: Iterable[str], others: Iterable[str]) -> bool:
    others = [other for other in others if other not in PRONOUNS]
    return any(lexicon.relation(word, other) == 1 for word in words for other in others)


def _told(words: Sequence[str]) -> str:
    return " ".join(reversed(words))


def _is_placed_elsewhere(stated: Predicate, own: Sequence[str], sources: Sequence[Sentence], parties: Parties) -> bool:
    """Whether the cited sentences have the party, the story has it as somebody, or the text has it by name: a word of
    nobody's proves nothing."""
    if any(is_agent(word) and word in parties.words for word in own):
        return True
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
    window = 9 if verb.tag_ == "VB" else 3
    near = [token.lemma_.lower() for token in (verb.doc[0], *verb.doc[max(0, verb.i - window) : verb.i])]
    return _meet(own, near)


def _resolved(agents: Sequence[str], match: Match, story: Sequence[Sentence]) -> tuple[str, ...]:
    """For "he" or "she" the people named in the last sentence of the story before that names any."""
    if not {"he", "she"} & set(agents) or set(agents) - {"he", "she"}:
        return tuple(agents)
    for sentence in reversed(before([match.sentence], story)):
        people = {t.lemma_.lower() for t in sentence.doc if t.ent_type_ == "PERSON"}
        named = [word for p in sentence.predicates if set(p.agents) & people for word in p.agents]
        if named:
            return tuple(dict.fromkeys(named))
    return tuple(agents)


def _is_vague(stated: Predicate, part: str, found: Sequence[Match]) -> bool:
    """Whether the verb has many meanings, and is not told of the same thing: who is asked, what is put."""
    other = "patients" if part == "agents" else "agents"
    mine = getattr(stated, other)
    is_same = bool(mine) and all(_meet(mine, getattr(match.predicate, other)) for match in found)
    return stated.lemma in _MANY and not is_same


def _allowing(match: Match) -> tuple[str, ...]:
    """Who lets it be done, where the source has somebody let another do it."""
    governor = match.predicate.token.head
    if governor.lemma_ not in {"let", "allow", "help", "make", "have", "enable", "permit"}:
        return ()
    return next((p.agents for p in match.sentence.predicates if p.token == governor), ())


def _fault(
    stated: Predicate,
    found: Sequence[Match],
    sources: Sequence[Sentence],
    story: Sequence[Sentence],
    parties: Parties,
) -> str:
    for own, part in ((stated.agents, "agents"), (stated.patients, "patients")):
        if not own or set(own) & PRONOUNS or _is_borrowed(stated) or _is_vague(stated, part, found):
            continue
        theirs = [(*getattr(match.predicate, part), *(_allowing(match) if part == "agents" else ())) for match in found]
        if part == "agents":
            theirs = [_resolved(other, match, story) for other, match in zip(theirs, found, strict=True)]
        if not theirs or any(not other or set(other) & PRONOUNS for other in theirs):
            continue
        if not _is_placed_elsewhere(stated, own, sources, parties):
            continue
        if part == "agents" and any(_stands_before(own, match) for match in found):
            continue
        before = {token.lemma_.lower() for token in stated.token.sent if token.i < stated.token.i}
        if any(set(other) & before for other in theirs) and part == "agents":
            continue
        if not any(parties.may_be_same(own, other) for other in theirs) or _narrows_other(own, theirs, found):
            return f"In the cited sentences '{stated.token.text}' is said of {_told(theirs[0])}, not of {_told(own)}."
    return ""
