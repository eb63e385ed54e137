"""Who is who in a story: names, the roles that it gives them, and the words that stand for both."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.persons import BODIES, is_person, role_words
from synthesis.dialogue.grounding.texts import Sentence

if TYPE_CHECKING:
    from spacy.tokens import Token

PRONOUNS = frozenset(
    """i he she it they we you who that which this these those him her them his its their one some many others all any
    each both most none few more another other everybody everyone everything anybody anyone nobody somebody someone two
    three half something nothing there what""".split()
)
_ANYBODY = frozenset("official politician expert statement report".split())
# What a lawyer is said to do, or whom to speak for.
_COURT_SIDES = {
    **dict.fromkeys(["defence", "defense", "defending"], "defence"),
    **dict.fromkeys(["prosecution", "prosecuting"], "prosecutor"),
}
_TITLES = {
    "gov": "governor",
    "sen": "senator",
    "rep": "representative",
    "sgt": "sergeant",
    "gen": "general",
    "prof": "professor",
    "dr": "doctor",
    "capt": "captain",
    "lt": "lieutenant",
    "col": "colonel",
    "supt": "superintendent",
}
_MODIFIERS = frozenset("compound amod poss nmod nn".split())


_LEADING = frozenset(
    "run lead head chair captain own found manage coach direct command edit represent speak advise work".split()
)


@dataclass(frozen=True, slots=True)
class Role:
    """What a name is said to be: the noun (or the verb of "who runs it"), and the words that narrow it."""

    name: str
    noun: str
    narrowing: frozenset[str]
    owners: frozenset[str]
    start: int
    end: int
    called: frozenset[str] = frozenset()


class Parties:
    """What a story's sentences tell of who is who."""

    def __init__(self, sentences: Sequence[Sentence]):
        self.roles: dict[str, list[Role]] = defaultdict(list)
        self._links: dict[str, set[str]] = defaultdict(set)
        self.words: set[str] = set()
        self._sentences: list[frozenset[str]] = []
        self._people: set[frozenset[str]] = set()
        for sentence in sentences:
            for role in roles_in(sentence):
                for name in {role.name, *role.called}:
                    self.roles[name].append(role)
                self._link([role.name, role.noun])
                self._link([role.name, *(role.narrowing - role.owners)])
            for group in _names_in(sentence):
                self._link(group)
                if len(group) == 2:
                    self._people.add(group)
                if len(group) > 2:
                    self._link([*group, _initials_of(sentence, group)])
            self._sentences.append(_lemmas(sentence))
            self.words |= _lemmas(sentence)

    def _link(self, group: Iterable[str]) -> None:
        group = set(group)
        for word in group:
            self._links[word] |= group

    def may_be_same(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether the two descriptions can be of one party. Pronouns and words for anybody can be of any."""
        one, other = set(one), set(other)
        if not one - PRONOUNS or not other - PRONOUNS or one & PRONOUNS or other & PRONOUNS:
            return True
        if _is_any_of_its_kind(one, self._wide(other)) or _is_any_of_its_kind(other, self._wide(one)):
            return True
        mine = [person for person in self._people if person <= one]
        yours = [person for person in self._people if person <= other]
        if mine and yours and not any(person in yours for person in mine):
            return False
        if one & other & _SPOKESMEN and not _related(one - _SPOKESMEN or other, other - _SPOKESMEN or one):
            return bool(self.also(one - _SPOKESMEN) & other) or bool(self.also(other - _SPOKESMEN) & one)
        if self._may_be_unnamed(one, other) or self._may_be_unnamed(other, one):
            return True
        if one & _ANYBODY or other & _ANYBODY or (one | other) & {"people", "person"} or _related(one, other):
            return True
        return (
            _related(self.also(one), other)
            or _related(one, self.also(other))
            or (not one & self.words and not _clash(one, self._wide(other)))
        )

    def _wide(self, words: set[str]) -> set[str]:
        """The words, what else the story calls whom they name, and whose they are said to be."""
        owners = (role.owners | {role.noun} for word in words for role in self.roles.get(word, ()))
        return words | self.also(words) | set().union(*owners)

    def _may_be_unnamed(self, name: set[str], role: set[str]) -> bool:
        """Whether one is a person's name and the other a role that the story gives to nobody by name."""
        names = set().union(*self._people)
        nouns = {word for word in role if is_person(word)}
        given = {other.noun for roles in self.roles.values() for other in roles}
        is_bare = not any(is_person(word) for word in name)
        return bool(name & names and nouns) and is_bare and not role & names and not nouns & given

    def told_with(self, name: str) -> set[str]:
        """The words of all sentences that have the name."""
        return set().union(*(words for words in self._sentences if name in words))

    def bears_for_many(self, words: set[str]) -> bool:
        """Whether more than one of the story's people has one of the names."""
        return any(sum(word in person for person in self._people) > 1 for word in words)

    def also(self, words: Iterable[str]) -> set[str]:
        """What else the story calls whom it calls so, roles left out that many have."""
        words = set(words)
        shared = [person for person in self._people if person & words]
        if len(shared) > 1 and not any(person <= words for person in shared):
            words -= set().union(*shared)  # two people bear the name
        return set().union(*(self._links.get(word, set()) for word in words if word not in role_words()))


_SPOKESMEN = frozenset("spokesman spokeswoman spokesperson".split())
_HEADS = frozenset("governor mayor president secretary senator regulator author researcher expert".split())


def _is_any_of_its_kind(one: set[str], other: set[str]) -> bool:
    """Whether `one` is a word for a company alone, and the other may be one: its name says nothing else."""
    return bool(one & BODIES[0]) and len(one) <= 2 and not any(other & body for body in [*BODIES[1:], _HEADS])


def _clash(one: set[str], other: set[str]) -> bool:
    """Whether both are bodies or officers, of different lines."""
    mine, yours = ({i for i, body in enumerate(BODIES) if body & words} for words in (one, other))
    return bool(mine and yours) and not mine & yours


def _related(one: set[str], other: set[str]) -> bool:
    return bool(one & other) or any(lexicon.relation(word, its) == 1 for word in one for its in other)


def fold(word: str) -> str:
    """Without accents, which one outlet writes and another does not."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=4000)
def _lemmas(sentence: Sentence) -> frozenset[str]:
    return frozenset(fold(token.lemma_.lower()) for token in sentence.doc if token.is_alpha)


@lru_cache(maxsize=4000)
def _names_in(sentence: Sentence) -> tuple[frozenset[str], ...]:
    groups = [frozenset(t.lemma_.lower() for t in entity if t.pos_ == "PROPN") for entity in sentence.doc.ents]
    return tuple(group for group in groups if len(group) > 1)


def _initials_of(sentence: Sentence, group: frozenset[str]) -> str:
    words = [t.text for t in sentence.doc if t.lemma_.lower() in group and t.text[:1].isupper()]
    return "".join(word[0] for word in dict.fromkeys(words)).lower()


@lru_cache(maxsize=4000)
def roles_in(sentence: Sentence) -> tuple[Role, ...]:
    """What the sentence says its people and bodies are, by a title, an apposition, a copula or "who runs it"."""
    names = [token for token in sentence.doc if token.pos_ == "PROPN" and token.text[0].isupper()]
    return tuple(replace(role, called=_called(token)) for token in names for role in _roles_of(token))


def _called(name: Token) -> frozenset[str]:
    """The words of the whole name, any of which may stand for it."""
    parts = [child for child in name.children if child.dep_ == "compound" and child.pos_ == "PROPN"]
    return frozenset(fold(part.lemma_.lower()) for part in parts if part.ent_type_ == name.ent_type_)


def _roles_of(name: Token) -> Iterator[Role]:
    if name.dep_ == "compound" and name.head.pos_ == "PROPN":
        return  # only the last word of a name stands for it
    for child in name.children:
        if (
            child.dep_ in _MODIFIERS - {"poss"}
            and child.pos_ in {"NOUN", "PROPN"}
            and child.i < name.i
            and _is_role(child)
        ):
            between = name.doc[child.i + 1 : name.i]
            yield _role(
                name,
                child,
                [t for t in (*name.children, *child.children) if t.i < child.i],
                first=child,
                last=between[-1] if len(between) else child,
            )
        elif child.dep_ == "appos":
            yield from _from_noun(name, child)
        elif child.lower_ in _COURT_SIDES and child.dep_ in {"acl", "advcl", "amod", "nmod"}:
            yield _role(name, child, [], first=child, last=child)
        elif child.dep_ == "relcl" and child.lemma_ == "be":
            for said in child.children:
                if said.dep_ == "attr":
                    was = any(c.lower_ == "until" for t in (child, said) for c in t.subtree) and child.tag_ == "VBD"
                    yield from (_former(role) if was else role for role in _from_noun(name, said))
        elif child.dep_ == "relcl" and child.lemma_ in _LEADING:
            what = [t for dobj in child.children if dobj.dep_ in {"dobj", "prep"} for t in dobj.subtree]
            objects = [t for t in what if t.pos_ in {"NOUN", "PROPN"}][:3]
            yield _role(name, child, objects, first=child, last=objects[-1] if objects else child)
    yield from _sides_of(name)
    if name.dep_ == "appos" and name.head.pos_ in {"NOUN", "PROPN"}:
        yield from _from_noun(name, _apposed(name))
    if name.dep_ == "nsubj" and name.head.lemma_ == "be":
        for said in name.head.children:
            if said.dep_ == "attr":
                yield from _from_noun(name, said)


def _former(role: Role) -> Role:
    return replace(role, narrowing=role.narrowing | {"former"})


def _apposed(name: Token) -> Token:
    """The noun that a name stands beside: the secretary in "the secretary of the alliance, Lowri Bancroft"."""
    noun = name.head
    while name.ent_type_ == "PERSON" and not is_person(noun.lemma_.lower()):
        prep = noun.head
        if noun.dep_ != "pobj" or prep.head.pos_ not in {"NOUN", "PROPN"}:
            return name.head
        noun = prep.head
    return noun


def _sides_of(name: Token) -> Iterator[Role]:
    """The side in court of "Yusuf Carrow, for the defence" and "For the defence, Yusuf Carrow said"."""
    near = [*name.children, *(name.head.children if name.dep_ == "nsubj" else ())]
    for prep in near:
        for side in prep.children if prep.lower_ == "for" else ():
            if side.lower_ in _COURT_SIDES:
                yield _role(name, side, [], first=side, last=side)


def _from_noun(name: Token, noun: Token) -> Iterator[Role]:
    if noun.pos_ not in {"NOUN", "PROPN", "PRON"} and noun.lower_ != "one":
        return
    own = {name, *(child for child in name.children if child.dep_ == "compound")}
    narrowing = [t for t in noun.subtree if t.i != noun.i and t not in own and not _is_aside(t, noun)]
    if noun.lower_ == "one":  # "one of the study's authors"
        of = [t for prep in noun.children if prep.lower_ == "of" for t in prep.children if t.dep_ == "pobj"]
        if not of:
            return
        noun = of[0]
    yield _role(name, noun, narrowing, first=noun, last=noun)


def _is_aside(token: Token, noun: Token) -> bool:
    while token != noun and token.head != token:
        if token.dep_ in {"relcl", "acl", "appos", "conj"}:
            return True
        token = token.head
    return False


def _role(name: Token, noun: Token, narrowing: Iterable[Token], *, first: Token, last: Token) -> Role:
    narrowing = [t for t in narrowing if t.pos_ in {"NOUN", "PROPN", "ADJ"} and t != noun]
    words = frozenset(t.lemma_.lower() for t in narrowing)
    owners = frozenset(
        t.lemma_.lower() for t in narrowing if t.dep_ in {"poss", "pobj", "dobj"} or t.head.dep_ in {"poss", "pobj"}
    )
    tokens = [first, last, noun]
    start, end = min(t.idx for t in tokens), max(t.idx + len(t) for t in tokens)
    if noun.lower_ in _COURT_SIDES:
        return Role(fold(name.lemma_.lower()), _COURT_SIDES[noun.lower_], frozenset(), frozenset(), start, end)
    if noun.lemma_.lower() == "attorney" and "district" in words:
        return Role(fold(name.lemma_.lower()), "prosecutor", words, owners, start, end)
    title = "spokesman" if noun.lemma_ == "speak" else noun.lemma_.lower().rstrip(".")
    return Role(fold(name.lemma_.lower()), _TITLES.get(title, title), words, owners, start, end)


def _is_role(token: Token) -> bool:
    title = token.lemma_.lower().rstrip(".")
    return token.pos_ == "NOUN" or title in role_words() or title in _TITLES
