"""Label what a sentence does in a story, so that facts find their order and questions their answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from synthesis.dialogue import figures

if TYPE_CHECKING:
    from spacy.tokens import Doc

Role = Literal[
    "event", "number", "account", "quotation", "cause", "reaction", "background", "next", "no_comment", "detail"
]

_NO_COMMENT = re.compile(
    r"\b(did not|didn't|has not|hasn't|have not|haven't|had not|declined to|refused to|could not|would not|yet "
    r"to)\b.{0,50}\b(respon(d|se)|repl(y|ied)|comment|return(ed)? (calls|messages|a request)|be reached)"
    r"|\bdeclined to comment\b|\bno comment\b|\bwould respond (shortly|later)\b|request for comment",
    re.I,
)
_CAUSE = re.compile(
    r"\b(because|due to|caused by|was triggered|were triggered|as a result of|in response to|owing to|thanks to"
    r"|stem(s|med) from|driven by|spurred|fuelled|fueled|prompted by|attributed to)\b",
    re.I,
)
_REACTION = re.compile(
    r"\b(welcomed|condemned|criti[cs]i[sz]ed|praised|denounced|slammed|urged|called (on|for)|warned|hailed"
    r"|protest(ed|s)?|outrage|backlash|objected|applauded|rejected|disputed|dismissed|denied|denies|accused)\b",
    re.I,
)
_COUNTER = re.compile(
    r"\b(confirmed|confirms|denied|denies|disputed|disputes|rejected|rejects|acknowledged|admitted|insisted|insists"
    r"|claimed|claims)\b"
)
_CASUALTIES = re.compile(
    r"\b(killed|died|dead|wounded|injured|hurt|missing|rescued|displaced|evacuated|arrested)\b", re.I
)
_SCHEDULED = frozenset("start begin open decide meet vote resume return go reopen close rule end launch".split())
_DATE_AHEAD = re.compile(
    r"\b(in|on|from|by|until) (the \w+ of )?(early |mid-?|late )?(January|February|March|April|May|June|July|August"
    r"|September|October|November|December|(next )?(spring|summer|autumn|fall|winter)|\w+day)\b|\b(tomorrow|next "
    r"(week|month|year))\b"
)
_COMING = frozenset("expect plan aim intend hope vow schedule prepare".split())
_BACKGROUND = re.compile(
    r"\b(history|previously|in recent years|for (years|decades)|decades?|last year|since (19|20)\d\d|founded in|was "
    r"born|first began|in the past|years ago|long been|had (already )?been|earlier this year)\b",
    re.I,
)
_MEASURED = re.compile(
    r"\b(killed|wounded|injured|dead|people|percent|per cent|million|billion|jobs|homes|votes|points|drones"
    r"|missiles)\b|[%$£€]",
    re.I,
)


def role_of(text: str, doc: Doc, *, place: int, is_attributed: bool, year: int | None = None) -> Role:
    """The role of the `place`-th sentence of its article, which was published in `year`."""
    if _NO_COMMENT.search(text):
        return "no_comment"
    quoted = re.findall(r'"([^"]+)"', text)
    if any(len(part.split()) >= 5 for part in quoted):
        return "quotation"
    if place == 0:
        return "event"
    outside = re.sub(r'"[^"]*"', "", text)
    if _is_coming(doc):
        return "next"
    if _gives_cause(outside, text, doc):
        return "cause"
    if is_attributed:
        return "reaction" if _REACTION.search(outside) else "account"
    if _COUNTER.search(outside) and place > 0:
        return "account"
    if _REACTION.search(outside):
        return "reaction"
    if _is_past(outside, doc, year):
        return "background"
    if _MEASURED.search(outside) and figures.quantities(outside):
        return "number"
    return "event" if place == 1 else "detail"


def _gives_cause(outside: str, text: str, doc: Doc) -> bool:
    """Whether a word of cause belongs to the main clause, and not to something mentioned in passing."""
    match = _CAUSE.search(outside)
    word = (
        doc.char_span(text.find(match[0]), text.find(match[0]) + len(match[0]), alignment_mode="expand")
        if match
        else None
    )
    return word is not None and min(len(list(token.ancestors)) for token in word) <= 3


def _is_coming(doc: Doc) -> bool:
    """Whether the main verb, or that of what is said, speaks of the future: "will meet", "is expected to", "plans
    to"."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    verbs = [root, *(child for child in root.children if child.dep_ == "ccomp")] if root is not None else []
    for verb in verbs:
        if any(child.dep_ == "aux" and child.text.lower() in {"will", "'ll"} for child in verb.children):
            return True
        if verb.lemma_ in _SCHEDULED and verb.tag_ in {"VBZ", "VBP"} and _DATE_AHEAD.search(doc.text):
            return True
        is_now = verb.tag_ in {"VBZ", "VBP"} or any(
            child.text.lower() in {"is", "are"} for child in verb.children if child.dep_ in {"aux", "auxpass"}
        )
        if is_now and (
            verb.lemma_ in _COMING or re.search(r"\b(set|due|scheduled|likely) to\b", doc[verb.i :].text[:24])
        ):
            return True
    return False


def _is_past(text: str, doc: Doc, year: int | None) -> bool:
    years = [int(found) for found in re.findall(r"\b(?:18|19|20)\d\d\b", text)]
    if years and year is not None and max(years) < year:
        return True
    return bool(_BACKGROUND.search(text)) or any(token.text == "had" and token.dep_ == "aux" for token in doc)


def is_counter(text: str) -> bool:
    """Whether somebody confirms, denies or disputes in it."""
    return bool(_COUNTER.search(re.sub(r'"[^"]*"', "", text)))


def counts_people(text: str) -> bool:
    """Whether it counts the dead, the hurt, the missing or the saved."""
    return bool(_CASUALTIES.search(text)) and bool(figures.quantities(text))
