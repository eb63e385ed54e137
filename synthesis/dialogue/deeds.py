"""A question after somebody whom the listener knows: what they did, what they will do, or what happened to them."""

from __future__ import annotations

import re

from synthesis.dialogue.answer import Answer
from synthesis.dialogue.attribution import SPEECH_VERBS
from synthesis.dialogue.choose import content_words
from synthesis.dialogue.handback import ACTING, STATES, leans
from synthesis.dialogue.phrases import Ask

MOST_WORDS = 4
_ACTS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_NO_DEED = STATES | frozenset(
    "remain stand fall rise grow shrink lose win gain know think believe want hope fear expect become include hold own "
    "call describe see hear carry employ cost earn total number".split()
)


def deeds(answer: Answer) -> list[Ask]:
    """The question of which the answer's whole sentence is the answer, or none."""
    verb = answer.main
    if verb is None or verb != answer.root or leans(answer) or answer.role in {"quotation", "no_comment"}:
        return []
    if verb.lemma_.lower() in SPEECH_VERBS or any(child.dep_ == "neg" for child in verb.children):
        return []
    who = _who(answer)
    if not who:
        return []
    is_under_way = any(child.lower_ == "being" for child in verb.children)
    if answer.subject is not None and answer.subject.dep_ == "nsubjpass" and not is_under_way:
        return [Ask("fate_coming" if answer.tense == "future" else "fate", {"who": who})]
    if is_under_way or not _is_agent(answer) or verb.lemma_.lower() in _NO_DEED:
        return []
    if answer.tense == "future":
        return [Ask("deed_coming", {"who": who})]
    return [Ask("deed", {"who": who})] if answer.tense == "past" and _has_object(answer) else []


def _who(answer: Answer) -> str:
    """The subject as a listener knows it: a name, or a noun with its article, that was heard before."""
    noun = answer.subject
    if noun is None or noun.pos_ not in {"NOUN", "PROPN"} or noun.left_edge.i != 0:
        return ""
    words = answer.doc[noun.left_edge.i : noun.right_edge.i + 1].text
    if len(words.split()) > MOST_WORDS or re.search(r"[\d\",]", words):
        return ""
    if noun.pos_ == "PROPN":
        return words if words in answer.heard else ""
    is_known = bool(content_words(noun.text)) and content_words(words) <= answer.said
    return f"the {words[4:]}" if words.startswith("The ") and is_known else ""


def _is_agent(answer: Answer) -> bool:
    noun = answer.subject
    return noun is not None and (noun.ent_type_ in _ACTS or noun.lemma_.lower() in ACTING)


def _has_object(answer: Answer) -> bool:
    return answer.main is not None and any(
        child.dep_ in {"dobj", "xcomp", "prep", "ccomp"} for child in answer.main.children
    )
