"""What a story is called on air: its headline made speakable, its topic in a few words, its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthesis.dialogue.about import subject_of
from synthesis.dialogue.attribution import SPEECH_VERBS, lower_first
from synthesis.dialogue.facts import assumed
from synthesis.dialogue.parse import parse
from synthesis.text import sentences
from synthesis.types import Story

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_REJECT = re.compile(
    r"\?|\b(I|you|your|we|our|my|here|this|how|why|what|when|who|best|ranked|review|opinion|things|reasons|ways)\b|!"
    r"|\.\.\.|…",
    re.I,
)
_CUT = re.compile(r"\s+[|–—]\s+.*$|\s+-\s+[A-Z][\w .]+$|:\s.*$|;\s.*$")
_PREFIX = re.compile(r"^(?:[A-Z][\w' ]{2,24}|[A-Z!]{4,}):\s+(?=.{20})|^[A-Z]{4,}!\s+")
_WEAK = frozenset("it he she they this that these those there one who what people everyone nobody something".split())
_BLOWS = frozenset("attack strike assault raid hit shell bomb bombard invade storm".split())
_VAGUE_PLACES = frozenset(
    "US U.S. United America UK Telegram Twitter Facebook Instagram X Congress House Senate White State West East "
    "North South".split()
)


@dataclass(frozen=True, slots=True)
class Billing:
    """How a story can be named: each is "" where nothing sound was found. `headline` is a sentence without its stop."""

    headline: str
    topic: str
    place: str


def billing(story: Story, first: Doc | None, expansions: Mapping[str, str]) -> Billing:
    """`first` is the parse of the story's first fact, as spoken; `expansions` says what its acronyms stand for."""
    headline = speakable_headline(story, expansions)
    return Billing(headline, _topic(first) if first is not None else "", _place(headline or story.title, first))


def speakable_headline(story: Story, expansions: Mapping[str, str]) -> str:
    """The title in sentence case, without section, outlet and second thoughts, or ""."""
    title = story.title.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').strip().rstrip(".")
    title = _CUT.sub("", _PREFIX.sub("", (sentences.split(title) or [""])[0])).strip().rstrip(".")
    first_part = title.split(", ")[0]
    title = first_part if len(first_part.split()) >= 4 and len(title.split()) > 9 else title
    if _REJECT.search(title) or not 3 <= len(title.split()) <= 13 or title.count('"') % 2 or title.upper() == title:
        return ""
    title = sentence_case(title, " ".join(article.text for article in story.articles))
    for acronym, expansion in expansions.items():
        title = re.sub(rf"\b{acronym}\b", expansion, title, count=1)
    doc = parse([title + "."])[0]
    verbs = [token for token in doc if token.tag_ in {"VBD", "VBZ", "VBP", "MD"}]
    return title if verbs and any(token.dep_ in {"nsubj", "nsubjpass"} for token in doc) else ""


def sentence_case(title: str, body: str) -> str:
    """`title` with small letters wherever the body writes the word small."""
    words = title.split()
    small = set(re.findall(r"(?<![\w'])[a-z][\w'-]*", body))
    cased = [words[0]] + [
        word.lower()
        if word[0].isupper() and word[1:].islower() and re.sub(r"\W+$", "", word.lower()) in small | _SMALL
        else word
        for word in words[1:]
    ]
    return " ".join(cased)


_SMALL = frozenset("a an the and or of in on at to for from by with as is are after over says say its his her".split())


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
        or subject.left_edge.i > 3
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
        or subject.ent_type_ in {"DATE", "CARDINAL", "PERCENT"}
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
