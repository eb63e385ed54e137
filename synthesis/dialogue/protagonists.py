"""Whom a report is about: where two reports of a story are about two, each fact says of which it speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from synthesis.dialogue.facts import Fact
from synthesis.dialogue.reading import Reading

FEWEST_MENTIONS = 2
LOOKED_AT = 12  # sentences


def of(reading: Reading) -> str:
    """The body that the report's first sentence and its title name, and that it names most often, or ""."""
    named: Counter[str] = Counter()
    for sentence in reading.sentences[:LOOKED_AT]:
        named.update({_word(entity.text) for entity in sentence.doc.ents if entity.label_ in {"ORG", "PERSON"}})
    first = reading.sentences[0].text if reading.sentences else ""
    subject = re.match(r"(?:The )?([A-Z][a-z]+)(?=,| Group| (?:said|has|is|was|will|plans|\w+ed)\b)", first)
    named.update([subject[1]] if subject else [])
    told = f"{reading.article.title} {first}"
    counts = {name: sum(name in s.text for s in reading.sentences) for name in named if name}
    found = [name for name in counts if counts[name] >= FEWEST_MENTIONS and re.search(rf"\b{re.escape(name)}\b", told)]
    return max(found, key=lambda name: (name in reading.article.title, counts[name]), default="")


def named(readings: Sequence[Reading], facts: Sequence[Fact]) -> list[Fact]:
    """The facts; where the reports are about two of whom neither report is about the other, those that name theirs, or
    stand right behind one that does."""
    about = {reading.article.id: of(reading) for reading in readings}
    bodies = {reading.article.id: reading.article.text for reading in readings}
    apart = {
        one
        for one, name in about.items()
        for two, other in about.items()
        if one != two and name and other and not _mentions(bodies[two], name) and not _is_in_title(other, one, readings)
    }
    kept: list[Fact] = []
    for fact in facts:
        name = about[fact.key[0]]
        fact = replace(fact, is_apart=bool(apart) and fact.key[0] != readings[0].article.id)
        if not apart or not name or _mentions(fact.text, name):
            kept.append(fact)
        elif kept and kept[-1].key == (fact.key[0], fact.key[1] - 1) and kept[-1].key[0] == fact.key[0]:
            kept.append(replace(fact, needs_previous=True))
    return kept


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _is_in_title(name: str, article: str, readings: Sequence[Reading]) -> bool:
    return any(_mentions(reading.article.title, name) for reading in readings if reading.article.id == article)


def _word(name: str) -> str:
    """The first word of a name that is not "the"."""
    words = [word for word in re.sub(r"'s$", "", name).split() if word.lower() != "the"]
    return words[0] if words and words[0][:1].isupper() and len(words[0]) > 2 else ""
