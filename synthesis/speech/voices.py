"""The voices' style tables."""

from __future__ import annotations

from pathlib import Path

from safetensors import safe_open
from torch import Tensor

from synthesis.errors import CheckpointError, RenderFailed


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
