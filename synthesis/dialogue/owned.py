"""What may not be told as it stands in its report: a silence that is broken, an event on an enemy's word, a toll whose
owner the report names elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synthesis.dialogue import tolls
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.reading import Reading

SOON = 2  # sentences within which a body that gave no answer may give one
_SPEAKS = (
    r"(?:has |had |later |then |also )*(?:says?|said|told|tells?|added|confirmed|denied|denies|replied|insisted)\b"
)
_CLAIMS = re.compile(r"\b(?:claim(?:s|ed)|alleg(?:es|ed))\b")
_FOUGHT = re.compile(
    r"\b(?:shot down|shoot down|down(?:ed)|destroy(?:s|ed)|kill(?:s|ed)|attack(?:s|ed)?|str(?:ikes?|uck)|missiles?"
    r"|drones?|aircraft|jets?|shell(?:s|ed)|bomb(?:s|ed)|sank|fired)\b",
    re.I,
)
_BEFELL = re.compile(
    r"\b(?:fell|crashed|came down|burned|exploded|sank|hit|struck|killed|died|destroyed|damaged|wounded|injured)\b",
    re.I,
)
_OWNER = re.compile(
    r"\b(?:according to|officials?|police|medics|authorit(?:y|ies)|ministry|witness(?:es)?|residents?|army|military)\b",
    re.I,
)


def telling(readings: Sequence[Reading], facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that only their report's other sentences put right."""
    known = {reading.article.id: reading for reading in readings}
    return [
        fact
        for fact in facts
        if not _is_broken_silence(fact, known[fact.key[0]])
        and not _is_on_a_claim(fact, known[fact.key[0]])
        and not _is_owned_elsewhere(fact, facts)
    ]


def _is_broken_silence(fact: Fact, reading: Reading) -> bool:
    """Whether the body that "did not respond" speaks within the next sentences."""
    if fact.role != "no_comment":
        return False
    subject = next((t for t in fact.sentence.doc if t.dep_ == "nsubj" and t.head.dep_ == "ROOT"), None)
    if subject is None:
        return False
    phrase = fact.sentence.doc[subject.left_edge.i : subject.i + 1].text
    short = [acronym for acronym, (words, _) in reading.acronyms.items() if phrase.lower() in f"the {words}".lower()]
    body = "|".join(map(re.escape, [subject.text, *short]))
    coming = reading.sentences[fact.key[1] + 1 : fact.key[1] + 1 + SOON]
    return any(re.search(rf"\b(?:{body}) {_SPEAKS}", re.sub(r'"[^"]*"', "", s.text)) for s in coming)


def _is_on_a_claim(fact: Fact, reading: Reading) -> bool:
    """Whether it tells on nobody's word what befell somebody, right behind one side's claim to have done it."""
    if fact.key[1] == 0 or fact.speaker or _OWNER.search(fact.text) or not _BEFELL.search(fact.text):
        return False
    before = reading.sentences[fact.key[1] - 1].text
    return bool(_CLAIMS.search(before) and _FOUGHT.search(before))


def _is_owned_elsewhere(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether it counts the dead on nobody's word, and the same report has that count on somebody's."""
    if fact.key[1] == 0 or fact.speaker or _OWNER.search(fact.text):
        return False
    counts = tolls.counts("dead", fact.text)
    owned = [other for other in facts if other.key[0] == fact.key[0] and (other.speaker or _OWNER.search(other.text))]
    return bool(counts) and any(counts == tolls.counts("dead", other.text) for other in owned if other.key[1] > 0)
