"""Roles that no source gives to the person who is said to have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.parties import Parties, Role, roles_in
from synthesis.dialogue.grounding.persons import PERSON, is_agent, role_words
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

# Words for whoever is in charge, and what they may be called in full.
_HEADS = frozenset("boss chief head leader lead run head".split())
_IN_CHARGE = _HEADS | frozenset(
    """director executive president chair chairman chairwoman manager manage direct own owner founder
    commissioner premier captain skipper operator keeper owner host editor landlord""".split()
)
_RANKS = ("former", "deputy", "vice", "assistant", "acting", "shadow", "retired")
_WIDE = frozenset(
    """local senior top own new young old veteran leading main one prominent well-known group company firm agency
    organisation union alliance association club charity body team country line""".split()
)
_ANYBODY = frozenset(
    """man woman person official politician expert mr mrs ms dr sir lord lady survivor victim witness passenger resident
    customer patient neighbour neighbor voter viewer fan supporter spectator""".split()
)


def findings(text: Sequence[Sentence], parties: Parties) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    for sentence in text:
        for role in roles_in(sentence):
            fault = _fault(role, parties)
            if fault:
                yield sentence.start + role.start, Finding("role", sentence.text[role.start : role.end], fault)


def _fault(role: Role, parties: Parties) -> str:
    is_role = role.noun in role_words()
    if role.noun in _ANYBODY or not (is_role or PERSON.search(role.noun)):
        return ""
    known = parties.roles.get(role.name, [])
    name = role.name.title()
    if not known:
        other = next((other for roles in parties.roles.values() for other in roles if other.noun == role.noun), None)
        is_anothers = role.name in parties.words and other is not None and other.name != role.name
        return f"The sources call {other.name.title()} {role.noun}, not {name}." if is_anothers and other else ""
    fitting = [other for other in known if _fits(role.noun, other)]
    holders = {other.name for name, roles in parties.roles.items() for other in roles if other.noun == role.noun}
    if not fitting and is_role and len(holders) == 1 and role.name not in holders and role.name in parties.words:
        return f"The sources call {next(iter(holders)).title()} {role.noun}, not {name}."
    if not fitting and not any(_is_person(other) for other in known):
        return ""
    if not fitting and not is_role and _fits_any(role.noun, parties.told_with(role.name)):
        return ""
    if not fitting:
        return f"The sources call {name} {_called(known[0])}, not {role.noun}."
    dropped = _dropped(role, fitting)
    if dropped:
        return f"The sources call {name} {dropped} {role.noun}."
    other = _whose(role, parties)
    if other and not any(_shares_field(role, mine) for mine in known):
        return f"The sources call {other.name.title()} {_called(other)}."
    told = parties.told_with(role.name)
    strange = [
        word
        for word in role.narrowing - role.owners - _WIDE
        if word.isalpha() and not any(lexicon.relation(word, its) == 1 or _opens(word, its) for its in told)
    ]
    is_told = any(other.narrowing for other in fitting) or any(is_agent(word) for word in strange)
    if strange and role.name in parties.words and is_told:
        return f"The sources call {name} {_called(fitting[0])}, and say nothing of '{strange[0]}'."
    owned = [other for other in fitting if other.owners]
    if role.owners and owned and all(_is_elsewhere(role, other, parties) for other in owned):
        return f"The sources call {name} {_called(fitting[0])}."
    return ""


def _opens(word: str, other: str) -> bool:
    """Whether one is the other cut short: Brit and British."""
    return min(len(word), len(other)) >= 4 and (word.startswith(other) or other.startswith(word))


def _dropped(role: Role, fitting: Sequence[Role]) -> str:
    """The word that every source has and this leaves out, and without which it is another office: "former"."""
    said = {word.removesuffix("-").lower() for word in role.narrowing}
    for word in _RANKS:
        if word not in said and all(word in other.narrowing for other in fitting):
            return word
    return ""


def _whose(role: Role, parties: Parties) -> Role | None:
    """Another's role of the same name and field: who else "leads the rescue"."""
    others = [other for name, roles in parties.roles.items() if name != role.name for other in roles]
    return next((other for other in others if other.name != role.name and _shares_field(role, other)), None)


def _shares_field(role: Role, other: Role) -> bool:
    """Whether both are the same of the same: leader of the rescue, who leads the search."""
    field = role.narrowing - _WIDE - set(_RANKS)
    is_alike = lexicon.relation(role.noun, other.noun) == 1 or {role.noun, other.noun} <= _HEADS
    return is_alike and any(lexicon.relation(a, b) == 1 for a in field for b in other.narrowing)


def _is_person(role: Role) -> bool:
    """Whether the source's word is one for a person at all: the parser takes "the union, X" for a role too."""
    if role.noun in {"advise", "represent"}:
        return True
    return any(word in role_words() or PERSON.search(word) for word in (role.noun, *role.narrowing - role.owners))


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
    theirs = other.owners | other.narrowing
    if own & theirs and own - theirs and theirs - own:
        own, theirs = own - theirs, theirs - own
    return bool(own and other.owners) and not parties.may_be_same(own, theirs)


def _called(role: Role) -> str:
    return " ".join([*sorted(role.narrowing), role.noun])
