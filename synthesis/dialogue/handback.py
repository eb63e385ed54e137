"""A plain question for a story that has had none: one that the next fact cannot fail to answer, whatever it tells."""

from __future__ import annotations

import re

from synthesis.dialogue.answer import Answer
from synthesis.dialogue.choose import content_words
from synthesis.dialogue.phrases import Ask
from synthesis.dialogue.trigger import finds, has_new_figure

# What leans on the sentence before, or goes on with its thought, is no answer to anybody.
_LEANS = re.compile(
    r"(But|And|Or|So|Yet|However|Still|Also|Then|Instead|That|This|These|Those|He|She|They|It|His|Her|Their|Its|Such"
    r"|Both|Another|While|Although|Though|If|When|As|Once|Unlike|Meanwhile|Moreover|Now)\b",
)
_ADDS = re.compile(r"(?:[\w'.,-]+ ){1,6}?(also|still|again|too|instead|however|reiterated|insists?|insisted)\b", re.I)
STATES = frozenset("be have feature make need require remain seem look sit stand lie".split())
ACTING = frozenset(
    """president governor mayor minister council town city state country party government company firm team campaign
    ministry court judge police union board committee club school museum crew leader lawmaker senator candidate voter
    worker teacher driver farmer researcher scientist agency authority bank university airline operator""".split()
)
_LISTED = re.compile(r"[A-Z]\w+(?: \w+){0,2}: ")


def leans(answer: Answer) -> bool:
    """Whether it goes on with the thought before it, and so answers nothing."""
    is_bound = _LEANS.match(answer.text) or _LISTED.match(answer.text) or _ADDS.match(answer.text.split('"')[0])
    return bool(is_bound) or answer.root is None


def handback(answer: Answer, *, is_new_source: bool, plain: bool) -> list[Ask]:
    """The question by the role of the fact that follows, or none where none is safe.

    `is_new_source`: the fact is from another article than the one before it; `plain`: the story is grave."""
    if leans(answer):
        return []
    if is_new_source:
        return [Ask("another_report", {})]
    if answer.same_speaker or answer.role in {"no_comment", "cause", "reaction"}:
        return []
    if answer.role == "background":
        return [Ask("background", {})] if answer.is_linked and answer.tense == "past" else []
    if answer.role == "next":
        return [Ask("next_step", {})] if _is_a_step(answer) else []
    if answer.role == "quotation":
        return [Ask("spoken_of", {})] if _is_said_by_somebody_new(answer) and not _has_been_said(answer) else []
    if answer.role == "number" and not plain and finds(r"%|\bper ?cent\b", answer.core):
        is_asked = has_new_figure(answer) and answer.is_linked and not finds(r"\d.*? .*?\d", answer.before)
        return [Ask("figures", {})] if is_asked else []
    is_news = answer.role in {"event", "detail", "number", "account"} and _is_on_the_matter(answer)
    return [Ask("more", {})] if is_news else []


def _is_a_step(answer: Answer) -> bool:
    subject = answer.subject
    return (
        answer.tense == "future"
        and answer.main is not None
        and answer.main.lemma_.lower() not in STATES
        and subject is not None
        and (subject.ent_type_ in {"PERSON", "ORG", "GPE", "NORP"} or subject.lemma_.lower() in ACTING)
        and not finds(r"\b(will|would|plans? to|expected to|due to)\b", answer.before)
    )


def _is_on_the_matter(answer: Answer) -> bool:
    """Whether it tells what was done by, to or with what was spoken of last: an aside answers nothing."""
    if answer.main is None or answer.main.lemma_.lower() in STATES or answer.tense == "future":
        return False
    is_certain = not finds(r"\b(could|might|may|should|can)\b", answer.core)
    return is_certain and bool(content_words(answer.core) & content_words(answer.before))


def _is_said_by_somebody_new(answer: Answer) -> bool:
    """Those who were named before are asked after by name, or not at all."""
    outside = answer.text.split('"')[0]
    people = [entity.text for entity in answer.doc.ents if entity.label_ == "PERSON" and entity.text in outside]
    return bool(people) and not content_words(" ".join(people)) & answer.said


def _has_been_said(answer: Answer) -> bool:
    return '"' in answer.heard or finds(r"\b(said|says|told)\b", answer.before)
