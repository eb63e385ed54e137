"""Read a sentence as predicates: who does what to whom, denied or not, how sure, and on whose word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.certainty import (
    FUTURE,
    PLANNED,
    REPORTING,
    UNSURE,
    UNSURE_WORDS,
    grade_of,
    own_sign,
    sign_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CONTENT = frozenset("NOUN PROPN VERB ADJ NUM".split())
_QUANTITIES = frozenset("several hundred thousand million billion dozen number couple pair half third quarter".split())
_LIGHT = frozenset("find have see show make give get take reach contain hold".split())
_NOT_AIMING = frozenset("offer threaten fear suspect accuse charge believe think need require risk".split())
_ORDERING = frozenset("get ask tell urge order force help want persuade allow let make require warn".split())
_HEARING = frozenset("court inquest jury tribunal hearing".split())
_THIRD_PERSON = frozenset("he she it they".split())


@dataclass(frozen=True, slots=True)
class Predicate:
    """A verb, or what a copula says ("is guilty"). `agents` did it, `patients` had it done to them, `others` stand with
    prepositions: lemmas. `sign` is -1 where it is denied; `grade` how sure, 3 for what happened; `owner` whose word it
    is, () for the outlet's own, pronouns as they stand."""

    token: Token
    lemma: str
    agents: tuple[str, ...]
    patients: tuple[str, ...]
    others: tuple[str, ...]
    sign: int
    grade: float
    owner: tuple[str, ...]
    is_speech: bool
    start: int
    end: int

    @property
    def arguments(self) -> tuple[str, ...]:
        return (*self.agents, *self.patients, *self.others)


def lemma_of(token: Token) -> str:
    """The lemma, of a verb with its particle what the two mean."""
    lemma = token.lemma_.lower()
    particles = [c.lower_ for c in token.children if c.dep_ == "prt"] if token.pos_ == "VERB" else []
    return next((meaning for word in particles if (meaning := lexicon.phrase(lemma, word))), lemma)


def predicates(doc: Doc) -> tuple[Predicate, ...]:
    found = []
    for token in doc:
        if token.pos_ in {"VERB", "AUX"} and token.dep_ not in {"aux", "auxpass", "amod"}:
            found += [_predicate(token, said) for said in _said(token)]
    return tuple(found)


def _said(verb: Token) -> list[Token]:
    """What the verb says of its subject: itself, or with a copula the adjectives and nouns behind it."""
    if verb.lemma_ in _LIGHT:
        objects = {"dobj", "oprd", "nsubjpass"}
        return [verb, *(child for child in verb.children if child.dep_ in objects and child.pos_ != "PRON")]
    if verb.lemma_ not in {"be", "become", "remain", "'s"}:
        return [verb, *_without(verb), *_aimed_at(verb), *(child for child in verb.children if child.dep_ == "oprd")]
    heads = [child for child in verb.children if child.dep_ in {"acomp", "attr", "oprd"} and child.pos_ != "PRON"]
    heads += [conjunct for head in heads for conjunct in head.conjuncts if conjunct.pos_ == head.pos_]
    return heads or [verb]


def _without(verb: Token) -> list[Token]:
    """The nouns of "without charge" and "short of a majority", which the clause denies."""
    preps = [prep for child in verb.children for prep in (child, *child.children)]
    found = [
        p for p in preps if p.lower_ == "without" and p.head == verb or p.lower_ == "of" and p.head.lower_ == "short"
    ]
    return [noun for prep in found for noun in prep.children if noun.dep_ == "pobj"]


def _aimed_at(verb: Token) -> list[Token]:
    """What is planned or sought, in a noun: "plans a minute's silence"."""
    is_open = verb.lemma_ in UNSURE_WORDS - _NOT_AIMING | PLANNED - {"go", "set", "mean", "agree"}
    return [child for child in verb.children if child.dep_ == "dobj" and child.pos_ == "NOUN"] if is_open else []


def _predicate(verb: Token, said: Token) -> Predicate:
    agents, patients = _parties(verb)
    others = _others(verb) + (_inner(said) if said != verb else [])
    start = min(verb.idx, said.idx)
    end = max(verb.idx + len(verb), said.idx + len(said))
    grade = grade_of(verb)
    if said.dep_ == "dobj" and verb.lemma_ not in _LIGHT:
        grade = min(grade, UNSURE if verb.lemma_ in UNSURE_WORDS else FUTURE)
    if said.dep_ == "oprd" and verb.lemma_ in UNSURE_WORDS:
        grade = UNSURE
    sign = sign_of(verb) * (own_sign(said) if said != verb else 1)
    if (
        said.head.lower_ == "without"
        or said.head.head.lower_ == "short"
        or said != verb
        and said.dep_ != "nsubjpass"
        and sign_of(verb) < 0
    ):
        sign = -1
    elif said.dep_ == "nsubjpass":
        sign = sign_of(verb)
    return Predicate(
        said,
        lemma_of(said),
        tuple(_words(agents)),
        tuple(_words(patients)),
        tuple(_words(others)),
        sign,
        grade,
        owner_of(verb),
        verb.lemma_.lower() in REPORTING,
        start,
        end,
    )


def _parties(verb: Token) -> tuple[list[Token], list[Token]]:
    """(agents, patients) of the verb, taken from the verb that it hangs on where it has no subject of its own."""
    subjects = _subjects(verb)
    is_passive = any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children)
    by = [
        child
        for agent in verb.children
        if agent.dep_ == "agent"
        for prep in (agent, *agent.conjuncts)
        for child in prep.children
        if child.dep_ == "pobj" and child.ent_type_ not in {"DATE", "TIME"}
    ]
    objects = [child for child in verb.children if child.dep_ in {"dobj", "dative", "obj"} and child.pos_ != "ADP"]
    has_auxiliary = any(child.dep_ in {"aux", "auxpass"} for child in verb.children)
    is_participle = verb.tag_ == "VBN" and (verb.dep_ == "acl" or verb.dep_ in {"ccomp", "xcomp"} and not has_auxiliary)
    if is_passive or is_participle or by:
        return by, [*subjects, *objects]
    return subjects, objects


def _subjects(verb: Token) -> list[Token]:
    for _ in range(4):
        own = [child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass", "csubj"}]
        if own:
            heads = [_antecedent(subject) for subject in own]
            is_relative = heads != own and own[0].tag_ in {"WP", "WDT"}
            return [*heads, *_governing(heads[0])] if is_relative else heads
        if verb.dep_ == "acl" and any(child.tag_ == "TO" for child in verb.children):
            return []
        if verb.dep_ in {"relcl", "acl"}:
            return [verb.head, *_governing(verb.head)]
        objects = [child for child in verb.head.children if child.dep_ == "dobj"] if verb.dep_ == "xcomp" else []
        if objects and verb.head.lemma_ in _ORDERING:
            return objects
        if verb.dep_ == "pcomp" and verb.head.head.pos_ in {"VERB", "AUX"}:
            verb = verb.head.head
            continue
        is_participle = verb.dep_ == "advcl" and verb.tag_ in {"VBG", "VBN"}
        if (verb.dep_ in {"conj", "xcomp"} or is_participle) and verb.head.pos_ in {"VERB", "AUX"}:
            verb = verb.head
            continue
        return []
    return []


def _governing(noun: Token) -> list[Token]:
    """The nouns that "who" may mean as well: in "a maker of trackers, which" the maker."""
    prep = noun.head
    if noun.dep_ == "pobj" and prep.head.pos_ in {"NOUN", "PROPN"}:
        return [prep.head, *([prep.head.head] if prep.head.dep_ == "appos" else [])]
    return [noun.head] if noun.dep_ == "appos" else []


def _antecedent(subject: Token) -> Token:
    if subject.tag_ in {"WP", "WDT"} and subject.head.dep_ == "relcl":
        return subject.head.head
    if subject.lower_ in _THIRD_PERSON and subject.head.dep_ == "ccomp":
        speaker = subject.head.head
        own = [child for child in speaker.children if child.dep_ == "nsubj" and child.pos_ in {"NOUN", "PROPN"}]
        if (
            speaker.lemma_.lower() in REPORTING
            and own
            and own[0].i < subject.i
            and own[0].lemma_.lower() not in _HEARING
        ):
            return own[0]  # "the company said it would pay"
    return subject


def _others(verb: Token) -> list[Token]:
    return [
        child
        for prep in verb.children
        if prep.dep_ in {"prep", "prt", "dative"}
        for child in prep.children
        if child.dep_ == "pobj"
    ]


def _inner(noun: Token) -> list[Token]:
    return [child for child in noun.children if child.dep_ in {"compound", "amod", "poss"}] + _others(noun)


def _words(heads: list[Token]) -> list[str]:
    """The lemmas of the heads with what names them: "the ferry's owner" is owner and ferry."""
    words = []
    for head in heads:
        if head.pos_ == "ADJ" and not any(child.dep_ == "det" for child in head.children):
            continue
        beside = [t for t in head.subtree if t != head and _names(t, head)]
        for token in [head, *beside, *head.conjuncts]:
            if token.pos_ in _CONTENT and token.pos_ != "NUM" and token.lemma_.lower() not in _QUANTITIES:
                words.append(token.lemma_.lower())
            elif token.pos_ in {"PRON", "DET"} and token.dep_ != "det" and token.dep_ != "poss":
                words.append(token.text.lower())
    return list(dict.fromkeys(words))


def _names(token: Token, head: Token) -> bool:
    if token.dep_ == "poss" and token.ent_type_ == "PERSON" and head.pos_ == "NOUN":
        return False  # Miss Adeyinka's father is not Miss Adeyinka
    if token.head == head:
        return token.dep_ in {"compound", "poss", "amod", "appos", "nmod"}
    of = token.head
    is_of = of.lower_ in {"of", "for", "on"} and of.head == head and token.dep_ == "pobj"
    return is_of or (token.dep_ == "compound" and token.head.dep_ == "appos" and token.head.head == head)


def owner_of(verb: Token) -> tuple[str, ...]:
    """The words for who says what the clause says, as far as its own sentence tells."""
    for prep in verb.children:
        if prep.lower_ == "according":
            return tuple(_words([leaf for to in prep.children for leaf in to.children if leaf.dep_ == "pobj"]))
    token = verb
    for _ in range(8):
        head = token.head
        if head == token:
            return _opening_speaker(verb)
        if token.dep_ in {"ccomp", "parataxis", "pcomp", "xcomp", "oprd"}:
            speaker = head.head if head.pos_ == "ADP" and head.lower_ in {"of", "for"} else head
            is_passive = any(child.dep_ == "nsubjpass" for child in speaker.children)
            if speaker.lemma_.lower() in REPORTING and speaker != token and not is_passive and not _by_account(speaker):
                subjects = _subjects(speaker)
                if subjects:
                    return tuple(_words(subjects))
        token = head
        for prep in token.children:
            if prep.lower_ == "according":
                return tuple(_words([leaf for to in prep.children for leaf in to.children if leaf.dep_ == "pobj"]))
    return _opening_speaker(verb)


def _by_account(verb: Token) -> bool:
    """Whether the clause of the verb is told "according to" somebody: whoever "sees" it then says nothing."""
    return any(child.lower_ == "according" for child in verb.children)


def _opening_speaker(verb: Token) -> tuple[str, ...]:
    """Who speaks where the sentence opens with "X said that" and the parser lost the thread."""
    root = verb.sent.root
    between = verb.doc[root.i + 1 : verb.i]
    is_one = any(t.lower_ == "that" for t in between) and not any(t.dep_ == "cc" and t.head == root for t in verb.doc)
    is_said = root.lemma_.lower() in REPORTING and root.i < verb.i and is_one
    return tuple(_words(_subjects(root))) if is_said and "," not in [t.text for t in between[:2]] else ()
