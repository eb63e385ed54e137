"""Keys and values of the tokens already read, so that decoding reads each token once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.config import LanguageConfig


@dataclass(frozen=True, slots=True)
class Span:
    """Where the packed tokens of one forward pass belong. T tokens of B rows, each row at most L new tokens.

    `rows`, `positions`, `slots`, (T,) int64 each: the sequence, the place there, the number among the row's new tokens.
    `mask`: (B, 1, L, W) bool, what each new token may see among the first W places.
    """

    rows: Tensor
    positions: Tensor
    slots: Tensor
    mask: Tensor

    @classmethod
    def of(cls, starts: list[int], counts: list[int], device: torch.device) -> Span:
        """`counts[b]` new tokens of row b, the first of them at place `starts[b]`."""
        new = torch.tensor(counts)
        rows = torch.repeat_interleave(torch.arange(len(counts)), new)
        slots = torch.arange(len(rows)) - (new.cumsum(0) - new)[rows]
        start = torch.tensor(starts)
        # Rows shorter than the longest are padded with tokens that see the first place alone; nobody reads them.
        last_seen = torch.zeros(len(counts), max(counts), dtype=torch.int64)
        last_seen[rows, slots] = start[rows] + slots
        width = int((start + new).max())
        mask = torch.arange(width) <= last_seen[:, None, :, None]
        return cls(rows.to(device), (start[rows] + slots).to(device), slots.to(device), mask.to(device))


class KVCache:
    """Room for B sequences of up to `capacity` tokens, every layer's keys and values: (B, Hkv, capacity, Dh) each.

    With `keep=False` all layers share one layer's room: enough for a single pass that nothing follows.
    """

    def __init__(
        self,
        config: LanguageConfig,
        rows: int,
        capacity: int,
        *,
        device: torch.device,
        dtype: torch.dtype,
        keep: bool = True,
    ):
        shape = (config.num_layers if keep else 1, 2, rows, config.num_kv_heads, capacity, config.head_dim)
        # Zeros, not empty: a masked place still takes part in a product, and 0 * NaN would spoil its row.
        self._room = torch.zeros(shape, device=device, dtype=dtype)

    @property
    def size_bytes(self) -> int:
        return self._room.nbytes

    def write(self, layer: int, span: Span, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Store key and value, each (T, Hkv, Dh), and return all keys and values so far, (B, Hkv, W, Dh) each."""
        keys, values = self._room[layer if len(self._room) > 1 else 0]
        keys[span.rows, :, span.positions] = key
        values[span.rows, :, span.positions] = value
        width = span.mask.shape[-1]
        return keys[:, :, :width], values[:, :, :width]

    def keep_rows(self, rows: list[int]) -> None:
        """Forget all sequences but `rows`, which become 0, 1, 2 and so on."""
        self._room = self._room[:, :, torch.tensor(rows, device=self._room.device)]
