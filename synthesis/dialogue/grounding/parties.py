"""Who is who in a story: names, the roles that it gives them, and the words that stand for both."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.texts import Sentence

if TYPE_CHECKING:
    from spacy.tokens import Token

PRONOUNS = frozenset(
    """i he she it they we you who that which this these those him her them his its their one some many others all any
    each both most none few more another other everybody everyone everything anybody anyone nobody somebody someone two
    three half something nothing there what""".split()
)
_ANYBODY = frozenset("official politician expert statement report".split())
_TITLES = {"gov": "governor", "sen": "senator", "rep": "representative", "sgt": "sergeant", "gen": "general"}
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
                self.roles[role.name].append(role)
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
        mine = [person for person in self._people if person <= one]
        yours = [person for person in self._people if person <= other]
        if mine and yours and not any(person in yours for person in mine):
            return False
        if one & _ANYBODY or other & _ANYBODY or one & {"people", "person"} or _related(one, other):
            return True
        return _related(self.also(one), other) or not one & self.words

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
    return tuple(role for token in sentence.doc if token.pos_ == "PROPN" for role in _roles_of(token))


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
        elif child.dep_ == "relcl" and child.lemma_ == "be":
            for said in child.children:
                if said.dep_ == "attr":
                    yield from _from_noun(name, said)
        elif child.dep_ == "relcl" and child.lemma_ in _LEADING:
            objects = [t for t in child.subtree if t.pos_ in {"NOUN", "PROPN"}][:3]
            yield _role(name, child, objects, first=child, last=objects[-1] if objects else child)
    if name.dep_ == "appos" and name.head.pos_ in {"NOUN", "PROPN"}:
        yield from _from_noun(name, name.head)
    if name.dep_ == "nsubj" and name.head.lemma_ == "be":
        for said in name.head.children:
            if said.dep_ == "attr":
                yield from _from_noun(name, said)


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
        t.lemma_.lower() for t in narrowing if t.dep_ in {"poss", "pobj"} or t.head.dep_ in {"poss", "pobj"}
    )
    tokens = [first, last, noun]
    start, end = min(t.idx for t in tokens), max(t.idx + len(t) for t in tokens)
    title = "spokesman" if noun.lemma_ == "speak" else noun.lemma_.lower().rstrip(".")
    return Role(fold(name.lemma_.lower()), _TITLES.get(title, title), words, owners, start, end)


def _is_role(token: Token) -> bool:
    title = token.lemma_.lower().rstrip(".")
    return token.pos_ == "NOUN" or title in role_words() or title in _TITLES


@lru_cache(maxsize=1)
def role_words() -> frozenset[str]:
    return frozenset(
        """president minister secretary spokesman spokeswoman spokesperson mayor governor judge coroner prosecutor
        lawyer attorney solicitor barrister director chief executive chairman chairwoman chair head boss manager coach
        captain author researcher professor doctor scientist economist analyst farmer teacher officer detective
        inspector sergeant constable commissioner ambassador leader member senator representative congressman mp
        councillor founder owner editor reporter journalist widow wife husband mother father brother sister son
        daughter victim suspect defendant witness survivor neighbour neighbor resident king queen prince princess pope
        bishop archbishop general colonel pilot driver engineer deputy chancellor premier congresswoman goalkeeper
        striker defender midfielder treasurer accountant trustee negotiator run lead own found manage coach direct
        command edit boss nurse cardiologist physician surgeon singer actor actress writer""".split()
    )
