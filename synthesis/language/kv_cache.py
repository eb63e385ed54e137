"""Keys and values of the tokens already read, so that decoding reads each token once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.config import LanguageConfig


@dataclass(frozen=True, slots=True)
class Step:
    """The last new token of each of the rows 0..B-1, which attend all at once over the first `width` places.

    `mask`: (B, 1, 1, width) bool, or None where every row is that long.
    """

    width: int
    mask: Tensor | None

    @classmethod
    def of(cls, lengths: list[int], device: torch.device) -> Step:
        """`lengths[b]` is what row b has once its new tokens are written."""
        width = max(lengths)
        if min(lengths) == width:
            return cls(width, None)
        mask = torch.arange(width) < torch.tensor(lengths)[:, None, None, None]
        return cls(width, mask.to(device))


@dataclass(frozen=True, slots=True)
class Stretch:
    """The new tokens of one row, `tokens` of the pack, which attend by themselves over the row's first `width` places.

    Nothing is padded for them, and no other row's length touches them. `mask`: (L, width) bool, or None where the
    stretch begins its row, and is causal.
    """

    row: int
    tokens: slice
    width: int
    mask: Tensor | None

    @classmethod
    def of(cls, row: int, start: int, first: int, count: int, device: torch.device) -> Stretch:
        """`count` tokens of the pack from `first` on, for the places of `row` from `start` on."""
        mask = torch.ones(count, start + count, dtype=torch.bool, device=device).tril(start) if start else None
        return cls(row, slice(first, first + count), start + count, mask)


@dataclass(frozen=True, slots=True)
class Span:
    """Where the packed tokens of one forward pass belong. T tokens of B rows.

    `rows`, `positions`, (T,) int64 each: the row of the cache, and the place there. `last`, (B,) int64: where in the
    pack each row's new tokens end. A row's tokens attend in `step`, in one of `stretches`, or the last of them in both;
    in a loose span, which has neither, each token attends by itself, and all that says where lies on the device.
    """

    rows: Tensor
    positions: Tensor
    last: Tensor
    step: Step | None
    stretches: tuple[Stretch, ...]

    @property
    def is_loose(self) -> bool:
        return self.step is None and not self.stretches

    @classmethod
    def of(
        cls, starts: Sequence[int], counts: Sequence[int], device: torch.device, rows: Sequence[int] | None = None
    ) -> Span:
        """`counts[b]` new tokens, the first of them at place `starts[b]`, for `rows[b]`; row b if `rows` is left out.

        Rows that are left out may take a step together; rows that are named read their tokens one by one.
        """
        new, start = torch.tensor(counts), torch.tensor(starts)
        ends = new.cumsum(0)
        owner = torch.repeat_interleave(torch.arange(len(counts)), new)
        positions = torch.arange(len(owner)) - (ends - new - start)[owner]
        named = range(len(counts)) if rows is None else rows
        steps = rows is None and 1 in counts
        stretches = tuple(
            Stretch.of(row, start, end - count, count, device)
            for row, start, end, count in zip(named, starts, ends.tolist(), counts, strict=True)
            if count > 1 or not steps
        )
        return cls(
            torch.tensor(named)[owner].to(device),
            positions.to(device),
            (ends - 1).to(device),
            Step.of([start + count for start, count in zip(starts, counts, strict=True)], device) if steps else None,
            stretches,
        )


class KVCache:
    """Room for rows of up to `capacity` tokens, every layer's keys and values: (rows, Hkv, capacity, Dh) each.

    With `keep=False` all layers share one layer's room: enough for a single pass that nothing follows. `moves` counts
    how often the rooms were laid elsewhere in memory.
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
        shape = (2, rows, config.num_kv_heads, capacity, config.head_dim)
        # Zeros, not empty: a masked place still takes part in a product, and 0 * NaN would spoil its row.
        self._rooms = [torch.zeros(shape, device=device, dtype=dtype) for _ in range(config.num_layers if keep else 1)]
        self.moves = 0

    @staticmethod
    def bytes_per_token(config: LanguageConfig, dtype: torch.dtype) -> int:
        return 2 * config.num_layers * config.num_kv_heads * config.head_dim * dtype.itemsize

    @property
    def size_bytes(self) -> int:
        return sum(room.nbytes for room in self._rooms)

    @property
    def rows(self) -> int:
        return self._rooms[0].shape[1]

    @property
    def capacity(self) -> int:
        return self._rooms[0].shape[3]

    def write(self, layer: int, span: Span, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Store key and value, each (T, Hkv, Dh), and return the layer's rooms, (rows, Hkv, capacity, Dh) each."""
        keys, values = self._rooms[layer if len(self._rooms) > 1 else 0]
        keys[span.rows, :, span.positions] = key
        values[span.rows, :, span.positions] = value
        return keys, values

    def copy(self, source: int, target: int, length: int) -> None:
        """The first `length` tokens of row `source` become those of row `target`."""
        for room in self._rooms:
            room[:, target, :, :length] = room[:, source, :, :length]

    def resize(self, rows: int, capacity: int) -> None:
        """Keep of the old room what fits in the new; at most one layer lies in memory twice."""
        self.moves += 1
        kept_rows, kept = min(rows, self.rows), min(capacity, self.capacity)
        for layer, room in enumerate(self._rooms):
            new = room.new_zeros(2, rows, room.shape[2], capacity, room.shape[4])
            new[:, :kept_rows, :, :kept] = room[:, :kept_rows, :, :kept]
            self._rooms[layer] = new
            del room
