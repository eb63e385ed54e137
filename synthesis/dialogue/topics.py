"""What a story is called on air: its headline as a clause, its topic in a few words, its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthesis.dialogue.about import subject_of
from synthesis.dialogue.attribution import SPEECH_VERBS, lower_first
from synthesis.dialogue.choose import content_words
from synthesis.dialogue.headlines import clause, speakable_headline
from synthesis.dialogue.parse import parse
from synthesis.dialogue.presumed import assumed
from synthesis.types import Story

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_COUNTED = re.compile(r"(two|three|four|five|six|seven|eight|nine|ten|dozens|hundreds|thousands)\b", re.I)
_WEAK = frozenset("it he she they this that these those there one who what people everyone nobody something".split())
_BLOWS = frozenset("attack strike assault raid hit shell bomb bombard invade storm".split())
_MEASURES = frozenset({"DATE", "TIME", "CARDINAL", "PERCENT", "MONEY", "ORDINAL"})
_VAGUE_PLACES = frozenset(
    "US U.S. United America UK Telegram Twitter Facebook Instagram X Congress House Senate White State West East "
    "North South".split()
)


@dataclass(frozen=True, slots=True)
class Billing:
    """How a story can be named: each is "" where nothing sound was found. `headline` is the title in sentence case,
    `clause` the same as a spoken clause, `topic` a noun phrase, `thing` one that says
    whose it is, `place` a city or country."""

    headline: str
    topic: str
    place: str
    clause: str
    thing: str


def billing(story: Story, first: Doc | None, expansions: Mapping[str, str]) -> Billing:
    """`first` is the parse of the story's first fact, as spoken; `expansions` says what its acronyms stand for."""
    headline = speakable_headline(story, expansions)
    thing = named_thing(first, story.title) if first is not None else ""
    topic = thing or (_topic(first) if first is not None else "")
    topic = "" if len(topic.split()) < 2 or _COUNTED.match(topic) else topic
    return Billing(headline, topic, _place(headline or story.title, first), clause(headline, story), thing)


def named_thing(doc: Doc, title: str) -> str:
    """What the first sentence and the title both speak of, named so that it needs no story ("Port Ellery's sea wall"),
    or ""."""
    titled = {word[:5] for word in content_words(title)}
    best, worth = "", 0
    for noun in doc:
        if noun.tag_ not in {"NN", "NNS"} or noun.dep_ in {"compound", "npadvmod"} or noun.ent_type_ in _MEASURES:
            continue
        core = [child for child in noun.lefts if child.dep_ in {"compound", "poss", "amod", "nummod"}]
        shared = sum(token.lemma_.lower()[:5] in titled for token in [*core, noun] if token.pos_ != "DET")
        words = _owned(noun, doc)
        if words and noun.lemma_.lower()[:5] in titled and shared > worth:
            best, worth = words, shared
    return best


def _owned(noun: Token, doc: Doc) -> str:
    """The noun with its owner's name in front of it."""
    owner = next((child for child in noun.lefts if child.dep_ == "poss"), None)
    if owner is None or any(child.dep_ in {"amod", "nummod"} and child.text[0].isdigit() for child in noun.lefts):
        return ""
    behind = [token.text_with_ws for token in doc[owner.i + 1 : noun.i + 1]]
    rest = "".join(behind).strip()
    if not 1 <= len(rest.split()) <= 4 or re.search(r'["\d,;:—]', rest):
        return ""
    if owner.pos_ == "PROPN":
        name = doc[owner.left_edge.i : owner.i + 1].text
        return f"{name}{rest}" if rest.startswith("'s") and len(name.split()) <= 4 else ""
    if owner.lower_ not in {"its", "their"}:
        return ""
    verb = next((t for t in noun.ancestors if any(c.dep_ in {"nsubj", "nsubjpass"} for c in t.lefts)), noun)
    subject = next((c for c in verb.lefts if c.dep_ in {"nsubj", "nsubjpass"}), None)
    name = _proper_name(subject, doc) if subject is not None else ""
    return f"{name}'s {rest}" if name else ""


def _proper_name(subject: Token, doc: Doc) -> str:
    """The name of the subject, or of what it is the town, board or bank of."""
    if subject.pos_ == "PROPN":
        name = doc[subject.left_edge.i : subject.right_edge.i + 1].text
    else:
        part = next((c for c in subject.rights if c.text == "of"), None)
        inner = next((c for c in part.children if c.dep_ == "pobj" and c.pos_ == "PROPN"), None) if part else None
        name = doc[inner.left_edge.i : inner.i + 1].text if inner is not None else ""
    if not 1 <= len(name.split()) <= 5 or "," in name or name.endswith("s"):
        return ""
    return f"the {name[4:]}" if name.startswith("The ") else name


def _topic(doc: Doc) -> str:
    """The subject of the story's first sentence, if it names something in at most seven words."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is not None and root.lemma_.lower() in SPEECH_VERBS:
        return subject_of(doc)
    subject = (
        next((token for token in root.children if token.dep_ in {"nsubj", "nsubjpass"}), None)
        if root is not None
        else None
    )
    if (
        subject is None
        or subject.lemma_.lower() in _WEAK
        or subject.pos_ not in {"NOUN", "PROPN"}
        or (subject.left_edge.i > 3 and doc[0].text != "According")
    ):
        return ""
    words = "".join(
        token.text_with_ws
        for token in doc[subject.left_edge.i : subject.right_edge.i + 1]
        if not _is_aside(token, subject)
    ).strip(" ,")
    if (
        not 2 <= len(words.split()) <= 7
        or re.search(r'["\d,;:—]', words)
        or (
            subject.ent_type_ == "PERSON"
            and (len(words.split()) < 3 or any(child.dep_ == "conj" for child in subject.children))
        )
        or subject.ent_type_ in {"DATE", "CARDINAL", "PERCENT", "GPE"}
        or re.search(r" (up|down|out|off)$", words)
    ):
        return ""
    if re.match(
        r"(an?|some|many|several|one|two|three|more|most|each|every|all|both|this|that|his|her|their|its) ", words, re.I
    ) or subject.lemma_.lower() in assumed(doc):
        return ""
    return lower_first(words, doc)


def _is_aside(token: Token, subject: Token) -> bool:
    while token != subject:
        if token.dep_ in {"relcl", "acl", "appos"}:
            return True
        token = token.head
    return False


def _place(headline: str, first: Doc | None) -> str:
    """The city or country in which the story plays, by the grammar of its headline and first sentence, or ""."""
    found: list[tuple[int, str]] = []
    for doc in [parse([headline + "."])[0] if headline else None, first]:
        found += [
            (1, token.text)
            for token in doc or ()
            if token.pos_ == "PROPN"
            and _is_sound_place(token.text)
            and token.ent_type_ not in {"DATE", "PERSON"}
            and token.head.text.lower() != "in"
            and _nearness(token) == 1
            and not list(token.children)
        ]
        for entity in doc.ents if doc is not None else ():
            name = entity.text.removeprefix("the ").removesuffix("'s")
            if entity.label_ == "GPE" and _is_sound_place(name) and _nearness(entity.root):
                found.append((_nearness(entity.root), name))
    return min(found)[1] if found else ""


def _nearness(token: Token) -> int:
    """How surely the story plays there: 1 for "in Kyiv" or "attack on Kyiv", 2 for a subject, 0 for a mere mention."""
    word = token.head.text.lower()
    if token.dep_ == "pobj" and (
        word in {"in", "near", "outside", "across"} or (word == "on" and token.head.head.lemma_ in _BLOWS)
    ):
        return 1
    if token.dep_ in {"dobj", "obj"} and token.head.lemma_ in _BLOWS:
        return 1
    owner = token.head if token.dep_ == "poss" else token
    return 2 if owner.dep_ in {"nsubj", "nsubjpass"} and owner.head.dep_ == "ROOT" else 0


def _is_sound_place(name: str) -> bool:
    return name.split()[0] not in _VAGUE_PLACES and name[:1].isupper() and not name.isupper() and "." not in name
