"""A plain question for a story that has had none: one that the next fact cannot fail to answer, whatever it tells."""

from __future__ import annotations

import re

from synthesis.dialogue.answer import Answer
from synthesis.dialogue.phrases import Ask
from synthesis.dialogue.trigger import COUNT, finds, has_new_figure

# What leans on the sentence before, or goes on with its thought, is no answer to anybody.
_LEANS = re.compile(
    r"(But|And|Or|So|Yet|However|Still|Also|Then|Instead|That|This|These|Those|He|She|They|It|His|Her|Their|Its|Such"
    r"|Both|Another|While|Although|Though|If|When|As|Once|Unlike|Meanwhile|Moreover|Now)\b",
)
_ADDS = re.compile(r"(?:[\w'.,-]+ ){1,6}?(also|still|again|too|instead|however|reiterated|insists?|insisted)\b", re.I)
_STATES = frozenset("be have feature make need require remain seem look sit stand lie".split())


def handback(answer: Answer, *, is_new_source: bool, plain: bool) -> list[Ask]:
    """The question by the role of the fact that follows, or none where none is safe.

    `is_new_source`: the fact is from another article than the one before it; `plain`: the story is grave."""
    if _LEANS.match(answer.text) or _ADDS.match(answer.text.split('"')[0]) or answer.root is None:
        return []
    if is_new_source:
        return [Ask("another_report", {})]
    if answer.same_speaker or answer.role in {"no_comment", "cause", "reaction"}:
        return []
    if answer.role == "next":
        return [Ask("next_step", {})] if _is_a_step(answer) else []
    if answer.role == "quotation":
        return [Ask("spoken_of", {})] if _is_said_by_a_person(answer) and not _has_been_said(answer) else []
    if (
        answer.role == "number"
        and not plain
        and has_new_figure(answer)
        and finds(rf"%|\bper ?cent\b|{COUNT}", answer.core)
    ):
        return [Ask("figures", {})]
    return [Ask("more", {})] if answer.role in {"event", "detail", "number", "account"} else []


def _is_a_step(answer: Answer) -> bool:
    subject = answer.subject
    return (
        answer.tense == "future"
        and answer.main is not None
        and answer.main.lemma_.lower() not in _STATES
        and subject is not None
        and subject.dep_ != "expl"
        and not finds(r"\b(will|would|plans? to|expected to|due to)\b", answer.before)
    )


def _is_said_by_a_person(answer: Answer) -> bool:
    outside = answer.text.split('"')[0]
    return any(entity.label_ == "PERSON" and entity.text in outside for entity in answer.doc.ents)


def _has_been_said(answer: Answer) -> bool:
    return '"' in answer.heard or finds(r"\b(said|says|told)\b", answer.before)
