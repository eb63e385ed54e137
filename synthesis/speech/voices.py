"""The voices' style tables, and the symbols that the model knows."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from safetensors import safe_open
from torch import Tensor

from synthesis.errors import CheckpointError, RenderFailed

BOUNDARY = 0
MAX_TOKENS = 400
"""Symbols in one utterance. The model takes 510, but rushes and fades beyond some 400."""


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


class Voices:
    """The style tables by voice: a row for each number of symbols, 256 wide: 128 for the sound, 128 for the prosody."""

    def __init__(self, tables: dict[str, Tensor]):
        self._tables = tables

    @classmethod
    def load(cls, path: Path) -> Voices:
        """Read a safetensors file of (510, 256) float32 tables. Raises CheckpointError if it is not one."""
        try:
            with safe_open(path, framework="pt") as file:
                tables = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except Exception as error:
            raise CheckpointError(f"{path} cannot be read as voices: {error}") from error
        return cls(tables)

    @property
    def names(self) -> list[str]:
        return sorted(self._tables)

    def style(self, voice: str, num_symbols: int) -> Tensor:
        """(1, 256) for an utterance of so many symbols. Raises RenderFailed for a voice that is not installed."""
        if voice not in self._tables:
            raise RenderFailed(f"there is no voice called {voice!r}; there are {', '.join(self.names)}")
        return self._tables[voice][num_symbols - 1][None]
