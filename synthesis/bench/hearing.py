"""Scores what was heard: the plain words as words, and the names by their phonemes.

A recogniser cannot know how a rare name is spelt, so a name counts as heard by its sound: what stands in its place,
read by a grapheme-to-phoneme converter, against the phonemes that it should have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from synthesis.text.alignment import Pair, align

_SAME_SOUND = str.maketrans({"ᵊ": "ə", "ɜ": "ə", "ᵻ": "ɪ", "T": "t", "ɾ": "t"} | dict.fromkeys("ˈˌː ", None))


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, and its phonemes as an American newsreader says it."""

    written: str
    phonemes: str


@dataclass(slots=True)
class Errors:
    """Errors out of so many: substitutions, deletions and insertions."""

    count: int = 0
    of: int = 0

    def add(self, count: int, of: int) -> None:
        self.count += count
        self.of += of

    @property
    def rate(self) -> float:
        return self.count / self.of if self.of else 0.0


@dataclass(slots=True)
class Score:
    words: Errors = field(default_factory=Errors)
    names: Errors = field(default_factory=Errors)


def distance(expected: Sequence[str], found: Sequence[str]) -> int:
    return sum(wanted != heard for wanted, heard in align(expected, found))


def sounds(phonemes: str) -> str:
    """Phonemes without stress and spaces, and with weak and flapped variants as the sound that they vary."""
    return phonemes.translate(_SAME_SOUND)


def score(
    score: Score,
    expected: Sequence[str],
    heard: Sequence[str],
    names: Sequence[tuple[Sequence[str], Name]],
    phonemes_of: Callable[[str], str],
) -> None:
    """Add one sentence. `expected` and `heard` are normalized words; a name comes with its own normalized words.

    What was put in beside a name belongs to the name. A name that was heard as it is written has no error.
    """
    owner = _owners(expected, [words for words, _ in names])
    replies: list[list[str]] = [[] for _ in names]
    pairs = align(expected, heard)
    for at, (pair, index) in enumerate(zip(pairs, _places(pairs), strict=True)):
        whose = owner[index] if pair[0] is not None else _beside(pairs, at, index, owner)
        if whose is None:
            score.words.add(pair[0] != pair[1], pair[0] is not None)
        elif pair[1] is not None:
            replies[whose].append(pair[1])
    for (words, name), reply in zip(names, replies, strict=True):
        wanted = sounds(name.phonemes)
        as_written = reply == list(words)
        score.names.add(0 if as_written else distance(wanted, sounds(phonemes_of(" ".join(reply)))), len(wanted))


def _owners(expected: Sequence[str], names: Sequence[Sequence[str]]) -> list[int | None]:
    """Which name each expected word is of. Raises ValueError if a name is not in the sentence."""
    owner: list[int | None] = [None] * len(expected)
    for number, words in enumerate(names):
        starts = [
            at
            for at in range(len(expected) - len(words) + 1)
            if list(expected[at : at + len(words)]) == list(words) and owner[at] is None
        ]
        if not starts or not words:
            raise ValueError(f"the name {' '.join(words)!r} is not in {' '.join(expected)!r}")
        owner[starts[0] : starts[0] + len(words)] = [number] * len(words)
    return owner


def _places(pairs: Sequence[Pair]) -> list[int]:
    """The index of each pair's expected word, or of the one that would come next."""
    places, at = [], 0
    for expected, _ in pairs:
        places.append(at)
        at += expected is not None
    return places


def _beside(pairs: Sequence[Pair], at: int, index: int, owner: Sequence[int | None]) -> int | None:
    """The name that words put in stand beside, if any: the one before them, or else the one after."""
    before = owner[index - 1] if index else None
    after = owner[index] if index < len(owner) else None
    return before if before is not None else after
