"""Roles that no source gives to the person who is said to have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.parties import Parties, Role, role_words, roles_in
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

# Words for whoever is in charge, and what they may be called in full.
_HEADS = frozenset("boss chief head leader lead run head".split())
_IN_CHARGE = _HEADS | frozenset(
    """director executive president chair chairman chairwoman manager manage direct own owner founder
    commissioner premier captain""".split()
)
_WIDE = frozenset("local senior top own new young old veteran leading main one prominent well-known".split())
_PERSON = re.compile(r"(?:[a-z]{3}(?:er|or|ist|ian|eer|ant)|man|woman)$")
_ANYBODY = frozenset("man woman person official politician expert mr mrs ms dr sir lord lady".split())


def findings(text: Sequence[Sentence], parties: Parties) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    for sentence in text:
        for role in roles_in(sentence):
            fault = _fault(role, parties)
            if fault:
                yield sentence.start + role.start, Finding("role", sentence.text[role.start : role.end], fault)


def _fault(role: Role, parties: Parties) -> str:
    is_role = role.noun in role_words()
    if role.noun in _ANYBODY or not (is_role or _PERSON.search(role.noun)):
        return ""
    known = parties.roles.get(role.name, [])
    name = role.name.title()
    if not known:
        other = next((other for roles in parties.roles.values() for other in roles if other.noun == role.noun), None)
        is_anothers = role.name in parties.words and other is not None and other.name != role.name
        return f"The sources call {other.name.title()} {role.noun}, not {name}." if is_anothers and other else ""
    fitting = [other for other in known if _fits(role.noun, other)]
    if not fitting and not any(_is_person(other) for other in known):
        return ""
    if not fitting and not is_role and _fits_any(role.noun, parties.told_with(role.name)):
        return ""
    if not fitting:
        return f"The sources call {name} {_called(known[0])}, not {role.noun}."
    told = parties.told_with(role.name)
    strange = [
        word
        for word in role.narrowing - role.owners - _WIDE
        if word.isalpha() and not any(lexicon.relation(word, its) == 1 for its in told)
    ]
    if strange and role.name in parties.words and any(other.narrowing for other in fitting):
        return f"The sources call {name} {_called(fitting[0])}, and say nothing of '{strange[0]}'."
    owned = [other for other in fitting if other.owners]
    if role.owners and owned and all(_is_elsewhere(role, other, parties) for other in owned):
        return f"The sources call {name} {_called(fitting[0])}."
    return ""


def _is_person(role: Role) -> bool:
    """Whether the source's word is one for a person at all: the parser takes "the union, X" for a role too."""
    if role.noun in {"advise", "represent"}:
        return True
    return any(word in role_words() or _PERSON.search(word) for word in (role.noun, *role.narrowing - role.owners))


def _fits_any(noun: str, words: set[str]) -> bool:
    return any(lexicon.relation(noun, word) == 1 for word in words)


def _fits(noun: str, other: Role) -> bool:
    is_in_charge = other.noun in _IN_CHARGE or {"general", "secretary"} <= {other.noun, *other.narrowing}
    if noun in _HEADS and is_in_charge:
        return True
    return any(lexicon.relation(noun, word) == 1 for word in (other.noun, *other.narrowing))


def _is_elsewhere(role: Role, other: Role, parties: Parties) -> bool:
    """Whether what narrows the role ("the agency's") is somebody else's than in the source."""
    strange = role.owners - parties.words - _WIDE - {role.name}
    if other.owners and strange and not any(lexicon.relation(o, w) == 1 for o in strange for w in parties.words):
        return True
    own = {word for word in role.owners if word in parties.words and word != role.name}
    return bool(own and other.owners) and not parties.may_be_same(own, other.owners | other.narrowing)


def _called(role: Role) -> str:
    return " ".join([*sorted(role.narrowing), role.noun])
