"""Which texts are one text: an agency's report as its clients print it, shortened and under other titles.

Two reports on one event share facts and quotations, and few runs of five words; a copy shares most of them.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable

RUN_WORDS = 5
READ_WORDS = 320
LEAST_RUNS = 15
SHARED = 0.5

_WORD = re.compile(r"[^\W_]+")

Runs = frozenset[int]


def runs(text: str) -> Runs:
    """The runs of words that a text begins with, in any case and punctuation."""
    words = _WORD.findall(" ".join(text.split()[:READ_WORDS]).lower())
    return frozenset(
        zlib.crc32(" ".join(words[at : at + RUN_WORDS]).encode()) for at in range(len(words) - RUN_WORDS + 1)
    )


def share(one: Runs, other: Runs) -> float:
    """How much of the shorter text the other holds, from 0 to 1."""
    return len(one & other) / (min(len(one), len(other)) or 1)


def is_copy(one: Runs, other: Runs) -> bool:
    """Whether one is the other, cut or continued. Texts of a line or two are too short to say."""
    return min(len(one), len(other)) >= LEAST_RUNS and share(one, other) >= SHARED


class Library:
    """Texts by key, in which the first text that a new one copies is found without comparing it to all."""

    def __init__(self) -> None:
        self._runs: dict[int, Runs] = {}
        self._holders: dict[int, list[int]] = defaultdict(list)

    def add(self, key: int, text: str) -> Runs:
        own = self._runs[key] = runs(text)
        for run in own:
            self._holders[run].append(key)
        return own

    def originals(self, own: Runs) -> Iterable[int]:
        """The keys of the texts of which these runs are a copy, in the order in which they were added."""
        shared: dict[int, int] = defaultdict(int)
        for run in own:
            for key in self._holders.get(run, ()):
                shared[key] += 1
        likely = {key for key, count in shared.items() if count >= SHARED * LEAST_RUNS}
        return [key for key in self._runs if key in likely and is_copy(own, self._runs[key])]
