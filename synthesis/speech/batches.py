"""Utterances of like length side by side, and their rows padded to one tensor."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

MOST_PADDING = 0.25


def by_length(lengths: Sequence[int], *, most_rows: int, most_padding: float = MOST_PADDING) -> list[list[int]]:
    """Indexes in groups of at most `most_rows`, the longest first, whose shortest lacks at most that share of the
    longest. Raises ValueError if `most_rows` is below 1."""
    if most_rows < 1:
        raise ValueError(f"a batch has at least 1 row, not {most_rows}")
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        group = groups[-1] if groups else []
        if group and len(group) < most_rows and lengths[index] >= (1 - most_padding) * lengths[group[0]]:
            group.append(index)
        else:
            groups.append([index])
    return groups


def stacked(rows: Sequence[Tensor], length: int) -> Tensor:
    """Rows (T_i, ...) as (B, length, ...), zeros behind each."""
    out = rows[0].new_zeros(len(rows), length, *rows[0].shape[1:])
    for place, row in zip(out, rows, strict=True):
        place[: len(row)] = row
    return out


def row_lengths(lengths: Sequence[int], length: int, device: torch.device) -> Tensor | None:
    """(B,) int64, or None if all rows are full, which spares the masks."""
    return None if all(n == length for n in lengths) else torch.tensor(lengths, device=device)
