"""What a sentence takes for known: nouns with "the" that neither it nor common knowledge explains."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from synthesis.dialogue.parse import parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_INSTITUTIONS = frozenset({"police", "coastguard", "military", "army", "government", "president", "weather", "economy"})
_OFFICES = frozenset(
    "agency ministry authority office department board council commission court bank regulator service union".split()
)
# Of these a listener expects one, and a name explains it.
_POSTS = frozenset(
    """mayor minister coroner judge governor president chancellor prosecutor bishop king queen pope chairman chairwoman
    chair chief director spokesman spokeswoman""".split()
)
KNOWN_TO_ALL = frozenset(
    """world country government state city public economy president police military army internet web past future end
    beginning start time year month week day night morning weekend summer winter spring fall same first last next
    most coastguard ministry authority council prosecutor parliament senate congress cabinet church union weather
    internet top best worst way rest fact number area region nation sun sky sea coast air ground market media press
    treasury court law street road war side case home family community right left ear eye""".split()
)
# "The strike" is a riddle, or worse, another strike, to who has not heard of one in this story.
EVENTS = frozenset(
    """strike attack raid bombing blast explosion shooting killing murder crash collision fire incident accident
    invasion arrest lawsuit complaint allegation accusation charge ruling verdict sentence decision vote bill amendment
    resolution agreement deal pact treaty proposal letter memo email leak announcement statement remark comment tweet
    post interview document slideshow manifest merger takeover layoff recall outage hack breach""".split()
)
_WHERE = frozenset({"in", "at", "near", "on"})


def definite_noun(text: str) -> str:
    """The noun of "The letter came ...": a listener must have heard of a letter before."""
    if not re.match(r"(The|Those|These) ", text):
        return ""
    doc = parse([text])[0]
    subject = next((token for token in doc if token.dep_ in {"nsubj", "nsubjpass"} and token.head.dep_ == "ROOT"), None)
    owner = next((token for token in doc[1:3] if token.dep_ == "poss" and token.tag_ == "NN"), None)
    if owner is not None and owner.left_edge.i == 0 and owner.lemma_.lower() not in KNOWN_TO_ALL:
        return owner.lemma_.lower()  # "The study's author": which study?
    if (
        subject is None
        or subject.lemma_.lower() in _INSTITUTIONS
        or subject.left_edge.i != 0
        or subject.pos_ != "NOUN"
        or _is_specified(subject)
    ):
        return ""
    return subject.lemma_.lower()


def assumed(doc: Doc) -> frozenset[str]:
    """Nouns with "the" that neither their own phrase nor common knowledge explains."""
    return frozenset(
        token.lemma_.lower()
        for token in doc
        if token.tag_ in {"NN", "NNS"}
        and not token.ent_type_
        and token.lemma_.lower() not in KNOWN_TO_ALL
        and any(child.dep_ == "det" and child.text.lower() in {"the", "those", "these"} for child in token.children)
        and not _is_specified(token)
    )


def _is_specified(noun: Token) -> bool:
    """Whether the noun phrase says itself which one it means ("the head of the bank", "the U.S. economy")."""
    if noun.lemma_.lower() in _OFFICES and any(child.dep_ in {"compound", "amod"} for child in noun.children):
        return True  # "the environment agency"
    is_event = noun.lemma_.lower() in EVENTS  # where it was does not tell which it was
    return any(
        (
            child.dep_ in {"prep", "relcl", "acl"}
            and not (is_event and child.lower_ in _WHERE)
            and noun.doc[child.left_edge.i - 1].text != ","
        )
        or child.dep_ in {"relcl", "poss"}
        or (child.dep_ == "appos" and (child.ent_type_ != "PERSON" or noun.lemma_.lower() in _POSTS))
        or (child.pos_ == "PROPN" and child.dep_ != "appos")
        or child.ent_type_ in {"GPE", "ORG", "NORP", "DATE"}
        or (child.dep_ == "amod" and child.tag_ in {"VBG", "VBN"})
        for child in noun.children
    )


def has_named_subject(doc: Doc) -> bool:
    """Whether its main verb's subject is a noun or a name, and no pronoun."""
    return any(
        token.dep_ in {"nsubj", "nsubjpass"} and token.pos_ in {"PROPN", "NOUN"} and token.head.dep_ == "ROOT"
        for token in doc
    )


def counts_unnamed(doc: Doc) -> bool:
    """Whether it begins with a count of something that it does not name: "Two wanted to wait"."""
    first = doc[0]
    is_number = first.tag_ == "CD" or first.lower_ in {"one", "several", "few"}
    return (
        is_number and first.dep_ in {"nsubj", "nsubjpass"} and not any(child.dep_ == "prep" for child in first.rights)
    )
