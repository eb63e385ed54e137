"""In which order the chosen facts of a story are told."""

from __future__ import annotations

from collections.abc import Sequence

from synthesis.dialogue import choose
from synthesis.dialogue.facts import Fact


def order(facts: Sequence[Fact]) -> list[Fact]:
    """The lead, then one outlet's report in its own order, and what the next one adds; an opinion piece comes behind
    the reports. What comes next, or who disagrees, is told last; what leans on a sentence stays behind it."""
    if not facts:
        return []
    lead, outlets = facts[0], list(dict.fromkeys(fact.sentence.article.id for fact in facts))
    rest = sorted(
        facts[1:],
        key=lambda fact: (fact.is_opinion, outlets.index(fact.sentence.article.id), fact.sentence.index),
    )
    last = _last(rest)
    heads = [fact for fact in rest if not fact.needs_previous and fact is not last]
    told: list[Fact] = []
    for fact in [lead, *heads, *([last] if last else [])]:
        told += [fact, *_followers(fact, rest)]
    return _nouns_first(told)


def _last(rest: Sequence[Fact]) -> Fact | None:
    """What a story ends on: the step that comes next, else the other side, else what is not said."""
    told = {fact.key for fact in rest}
    alone = [fact for fact in rest if not fact.needs_previous]
    for kind in (choose.is_step, choose.is_dissent, lambda fact: fact.role == "no_comment"):
        found = [
            fact
            for fact in alone
            if kind(fact)
            and (kind is choose.is_step or (fact.key[0], fact.key[1] + 1) not in told)  # it leads on to that
            and _is_late(fact, rest)
        ]
        if found:
            return max(found, key=lambda fact: fact.score if kind is choose.is_dissent else fact.sentence.index)
    return None


def _is_late(fact: Fact, rest: Sequence[Fact]) -> bool:
    """Whether the fact stands in the second half of what is told of its article: what stands early belongs there."""
    same = [other.sentence.index for other in rest if other.key[0] == fact.key[0]]
    return sum(index <= fact.sentence.index for index in same) > len(same) / 2


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
                fact.needs_noun in choose.content_words(other.text)
                for other in told
                if other is not fact and other not in waiting
            )
        ):
            waiting.append(fact)
            continue
        result.append(fact)
        said |= choose.content_words(fact.text)
        ready = [held for held in waiting if held.needs_noun in said]
        result += ready
        waiting = [held for held in waiting if held not in ready]
    return result + waiting
