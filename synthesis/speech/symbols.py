"""The symbols that the voice knows, and their ids."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from synthesis.errors import RenderFailed

BOUNDARY = 0
MAX_TOKENS = 400
"""Symbols in one utterance. The model takes 510, but rushes and fades beyond some 400."""
VOWELS = frozenset("AIOQWYaeiouæɐɑɒɔəɚɛɜɪʊʌᵊᵻ")
"""Of American and British English, diphthongs among them: A, I, O, Q, W, Y."""


@cache
def vocabulary() -> dict[str, int]:
    """The 114 symbols, punctuation and the space among them, and their ids."""
    table: dict[str, int] = json.loads(files(__package__).joinpath("vocabulary.json").read_text(encoding="utf-8"))
    return table


def encode(phonemes: str) -> list[int]:
    """The symbols' ids between two boundaries. Raises RenderFailed if there are none, too many, or unknown ones."""
    known = vocabulary()
    unknown = sorted(set(phonemes) - known.keys())
    if unknown:
        raise RenderFailed(f"the voice has no symbol {unknown[0]!r}, in {phonemes[:80]!r}")
    if not phonemes.strip():
        raise RenderFailed("there are no phonemes to speak")
    if len(phonemes) > MAX_TOKENS:
        raise RenderFailed(f"{len(phonemes)} phonemes in one utterance; the voice takes {MAX_TOKENS}: split the text")
    return [BOUNDARY, *(known[symbol] for symbol in phonemes), BOUNDARY]
