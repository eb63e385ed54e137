"""Which words say the same, and which the opposite: roots, and the concepts of `lexicon.tsv`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

_ENDINGS = re.compile(
    r"(?:ations?|itions?|utions?|ions?|ments?|ances?|ences?|ings?|edly|ingly|ers?|ors?|als?|ives?|ates?|ated|ises?"
    r"|izes?"
    r"|ised|ized|isation|ization|ally|ly|ness|ies|ied|ed|es|s|e|y)$"
)
_NEGATIVE = re.compile(r"^(?:un|non-?|dis|in(?=[acdefhs])|im(?=[mp])|ir(?=r)|il(?=l))(?=\w{4})")
_LONGEST = 8
# What a verb and its particle mean together.
_PHRASES = {
    tuple(words.split()): meaning
    for meaning, listed in {
        "reject": "turn down, vote down, throw out, knock back",
        "cancel": "call off",
        "postpone": "put off, put back",
        "rule_out": "rule out",
        "resign": "step down, stand down",
        "depart": "set off, set out",
        "close": "shut down, close down",
        "acquire": "take over, buy up, buy out",
        "rise": "go up, shoot up, move up",
        "fall": "go down, come down",
        "continue": "go on, carry on, go ahead",
        "discover": "find out, turn up",
        "raise": "put up",
        "lower": "bring down",
        "delay": "hold up",
        "evacuate": "move out",
        "overturn": "strike down, tip over, go over, flip over",
        "sink": "go down",
        "surrender": "give up, give in",
        "quit": "give up, walk out",
        "destroy": "blow up, burn down",
        "found": "set up",
        "extinguish": "put out",
        "arrest": "pick up",
        "exclude": "leave out",
        "stop": "pull over, flag down",
        "repay": "pay back",
    }.items()
    for words in listed.split(", ")
}


def phrase(verb: str, particle: str) -> str:
    """What the verb and the particle mean together, or "" for no more than the two of them."""
    return _PHRASES.get((verb, particle), "")


# Of so many meanings that an opposite of theirs says nothing.
_VAGUE = frozenset(
    """leave stay take give go come get keep hold turn pass land move end stand set give put be have say do
    see make""".split()
)


@lru_cache(maxsize=20000)
def root(word: str) -> str:
    """What forms of a word share: investigate and investigation, resign and resignation, ferry and ferries."""
    word = word.lower()
    if len(word) <= 4:
        return word
    cut = _ENDINGS.sub("", word)
    while len(cut) >= 3 and cut != word:
        word, cut = cut, re.sub(r"(?:e|i|y|at|(?<=([bdgmnprt]))\1)$", "", cut)
        if len(cut) < 4:
            break
    return (cut if len(cut) >= 3 else word)[:_LONGEST]


@lru_cache(maxsize=20000)
def senses(word: str) -> tuple[tuple[str, int], ...]:
    """(concept, sign) of a lemma: its root, and each line of the table that has it, -1 among the opposites."""
    word = word.lower()
    found = {(root(word), 1), *_table().get(word, ())}
    bare = _NEGATIVE.sub("", word)
    if bare != word and (bare in _table() or len(bare) > 4):
        found.add((root(bare), -1))
    return tuple(sorted(found))


@lru_cache(maxsize=20000)
def concepts(word: str) -> frozenset[str]:
    """The names of what a lemma may mean, its opposite's too."""
    return frozenset(concept for concept, _ in senses(word))


@lru_cache(maxsize=50000)
def relation(word: str, other: str) -> int:
    """1 for words that say the same, -1 for opposites, 0 for neither."""
    if word.lower() == other.lower():
        return 1
    theirs = dict(senses(other))
    signs = {sign * theirs[concept] for concept, sign in senses(word) if concept in theirs}
    is_vague = word.lower() in _VAGUE or other.lower() in _VAGUE
    return 1 if 1 in signs else -1 if signs and not is_vague else 0


@lru_cache(maxsize=50000)
def excludes(word: str, other: str) -> bool:
    """Whether the two are of one kind, and none is the other: a sheep is no goat."""
    mine, yours = _kinds().get(word.lower(), {}), _kinds().get(other.lower(), {})
    return any(yours.get(kind, place) != place for kind, place in mine.items()) and relation(word, other) != 1


@cache
def _kinds() -> dict[str, dict[int, int]]:
    """For each word the kinds that it is of, and its place among their members."""
    kinds: dict[str, dict[int, int]] = {}
    path = Path(__file__).with_name("kinds.tsv")
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    for kind, line in enumerate(lines):
        for place, members in enumerate(line.split("|")):
            for member in members.split():
                kinds.setdefault(member, {})[kind] = place
    return kinds


@cache
def _table() -> dict[str, tuple[tuple[str, int], ...]]:
    table: dict[str, tuple[tuple[str, int], ...]] = {}
    path = Path(__file__).with_name("lexicon.tsv")
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        same, _, opposite = line.partition("\t")
        concept = "=" + "/".join([*same.split()[:1], *opposite.split()[:1]])
        for sign, words in ((1, same), (-1, opposite)):
            for word in words.split():
                table[word] = (*table.get(word, ()), (concept, sign))
    return table
