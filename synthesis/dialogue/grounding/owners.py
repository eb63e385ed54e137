"""Claims given to another than who made them, and disputed claims told as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.matching import Match, content, matches
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

_ATTRIBUTED = re.compile(
    r"\b(sa(?:y|ys|id)|tell|tells|told|according|claim\w*|alleg\w*|argu\w+|insist\w*|report(?:s|ed)|accus\w+|believ\w+"
    r"|call(?:s|ed)|estimat\w+|account|version|words|view|deni\w+|think\w*|thought|reckon\w*|suspect\w*|apparently"
    r"|reportedly|blam\w+|warn\w*|ask\w*|describ\w+|add(?:s|ed)|put(?:s)? it|conced\w+|expect\w*|stor(?:y|ies))\b",
    re.I,
)
# Who has a side: what they say is not told as a fact.
_SIDES = frozenset(
    """lawyer attorney solicitor prosecutor prosecution defence defense counsel family mother father brother sister
    widow wife husband son daughter friend local resident survivor witness critic opponent opposition campaigner
    activist union trader shopkeeper protester rebel lobby columnist neighbour neighbor source people rival competitor
    owner landlord farmer passenger customer supporter chairwoman chairman""".split()
)
_CONTESTABLE = frozenset("claim allege accuse argue insist maintain contend believe suspect fear blame".split())


def findings(
    text: Sequence[Sentence], sources: Sequence[Sentence], story: Sequence[Sentence], parties: Parties
) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    is_attributed = any(_ATTRIBUTED.search(sentence.text) for sentence in text)
    said = {word for sentence in text for word in content(sentence)}
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        for stated in _outside_quotes(sentence):
            if stated.is_speech and not stated.owner:
                continue
            found = [match for match in matches(stated, sources, parties) if match.relation == 1]
            found = [match for match in found if match.predicate.owner or not match.predicate.is_speech]
            if _is_outlet(stated.owner, sources):
                continue
            reason = _fault(stated, found, sources, story, parties, said, is_attributed=is_attributed)
            if reason:
                span = sentence.text[stated.start : stated.end]
                yield sentence.start + stated.start, Finding("attribution", span, reason)
                break


def _outside_quotes(sentence: Sentence) -> list[Predicate]:
    """The predicates of the sentence's own words: whose the quoted ones are is asked of quotations."""
    return [p for p in sentence.predicates if sentence.text[: p.token.idx].count('"') % 2 == 0]


def _fault(
    stated: Predicate,
    found: Sequence[Match],
    sources: Sequence[Sentence],
    story: Sequence[Sentence],
    parties: Parties,
    said: set[str],
    *,
    is_attributed: bool,
) -> str:
    if not found:
        return ""
    owners = [match.predicate.owner for match in found]
    if not set(stated.owner) - PRONOUNS:
        if is_attributed or stated.owner or not all(owners):
            return ""
        owner = set(owners[0])
        if owner & _SIDES and not owner & said:
            return f"The sources give this as the word of {_named(owners[0])}, not as a fact."
        return ""
    if any(parties.may_be_same(stated.owner, agents) for match in found for agents in _speakers(match.sentence)):
        return ""
    if all(owners) and not any(parties.may_be_same(stated.owner, owner) for owner in owners):
        return f"In the sources this is the word of {_named(owners[0])}."
    unnamed = all(not set(owner) - PRONOUNS for owner in owners)
    near = [*sources, *(sentence for match in found for sentence in _before(match, story))]
    if unnamed and not any(parties.may_be_same(stated.owner, list(content(sentence))) for sentence in near):
        return f"No source says that this is the word of {_named(stated.owner)}."
    return ""


def _speakers(sentence: Sentence) -> list[tuple[str, ...]]:
    """Who speaks in the sentence by name, of those who report what others say too."""
    return [
        p.agents
        for p in sentence.predicates
        if p.is_speech and set(p.agents) - PRONOUNS and not set(p.agents) & PRONOUNS
    ]


def _is_outlet(owner: Sequence[str], sources: Sequence[Sentence]) -> bool:
    """Whether the owner is the report itself, whose outlet's name is one of the sources."""
    names = [source.lower for source in sources if len(source.text.split()) <= 5]
    return bool(owner) and any(all(word in name for word in owner) for name in names)


def _named(owner: Sequence[str]) -> str:
    return " ".join(reversed(owner))


def _before(match: Match, story: Sequence[Sentence]) -> Sequence[Sentence]:
    """The sentence of the story that matches, and the one before it, which says who "he" is."""
    place = next((i for i, other in enumerate(story) if other.text == match.sentence.text), 0)
    return story[max(0, place - 1) : place + 1] if place else story[:1]
