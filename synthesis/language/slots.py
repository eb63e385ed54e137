"""The rows of a KV cache within a budget of bytes, and the tokens that each has read.

A slot is one row of a contiguous room, and no chain of pages: torch's attention takes one strided tensor, and to gather
pages for it would read and write the whole cache once more for each token. A request reserves all that it may come to
hold, so that nothing that runs ever lacks room. What a row has read stays until another text takes the row, and a text
that begins alike copies it: shared beginnings are read once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import torch

from synthesis.config import LanguageConfig
from synthesis.language.kv_cache import KVCache

BLOCK = 16  # rooms grow by so many tokens
SHARED_AT_LEAST = 16  # tokens; to copy fewer is no gain


def default_budget_bytes(device: torch.device) -> int:
    """Of a GPU, four fifths of what is free now; of a CPU's memory, 512 MiB: no more is used than requests need."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] * 4 // 5
    return 512 << 20


def shared_length(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts begin with alike."""
    longest = min(len(one), len(other))
    # Slices compare at the speed of C: a dozen of them beats a loop over the tokens.
    return bisect_left(range(longest), True, key=lambda n: one[: n + 1] != other[: n + 1])


class Slots:
    """Rows 0, 1, 2 and so on. Their owner says who has which; here is what each has read, and the room for it."""

    def __init__(self, config: LanguageConfig, budget_bytes: int, *, device: torch.device, dtype: torch.dtype):
        self.budget_tokens = budget_bytes // KVCache.bytes_per_token(config, dtype)
        self.cache = KVCache(config, 0, 0, device=device, dtype=dtype)
        self._read: list[list[int]] = []

    def has_read(self, row: int) -> int:
        return len(self._read[row])

    def can_hold(self, rows: int, tokens: int) -> bool:
        return rows * tokens <= self.budget_tokens

    def make_room(self, rows: int, tokens: int) -> None:
        """Room for so many rows of so many tokens each, which `can_hold` allows. What is used of them stays."""
        if rows <= self.cache.rows and tokens <= self.cache.capacity:
            return
        blocks = -(-tokens // BLOCK) * BLOCK
        larger = max(rows, self.cache.rows), max(blocks, self.cache.capacity)
        self.resize(*larger if self.can_hold(*larger) else (rows, min(blocks, self.budget_tokens // rows)))

    def resize(self, rows: int, capacity: int) -> None:
        self.cache.resize(rows, capacity)
        kept = [tokens[:capacity] for tokens in self._read[:rows]]
        self._read = kept + [[] for _ in range(rows - len(kept))]

    def would_share(self, text: Sequence[int], other: Sequence[int]) -> bool:
        """Whether `text` could copy more from `other`, once that is read, than from what has been read by now."""
        length = shared_length(text, other)
        return length >= SHARED_AT_LEAST and length > max(shared_length(text, read) for read in self._read)

    def begin(self, row: int, text: list[int]) -> int:
        """Give the row to a text. Returns how many of its tokens it need not read, since some row has read them."""
        lengths = [shared_length(text, read) for read in self._read]
        # Of equally good rows its own, which copies nothing.
        source = max(range(len(lengths)), key=lambda n: (lengths[n], n == row))
        length = lengths[source] if lengths[source] >= SHARED_AT_LEAST else 0
        if source != row and length:
            self.cache.copy(source, row, length)
        self._read[row] = text[:length]
        return length

    def extend(self, row: int, tokens: list[int]) -> None:
        """A forward pass has written the keys and values of these tokens."""
        self._read[row] += tokens

    def move(self, source: int, target: int) -> None:
        """Row `target` takes all that row `source` has read."""
        self.cache.copy(source, target, len(self._read[source]))
        self._read[target] = list(self._read[source])
