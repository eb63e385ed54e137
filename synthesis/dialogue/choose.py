"""Choose which facts of a story are told, and in which order a listener needs them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from synthesis.dialogue import figures
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.reading import Reading

MOST_FACTS = 16
_PHASES = {
    "event": 0,
    "number": 1,
    "detail": 1,
    "account": 2,
    "quotation": 2,
    "cause": 3,
    "reaction": 4,
    "background": 5,
    "next": 6,
    "no_comment": 6,
}
_STOP = frozenset(
    """the and for that with was were has have had not are but his her its their they this from said says who which
    will would been after about into than more also could when there over out one two first new""".split()
)


def rank(title: str, readings: Sequence[Reading], facts: Sequence[Fact]) -> list[Fact]:
    """The facts worth telling, in order of worth: any first n of them make a story that holds together.

    From an article at most a third of its sentences are taken, or three of a short one. The first fact is the lead
    article's news; what says again what was said, or points at something unsaid, does not get in.
    """
    room = {reading.article.id: max(3, reading.total // 3) for reading in readings}
    chosen: list[Fact] = []
    said = set(content_words(title))
    lead = _lead(facts, readings[0].article.id) if readings else None
    candidates = [lead] if lead else []
    while candidates and len(chosen) < MOST_FACTS:
        best = max(candidates, key=lambda fact: _worth(fact, chosen, said))
        chosen.append(best)
        room[best.sentence.article.id] -= 1
        said |= content_words(best.text)
        candidates = [
            fact
            for fact in facts
            if fact not in chosen
            and room[fact.sentence.article.id] > 0
            and _can_follow(fact, chosen, said)
            and _worth(fact, chosen, said) > 0.0
        ]
    return chosen


def _lead(facts: Sequence[Fact], article: str) -> Fact | None:
    """The best of the first facts of the lead article that needs nothing before it."""
    first = [
        fact
        for fact in facts
        if fact.sentence.article.id == article and not fact.needs_previous and not fact.needs_noun
    ]
    plain = [fact for fact in first[:4] if fact.role not in {"quotation", "no_comment", "background"}]
    pool = plain[:2] or first[:2] or [fact for fact in facts if not fact.needs_previous and not fact.needs_noun][:1]
    return max(pool, key=lambda fact: fact.score - 0.5 * len(fact.assumes), default=None)


def _can_follow(fact: Fact, chosen: Sequence[Fact], said: set[str]) -> bool:
    article, index = fact.key
    if fact.needs_previous and not any(other.key == (article, index - 1) for other in chosen):
        return False
    return not fact.needs_noun or fact.needs_noun in said


def _worth(fact: Fact, chosen: Sequence[Fact], said: set[str]) -> float:
    words = content_words(fact.text)
    told = {figure.value for other in chosen for figure in figures.quantities(other.text)}
    overlap = max(
        (
            len(words & content_words(other.text)) / max(1, min(len(words), len(content_words(other.text))))
            for other in chosen
        ),
        default=0.0,
    )
    if {figure.value for figure in figures.quantities(fact.text)} - told:
        overlap /= 2  # "At least 83 people were wounded in the attack" is news in old words
    if overlap > 0.6:
        return -10.0
    roles = Counter(other.role for other in chosen)
    speakers = Counter(other.speaker for other in chosen if other.speaker)
    outlets = Counter(other.sentence.article.id for other in chosen)
    fresh_outlet = 1.0 if chosen and not outlets[fact.sentence.article.id] else 0.0
    unexplained = min(1.6, 0.6 * len(fact.assumes - said))
    return (
        fact.score - 1.2 * overlap - 0.35 * roles[fact.role] - 0.6 * speakers[fact.speaker] + fresh_outlet - unexplained
    )


def order(facts: Sequence[Fact]) -> list[Fact]:
    """Event, extent, second account, cause, reaction, background, next step; what leans on a sentence stays behind
    it."""
    if not facts:
        return []
    lead, outlets = facts[0], list(dict.fromkeys(fact.sentence.article.id for fact in facts))
    rest = sorted(
        facts[1:], key=lambda fact: (_phase(fact), outlets.index(fact.sentence.article.id), fact.sentence.index)
    )
    told: list[Fact] = []
    for fact in [lead, *(fact for fact in rest if not fact.needs_previous)]:
        told += [fact, *_followers(fact, rest)]
    return _nouns_first(told)


def _phase(fact: Fact) -> int:
    return 0 if fact.role == "detail" and fact.sentence.index <= 2 else _PHASES[fact.role]


def _followers(fact: Fact, rest: Sequence[Fact]) -> list[Fact]:
    for other in rest:
        if other.needs_previous and other.key == (fact.key[0], fact.key[1] + 1):
            return [other, *_followers(other, rest)]
    return []


def _nouns_first(told: list[Fact]) -> list[Fact]:
    """Move what speaks of "the letter" behind the fact that brings a letter in."""
    result: list[Fact] = []
    waiting: list[Fact] = []
    said: set[str] = set()
    for fact in told:
        if (
            fact.needs_noun
            and fact.needs_noun not in said
            and any(
                fact.needs_noun in content_words(other.text)
                for other in told
                if other is not fact and other not in waiting
            )
        ):
            waiting.append(fact)
            continue
        result.append(fact)
        said |= content_words(fact.text)
        ready = [held for held in waiting if held.needs_noun in said]
        result += ready
        waiting = [held for held in waiting if held not in ready]
    return result + waiting


def content_words(text: str) -> set[str]:
    """The words that carry meaning, in lower case and without a plural's s."""
    words = re.findall(r"[^\W_][\w'-]+", text.casefold())
    return {re.sub(r"('s|s)$", "", word) for word in words if len(word) > 2 and word not in _STOP}
