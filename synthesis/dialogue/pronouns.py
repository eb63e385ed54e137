"""Whom does "she" mean? Put the name in where it is plain, and know where it is not."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from synthesis.dialogue.attribution import SPEECH_VERBS
from synthesis.dialogue.parse import parse
from synthesis.dialogue.reading import Reading, Sentence

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_PERSONAL_PRONOUNS = frozenset("he she him her his they them their it its".split())
_DATED = frozenset("year month week day night evening morning afternoon weekend season summer winter".split())
_CALENDAR = frozenset(
    "week year month morning afternoon evening night weekend season spring summer autumn fall winter time way day "
    "who".split()
)

_TIMES = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT"})
_WHICH = frozenset("last first next other second previous".split())
# An "it" or a "there" that stands for nothing.
EXPLETIVE = re.compile(
    r"^(It (is|was|remains|'s|has been) (not |also |still )?(un)?(clear|known|likely|possible|important|necessary"
    r"|expected|estimated|hoped|believed)|There (is|are|was|were|has|have|will))\b"
)


def antecedent(reading: Reading, sentence: Sentence) -> tuple[str, int]:
    """The one person whom the sentence before names, as its subject, and where; ("", 0) if that is not plain.

    To put a name to the wrong "he" would be the worst of faults, so two names in reach are one too many. A sentence
    that is all quotation is looked through to the one before it.
    """
    index = sentence.index - 1
    while index >= 0 and reading.sentences[index].inside_quote and reading.sentences[index].leaves_open:
        index -= 1
    if index < 0:
        return "", 0
    before = reading.sentences[index]
    names = {entity.text.removesuffix("'s").split()[-1] for entity in before.doc.ents if _is_person(entity)}
    known = {surname for surname in reading.people if re.search(rf"\b{re.escape(surname)}\b", before.text)}
    if len(known) != 1 or not names <= known:
        return "", 0
    surname = known.pop()
    subjects = [token for token in before.doc if token.dep_ in {"nsubj", "nsubjpass"} and _is_main(token.head)]
    is_subject = any(surname in {token.text, *(child.text for child in token.subtree)} for token in subjects)
    return (reading.people[surname].name, index) if is_subject else ("", 0)


def _is_main(verb: Token) -> bool:
    return verb.dep_ == "ROOT" or (verb.dep_ in {"parataxis", "conj"} and verb.head.dep_ == "ROOT")


def without_hanging_pronoun(
    text: str, needs_previous: bool, reading: Reading, sentence: Sentence, cites: list[int]
) -> tuple[str, bool]:
    """The name put in where a pronoun further on in the sentence hangs, or the text and that it needs its neighbour."""
    token = None if needs_previous else hanging_pronoun(parse([text])[0])
    if token is None:
        return text, needs_previous
    name, index = antecedent(reading, sentence) if token.text in {"he", "she"} else ("", 0)
    if not name:
        return text, True
    cites.append(index)
    return f"{text[: token.idx]}{name}{text[token.idx + len(token.text) :]}", False


def quotes_back(claim: str) -> bool:
    """Whether what is quoted speaks of something that only the words before it name: "You will find one anywhere", or
    of somebody: "For every pound that was given, he took thirty pence"."""
    doc = parse([claim.strip('"')])[0]
    if any(token.lower_ in {"he", "she", "him", "his", "her"} and not _has_person_before(token) for token in doc):
        return True
    for token in doc:
        named = any(other.pos_ in {"NOUN", "PROPN"} and other.ent_type_ not in _TIMES for other in doc[: token.i])
        if named:
            return False
        is_thing = token.lower_ in {"it", "they", "them"} and token.dep_ not in {"expl", "pobj"}
        is_one = token.lower_ in {"one", "ones"} and token.dep_ in {"dobj", "nsubj"} and _is_placed(token)
        is_that = token.lower_ in {"that", "this", "those", "these"} and token.dep_ in {"nsubj", "dobj"}
        is_last = token.lower_ == "one" and any(child.lower_ in _WHICH for child in token.lefts)
        if is_thing or is_one or is_that or is_last or token.lower_ in {"he", "she", "him"}:
            return not EXPLETIVE.match(doc[token.i :].text[:1].upper() + doc[token.i :].text[1:])
    return False


def _is_placed(one: Token) -> bool:
    """Whether nothing says which one it is, but for where: "one in every roofer's car", and not "one of the knives"."""
    return all(child.lower_ in {"in", "on", "at"} for child in one.rights)


def _has_person_before(token: Token) -> bool:
    """Whether somebody is named before the token, or is what an earlier verb is about."""
    return any(
        other.ent_type_ == "PERSON" or (other.tag_ in {"NN", "NNP"} and other.dep_ in {"nsubj", "nsubjpass"})
        for other in token.doc[: token.i]
    )


def speaks_of_itself(claim: str) -> bool:
    """Whether the pronoun of the claim is the speaker: "the company said it was investigating"."""
    doc = parse([claim])[0]
    token = hanging_pronoun(doc)
    return (
        token is not None
        and token.text.lower() in {"it", "its", "they", "their", "he", "his", "she", "her"}
        and token.i <= 3
    )


def _is_person(entity: Span) -> bool:
    """Whether the entity is somebody; the tagger takes "May" for one."""
    return entity.label_ == "PERSON" and not re.fullmatch(
        r"(January|February|March|April|May|June|July|August|September|October|November|December)('s)?", entity.text
    )


def hanging_pronoun(doc: Doc) -> Token | None:
    """The first "he", "her", "they" ... of the sentence that nothing before it in the sentence can stand for."""
    in_quote = False
    for token in doc:
        in_quote ^= token.text == '"'
        word = token.text.lower()
        if not in_quote and _names_no_date(token):
            return token
        if not in_quote and word in {"this", "that", "these", "those"} and token.tag_ == "DT":
            is_subject = token.dep_ in {"nsubj", "nsubjpass"}
            if is_subject or (
                token.dep_ == "det" and token.head.ent_type_ == "" and token.head.lemma_ not in _CALENDAR
            ):
                return token
        if (
            not in_quote
            and word in {"it", "they"}
            and token.dep_ == "nsubj"
            and token.head.lemma_ in SPEECH_VERBS
            and token.head.dep_ == "ROOT"
        ):
            return token  # whoever it is that says something must be plain
        if in_quote or word not in _PERSONAL_PRONOUNS or (word == "it" and token.dep_ == "expl"):
            continue
        before = [
            other
            for other in doc[: token.i]
            if other.pos_ in {"NOUN", "PROPN"}
            and not _acts_on(other, token)
            and other.ent_type_ not in {"DATE", "TIME", "MONEY", "PERCENT"}
            and (other.ent_type_ != "GPE" or (word == "it" and other.dep_ in {"nsubj", "dobj"}))
        ]
        if word in {"it", "its"}:
            before = [other for other in before if not _is_of_person(other)]
        if word in {"he", "she", "him", "her", "his"}:
            before = [
                other
                for other in before
                if other.ent_type_ == "PERSON" or (other.tag_ == "NN" and other.dep_ in {"nsubj", "nsubjpass"})
            ]
        if word in {"they", "them", "their"}:
            before = [
                other
                for other in before
                if other.tag_ in {"NNS", "NNPS"}
                or other.ent_type_ == "ORG"
                or any(child.dep_ == "conj" for child in other.children)
            ]
        if not before:
            return token
    return None


def _is_of_person(noun: Token) -> bool:
    """Whether the noun is somebody's name, or the title before one."""
    return noun.ent_type_ == "PERSON" or (noun.dep_ == "compound" and noun.head.ent_type_ == "PERSON")


def _names_no_date(token: Token) -> bool:
    """Whether it is the "that" of "that year", and no date stands before it."""
    is_that = token.lower_ in {"that", "those"} and token.dep_ == "det" and token.head.lemma_.lower() in _DATED
    return is_that and not any(other.ent_type_ == "DATE" for other in token.doc[: token.i])


def _acts_on(noun: Token, pronoun: Token) -> bool:
    """Whether the noun does to the pronoun what the verb says, and so is another thing: "the bank expects it to peak",
    "the bank closed it"."""
    verb = pronoun.head
    if pronoun.dep_ == "nsubj" and verb.dep_ in {"ccomp", "xcomp"} and verb.tag_ == "VB":
        is_infinitive = any(child.dep_ == "aux" and child.tag_ == "TO" for child in verb.children)
        return is_infinitive and noun.dep_ == "nsubj" and noun.head == verb.head
    return pronoun.dep_ == "dobj" and pronoun.tag_ == "PRP" and noun.dep_ == "nsubj" and noun.head == verb


def _is_overshadowed(reading: Reading, name: str) -> bool:
    """Whether the article speaks of somebody else far more often: then "she" may well be that person."""
    heard = Counter(
        entity.text.removesuffix("'s").split()[-1]
        for s in reading.sentences
        for entity in s.doc.ents
        if _is_person(entity)
    )
    return max(heard.values(), default=0) > 2 * max(1, heard[name.split()[-1]])


def point_forward(text: str, reading: Reading, sentence: Sentence, cites: list[int]) -> tuple[str, bool]:
    """The name put in for "He", "She", "His" or "Her" where it is clear; else the text and that it needs its
    neighbour."""
    match = re.match(r"(He|She|His|Her)\b", text)
    name, index = antecedent(reading, sentence) if match else ("", 0)
    if name and _is_overshadowed(reading, name):
        return text, True
    if not match or not name:
        return text, True
    cites.append(index)
    is_possessive = match[0] == "His" or (match[0] == "Her" and parse([text])[0][0].tag_ == "PRP$")
    return f"{name}{chr(39) + 's' if is_possessive else ''}{text[match.end() :]}", False
