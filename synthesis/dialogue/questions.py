"""What the second host asks: only what the next fact answers, in plain words, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synthesis.dialogue import choose, triggers
from synthesis.dialogue.answer import Answer
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.phrases import Ask
from synthesis.dialogue.things import counted, thing
from synthesis.dialogue.voices import DOCUMENTS, is_plural, party, voice
from synthesis.types import Citation

_VIEWS = frozenset({"quotation", "reaction"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """A fact in the words in which it goes on air, checked.

    `who`: the speaker with their role, where the text introduces them; `brief`: the text for a listener to whom they
    have just been introduced, by what `who_cites` has.
    """

    fact: Fact
    text: str
    citations: tuple[Citation, ...]
    written_by: str
    brief: str = ""
    who: str = ""
    who_cites: tuple[Citation, ...] = ()


def answer_of(item: Spoken, before: Spoken, heard: Sequence[str]) -> Answer:
    """`item` as an answer, after all that was `heard`, of which `before` was the last."""
    return Answer(
        item.text,
        before.text,
        " ".join([*heard, before.text]),
        item.fact.sentence.article.text,
        item.fact.role,
        _goes_on_speaking(item, before),
        before.fact.role == "no_comment",
    )


def asks(answer: Answer) -> list[Ask]:
    """What the answer answers: of its matter if that can be told, else of who speaks, else of what it is about."""
    found = [Ask(kind, _slots(kind, answer)) for kind in triggers.kinds(answer)]
    things = counted(answer)
    found += [Ask("count", {"things": things})] if things else []
    who = voice(answer)
    if answer.role == "no_comment":
        who = who or party(answer)
        has = "have" if is_plural(who) else "has"
        return [Ask("answered", {"who": who, "has": has})] if who else []
    if not found and who and not answer.follows_silence:
        slots = {"who": who, "does": "do" if is_plural(who) else "does"}
        if who.split()[-1] in DOCUMENTS:
            return [Ask("document", slots)]
        has_view = answer.role in _VIEWS and who == who.lower()
        return [Ask(kind, slots) for kind in (["voice", "view"] if has_view else ["voice"])]
    again = thing(answer) if not found else ""
    return found or ([Ask("thing", {"thing": again})] if again else [])


def _slots(kind: str, answer: Answer) -> dict[str, str]:
    subject, verb = answer.subject, answer.main
    if subject is None or verb is None:
        return {}
    return {
        "paper": subject.text.lower(),
        "name": subject.text,
        "is": "was" if answer.tense == "past" else "is",
        "verb": verb.lemma_.lower(),
        "day": (re.findall(r"\w+day", answer.text) or [""])[0],
    }


def _goes_on_speaking(item: Spoken, before: Spoken) -> bool:
    now, then = item.fact.speaker, before.fact.speaker
    names = [set(re.findall(r"(?!The\b|An?\b)\b[A-Z][\w-]+", who)) for who in (now, then)]
    if names[0] or names[1]:
        places = {e.text for fact in (item.fact, before.fact) for e in fact.sentence.doc.ents if e.label_ == "GPE"}
        shared = names[0] & names[1]
        return bool(shared) and (bool(shared - places) or shared in names)
    return bool(choose.content_words(now) & choose.content_words(then))
