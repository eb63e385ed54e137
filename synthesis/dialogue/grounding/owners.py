"""Claims given to another than who made them, and disputed claims told as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from synthesis.dialogue.attribution import SPEECH_VERBS
from synthesis.dialogue.figures import quantities, same
from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.certainty import REPORTING
from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.matching import Match, content, matches, support
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.texts import Sentence, before
from synthesis.types import Finding

_ATTRIBUTED = re.compile(
    r"\b(sa(?:y|ys|id|ying)|tell|tells|told|according|claim\w*|alleg\w*|argu\w+|insist\w*|report(?:s|ed)|accus\w+"
    r"|believ\w+|call(?:s|ed)|estimat\w+|account|version|words|view|deni\w+|think\w*|thought|reckon\w*|suspect\w*"
    r"|apparently|reportedly|blam\w+|warn\w*|ask\w*|describ\w+|add(?:s|ed)|put(?:s)? it|conced\w+|expect\w*"
    r"|stor(?:y|ies)|denies|deny|point(?:s|ed)|disput\w+|promis\w+|hear[ds]?|found|finds|show(?:s|ed)?|suggest\w*)\b",
    re.I,
)
# Who has a side: what they say is not told as a fact.
_SIDES = frozenset(
    """lawyer attorney solicitor prosecutor prosecution defence defense counsel family mother father brother sister
    widow wife husband son daughter friend local resident survivor witness critic opponent opposition campaigner
    activist union trader shopkeeper protester rebel lobby columnist neighbour neighbor source rival competitor
    owner landlord farmer passenger customer supporter chairwoman chairman""".split()
)
_SAYING = (SPEECH_VERBS | REPORTING) - frozenset(
    "find see read show hear understand post call agree hope continue".split()
)
# Whose account of things is told as it is.
_OFFICIAL = frozenset(
    """official authority agency police court judge coroner inquest jury result study researcher figure statistic
    institute bureau office commission secretary minister governor mayor president doctor scientist forecaster chief
    detective spokesman spokeswoman""".split()
)
_DISPUTED = re.compile(
    r"\b(?:den(?:y|ies|ied)|disput\w+|reject(?:s|ed)? (?:the|that|this|as)|contradict\w*|untrue|false|rebut\w*"
    r"|not confirmed|to support)\b",
    re.I,
)
_FEW, _ALIKE, _MOST = 14, 0.5, 0.6


@dataclass(frozen=True, slots=True)
class Told:
    """What the claims of a text are held against."""

    sources: Sequence[Sentence]
    story: Sequence[Sentence]
    parties: Parties
    said: frozenset[str]
    named: frozenset[str]
    is_attributed: bool


def findings(
    text: Sequence[Sentence], sources: Sequence[Sentence], story: Sequence[Sentence], parties: Parties
) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    said = frozenset(word for sentence in text for word in content(sentence))
    is_attributed = any(_ATTRIBUTED.search(sentence.text) for sentence in text)
    named = frozenset(t.lemma_.lower() for s in text for t in s.doc if t.pos_ == "PROPN" and t.ent_type_ == "PERSON")
    told = Told(sources, story, parties, said, named, is_attributed)
    for sentence in text:
        if not sentence.text.endswith("?"):
            yield from _of_predicates(sentence, told) or _of_sentence(sentence, told)


def _of_predicates(sentence: Sentence, told: Told) -> list[tuple[int, Finding]]:
    """The first claim whose predicate the sources have on another's word."""
    for stated in _outside_quotes(sentence):
        if stated.is_speech and not stated.owner or _is_outlet(stated.owner, told.sources):
            continue
        found = [match for match in matches(stated, told.sources, told.parties) if match.relation == 1]
        found = [match for match in found if match.predicate.owner or not match.predicate.is_speech]
        reason = _fault(stated, found, told)
        if reason:
            span = sentence.text[stated.start : stated.end]
            return [(sentence.start + stated.start, Finding("attribution", span, reason))]
    return []


def _outside_quotes(sentence: Sentence) -> list[Predicate]:
    """The predicates of the sentence's own words: whose the quoted ones are is asked of quotations."""
    return [p for p in sentence.predicates if sentence.text[: p.token.idx].count('"') % 2 == 0]


def _fault(stated: Predicate, found: Sequence[Match], told: Told) -> str:
    if not found:
        return ""
    owners = [match.predicate.owner for match in found]
    if not _names(stated.owner):
        if told.is_attributed or stated.owner or not all(owners):
            return ""
        owner = set(owners[0])
        if owner & _SIDES and not owner & told.said:
            return f"The sources give this as the word of {_named(owners[0])}, not as a fact."
        return ""
    may_be_same = told.parties.may_be_same
    if any(may_be_same(stated.owner, agents) for match in found for agents in _speakers(match.sentence)):
        return ""
    if all(owners) and not any(may_be_same(stated.owner, owner) for owner in owners):
        return f"In the sources this is the word of {_named(owners[0])}."
    return ""


def _of_sentence(sentence: Sentence, told: Told) -> list[tuple[int, Finding]]:
    """A claim whose words the sources have in a sentence that another speaks, or that nobody does."""
    if len(told.sources) > _FEW:
        return []
    stated = _owners_in(sentence)
    if any(_is_outlet(owner, told.sources) for owner in stated):
        return []
    words = [word for word in content(sentence) if not any(word in owner for owner in stated)]
    alike = _most_alike(words, told.sources)
    reason = (
        _number_of_another(sentence, stated, told)
        or _silence(stated, told)
        or (_sentence_fault(stated, alike, told) if alike is not None else "")
    )
    return [(sentence.start, Finding("attribution", sentence.text.rstrip("."), reason))] if reason else []


def _number_of_another(sentence: Sentence, stated: Sequence[tuple[str, ...]], told: Told) -> str:
    """Why a number is another's word, where one sentence of the sources has two people's numbers."""
    named = [owner for owner in stated if _names(owner)]
    for figure in quantities(sentence.text) if named else ():
        for source in told.sources:
            owners = [
                _owners_of_part(source, other.start) for other in source.figures if same(other.value, figure.value)
            ]
            theirs = owners[0] if owners else []
            if theirs and not any(told.parties.may_be_same(one, other) for one in named for other in theirs):
                return f"In the sources this number is the word of {_named(theirs[0])}."
    return ""


def _owners_of_part(source: Sentence, place: int) -> list[tuple[str, ...]]:
    """Who speaks in the part between semicolons that the place lies in; nobody where the sentence has no such parts."""
    cuts = [0, *(match.end() for match in re.finditer(r"; ", source.text)), len(source.text)]
    start, end = next(((a, b) for a, b in pairwise(cuts) if a <= place < b), (0, 0))
    if len(cuts) < 3:
        return []
    inside = [p for p in source.predicates if start <= p.token.idx < end]
    accounts = [p.owner for p in inside if "according" in source.text[start:end].lower() and p.owner]
    return accounts or [p.agents for p in inside if p.lemma in _SAYING and _names(p.agents)]


def _silence(stated: Sequence[tuple[str, ...]], told: Told) -> str:
    """Why nothing is anybody's word who, in the sources, would not comment."""
    for source in told.sources:
        for predicate in source.predicates:
            aims = {child.lemma_.lower() for child in predicate.token.children if child.dep_ == "xcomp"}
            is_silent = predicate.lemma in {"decline", "refuse"} and aims & {"comment", "say", "discuss"}
            if is_silent and _names(predicate.agents) and _speaks(predicate.agents, stated, told):
                return f"In the cited sentences {_named(predicate.agents)} would not comment."
    return ""


def _speaks(agents: Sequence[str], stated: Sequence[tuple[str, ...]], told: Told) -> bool:
    """Whether the text has them, and no other that the sources let speak, say something."""
    speaking = [owner for source in told.sources for owner in _owners_in(source) if _names(owner) != set(agents)]
    named = [owner for owner in stated if _names(owner)]
    mine = [owner for owner in named if told.parties.may_be_same(owner, agents)]
    return bool(mine) and not any(set(owner) & set(other) for owner in mine for other in speaking)


def _sentence_fault(stated: Sequence[tuple[str, ...]], source: Sentence, told: Told) -> str:
    known = _owners_in(source)
    named = [owner for owner in known if _names(owner)]
    if stated and any(_names(owner) for owner in stated):
        if not named and known and _is_spoken(source):
            return ""  # whom somebody quoted means by "he says" is not told
        theirs = named or _speakers_before(source, told.story)
        if not named and not known and not _is_spoken(source):
            theirs = [*theirs, tuple(content(source))]
        is_there = any(_names(owner) & set(content(source)) for owner in stated)
        if is_there or any(_names(owner) & told.named for owner in theirs):
            return ""
        same = any(told.parties.may_be_same(owner, other) for owner in stated for other in theirs)
        return f"In the sources this is the word of {_named(theirs[0])}." if theirs and not same else ""
    is_official = any(set(owner) & _OFFICIAL or told.parties.also(owner) & _OFFICIAL for owner in named)
    if not stated and not told.is_attributed and named and not is_official and _is_disputed(source, told.story):
        is_told = any(lexicon.relation(word, said) == 1 for owner in named for word in owner for said in told.said)
        return "" if is_told else f"The sources give this as the word of {_named(named[0])}, and dispute it."
    return ""


def _most_alike(words: Sequence[str], sources: Sequence[Sentence]) -> Sentence | None:
    shares = [(support(words, [source]), -place, source) for place, source in enumerate(sources)]
    share, _, source = max(shares, key=lambda item: item[:2], default=(0.0, 0, None))
    return source if share >= _MOST and len(words) >= 2 else None


def _owners_in(sentence: Sentence) -> list[tuple[str, ...]]:
    """Whose word the sentence's claims are: the owners of its predicates, and who speaks in it."""
    speaking = [p for p in sentence.predicates if p.lemma in _SAYING and p.agents and p.token.tag_ != "VB"]
    agents = [p.agents for p in speaking]
    owners = [p.owner for p in sentence.predicates if p.owner and (p.owner in agents or _is_by_account(p))]
    return list(dict.fromkeys([*owners, *agents]))


def _is_by_account(predicate: Predicate) -> bool:
    return any(token.lower_ == "according" for token in predicate.token.sent)


def _speakers_before(source: Sentence, story: Sequence[Sentence]) -> list[tuple[str, ...]]:
    """Who speaks, or does anything, in the nearest sentence before that names anybody: whom "she said" may mean."""
    for sentence in reversed(before([source], story, 3)):
        spoken = [agents for agents in _owners_in(sentence) if _names(agents)]
        named = [p.agents for p in sentence.predicates if p.agents and _names(p.agents) and not p.is_speech]
        if spoken or named:
            return [*spoken, *named]
    return []


def _is_spoken(source: Sentence) -> bool:
    """Whether the sentence is somebody's own words."""
    return '"' in source.text or bool(re.search(r"\b(?:I|we|our|my|us)\b", source.text))


def _is_disputed(source: Sentence, story: Sequence[Sentence]) -> bool:
    place = next((i for i, other in enumerate(story) if other.text == source.text), None)
    near = story[max(0, place - 1) : place + 2] if place is not None else [source]
    return any(_DISPUTED.search(sentence.text) for sentence in near)


def _names(owner: Sequence[str]) -> set[str]:
    return set(owner) - PRONOUNS


def _speakers(sentence: Sentence) -> list[tuple[str, ...]]:
    """Who speaks in the sentence by name, of those who report what others say too."""
    return [p.agents for p in sentence.predicates if p.is_speech and _names(p.agents) and not set(p.agents) & PRONOUNS]


def _is_outlet(owner: Sequence[str], sources: Sequence[Sentence]) -> bool:
    """Whether the owner is the report itself, whose outlet's name is one of the sources."""
    names = [source.lower for source in sources if len(source.text.split()) <= 5]
    return bool(owner) and any(all(word in name for word in owner) for name in names)


def _named(owner: Sequence[str]) -> str:
    return " ".join(reversed(owner))
