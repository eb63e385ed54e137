"""What the second host asks: a question of a kind that the next fact answers, in the words of the story where it
can be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthesis.dialogue import choose, figures
from synthesis.dialogue.about import subject_of
from synthesis.dialogue.attribution import outlet_name
from synthesis.dialogue.facts import Fact, assumed
from synthesis.dialogue.names import Introductions
from synthesis.dialogue.parse import parse
from synthesis.dialogue.phrases import Phrasebook
from synthesis.types import Citation, Turn

if TYPE_CHECKING:
    from spacy.tokens import Doc

_REPLACEABLE = frozenset(
    "detail event background account number percent".split()
)  # the thing itself makes the better question
_DEATH = re.compile(r"\b(kill\w*|dead|deaths?|died|toll)\b", re.I)
_DISPUTE = re.compile(
    r"\b(disput\w+|den(y|ies|ied)|reject\w*|dismiss\w*|contest\w*|disagree\w*|accus\w+|object\w*|no proof|untrue|not "
    r"true)\b",
    re.I,
)
_MONEY_VERBS = frozenset(
    "cost pay spend raise invest fund fine lose earn contribute donate give set total provide allocate budget owe "
    "sell buy".split()
)
_MOVING_VERBS = frozenset(
    "grow rise fall drop climb increase decrease decline gain lose slip jump remain stand be account compare raise "
    "cut reach".split()
)
_TITLED = re.compile(
    r"\b(President|Prime Minister|Chancellor|Governor|Mayor|Senator|Secretary|Justice|Judge|Pope|King|Queen) "
    r"(?:[A-Z][\w.'-]+ )*([A-Z][\w'-]+)$"
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A fact in the words in which it goes on air, checked. `label`: how a question may call its speaker, or ""."""

    fact: Fact
    text: str
    citations: tuple[Citation, ...]
    written_by: str
    label: str


def question(item: Spoken, before: Spoken, turns: Sequence[Turn], book: Phrasebook) -> str:
    """The listener's question that `item` answers, or "" if none fits; `before` is what was said last."""
    doc = parse([item.text])[0]
    said = choose.content_words(" ".join(turn.text for turn in turns))
    needs = _needs(item, before, doc)
    thing = subject_of(doc)
    if thing and not assumed(doc) & choose.content_words(thing) <= said:
        thing = ""  # "the department": which one?
    thing = _in_small(thing, item.fact.sentence.article.text)
    if choose.content_words(thing) <= choose.content_words(outlet_name(item.fact.sentence.article.outlet)):
        thing = ""
    if thing and set(needs) & _REPLACEABLE:
        again = bool(choose.content_words(thing) & said)
        needs = (
            ["about_again"]
            if again and book.has("questions", "about_again", np=thing) and book.chance(0.4)
            else ["about"]
        )
    return book.ask(
        needs, item.text, speaker=_in_small(item.label, item.fact.sentence.article.text) or item.label, np=thing
    )


def _in_small(thing: str, body: str) -> str:
    """`thing` with a small first letter where the article shows that it is no name; "" where that cannot be told."""
    first = thing.split()[0] if thing else ""
    if not first[:1].isupper() or first[1:] != first[1:].lower():
        return thing
    if re.search(rf"\b{re.escape(first.lower())}\b", body):
        return first.lower() + thing[len(first) :]
    return thing if re.search(rf"[\w,] {re.escape(first)}\b", body) else ""


def _needs(item: Spoken, before: Spoken, doc: Doc) -> list[str]:
    """The kinds of question that this fact answers, after what was said `before`."""
    text, role = item.text, item.fact.role
    if role in {"account", "reaction"} and _DISPUTE.search(text):
        return ["dispute"]
    same_voice = item.label and choose.content_words(item.label) & choose.content_words(before.fact.speaker)
    if same_voice and role != "quotation":
        return []  # who goes on speaking is not asked after again
    if role in {"account", "quotation", "reaction", "no_comment"} and item.label:
        is_opinion = role == "account" and not figures.quantities(text)
        return ["account_named", "opinion_named"] if is_opinion else [f"{role}_named"]
    if role == "quotation":
        follows = item.fact.sentence.index - before.fact.sentence.index == 1
        return ["quotation"] if follows else ["account"]
    if role == "reaction":
        return []  # a reaction to what? Told by the other host, it needs no question
    if role == "cause":
        near = bool(choose.content_words(text) & choose.content_words(before.text)) and (
            item.fact.sentence.article.id == before.fact.sentence.article.id
            and 0 < item.fact.sentence.index - before.fact.sentence.index <= 2
        )
        return ["cause"] if near else ["detail"]
    if role in {"number", "detail", "event"}:
        return _number_needs(text, doc, before.text)
    return [role]


def _number_needs(text: str, doc: Doc, before: str) -> list[str]:
    """The question after a figure, if the figure is what the sentence tells."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    verb = root.lemma_.lower() if root is not None else ""
    if figures.quantities(text):
        if re.search(r"\b(were|was|been|had) killed\b|\bdied\b|\bdead\b|\bkilled \d", text) and not _DEATH.search(
            before
        ):
            return ["killed"]
        if re.search(r"\b(were|was|been) (wounded|injured|hurt)\b", text):
            return ["hurt"]
        if re.search(r"[$£€]|\b(dollars|euros)\b", text) and verb in _MONEY_VERBS:
            return ["money"]
        if re.search(r"%|\bper ?cent\b", text) and verb in _MOVING_VERBS:
            return ["percent"]
    return ["detail"]


def label_of(fact: Fact, introductions: Introductions) -> str:
    who = fact.speaker.strip(",")
    if not who or "," in who or '"' in who:
        return ""
    titled = _TITLED.search(who)
    if titled:
        return f"{titled[1]} {titled[2]}"
    if introductions.knows(who.split()[-1]):
        return who.split()[-1]
    if (
        re.match(r"(the|[A-Z])", who)
        and len(who.split()) <= 5
        and not re.match(r"(An?|One|Some|Many|Most|Several|Other|Two|Three)\b", who, re.I)
    ):
        doc = parse([who])[0]
        is_person = any(entity.label_ == "PERSON" for entity in doc.ents) or who.istitle() and len(who.split()) == 2
        if not is_person and not re.fullmatch(r"[A-Z]{2,}", who):
            is_plain = who.startswith("The ") or (len(doc) == 1 and doc[0].tag_ == "NNS")
            return who[:1].lower() + who[1:] if is_plain else who
    return ""
