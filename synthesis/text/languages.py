"""Which language a name comes from, guessed from its spelling: naive Bayes over the letter groups of known names.

The names are of people, places, firms and terms in the news, by language: those of languages.tsv, the project's own
list, and those whose sound world_names.tsv tells.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

from synthesis.text.tables import rows

ENGLISH = "en"
_LENGTHS = (1, 2, 3, 4)
_SMOOTHING = 1.0
# Too few names to be told apart: they count for the neighbour whose spelling they share, or for nobody.
_COUNTED_AS = {"be": "ru", "bg": "ru", "kk": "ru", "az": "tr", "ur": "hi", "bn": "hi", "zu": "sw"}
# Overlapping letter groups are not independent: their evidence is counted for less.
_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Origin:
    """`confidence`: the probability of the language among those known, 0 to 1."""

    language: str
    confidence: float


def origin(word: str) -> Origin:
    """The most probable language of a name in Latin letters."""
    names, unseen, seen = _table()
    scores = [0.0] * len(names)
    for group in _groups(word):
        scores = [score + part for score, part in zip(scores, seen.get(group) or unseen[len(group)], strict=True)]
    best = max(scores)
    return Origin(names[scores.index(best)], round(1 / sum(math.exp(_WEIGHT * (score - best)) for score in scores), 3))


def languages() -> frozenset[str]:
    """The codes of the languages known: ISO 639-1, `sh` for Bosnian, Croatian, Serbian and their neighbours."""
    return frozenset(_table()[0])


def _groups(word: str) -> list[str]:
    letters = f"^{unicodedata.normalize('NFC', word).lower()}$"
    return [letters[at : at + n] for n in _LENGTHS for at in range(len(letters) - n + 1)]


@cache
def _table() -> tuple[tuple[str, ...], dict[int, tuple[float, ...]], dict[str, list[float]]]:
    """The languages, and their log probabilities: of a group of n letters never seen, and of each group seen."""
    counts = {
        row["language"]: Counter(group for name in row["names"].split() for group in _groups(name))
        for row in rows("languages")
    }
    for row in rows("world_names"):
        language = _COUNTED_AS.get(row["language"], row["language"])
        # Names that Americans say the English way come from every spelling.
        if language != ENGLISH and language in counts and row["word"][0].isupper() and " " not in row["word"]:
            counts[language].update(_groups(row["word"]))
    kinds = Counter(map(len, set().union(*counts.values())))
    totals = [Counter(length for group in of.elements() for length in [len(group)]) for of in counts.values()]
    sizes = {n: [total[n] + _SMOOTHING * kinds[n] for total in totals] for n in _LENGTHS}
    unseen = {n: tuple(math.log(_SMOOTHING / size) for size in sizes[n]) for n in _LENGTHS}
    seen: dict[str, list[float]] = {}
    for at, of in enumerate(counts.values()):
        for group, count in of.items():
            scores = seen.setdefault(group, list(unseen[len(group)]))
            scores[at] = math.log((count + _SMOOTHING) / sizes[len(group)][at])
    return tuple(counts), unseen, seen
