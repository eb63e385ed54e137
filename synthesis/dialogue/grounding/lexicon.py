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
    return 1 if 1 in signs else -1 if signs else 0


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
