"""What the benchmark is told, and what it is given: sizes and device, and an op with all that it is measured by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Result = Any  # a tensor, or a tuple of results
FRAMES_A_S = 80  # of pitch; the stages of the vocoder have 10 and 60 times as many, the wave 300 times


@dataclass(frozen=True)
class Workload:
    """An op at one shape. `moved` bytes: each input read once and each output written once, flops: multiply and add.

    `library`: what torch has for the same work in the same precision, where that is one call. `comparable` turns a
    result into what can be compared number by number.
    """

    op: str
    shape: tuple[int, ...]
    run: Callable[[], Result]
    reference: Callable[[], Result]
    moved: int
    flops: int = 0
    library: Callable[[], Result] | None = None
    comparable: Callable[[Result], Result] = lambda result: result


@dataclass(frozen=True)
class Setting:
    """`batch` utterances of `seconds` each in one precision on one device; if ragged, all but the last are shorter."""

    device: torch.device
    dtype: torch.dtype
    batch: int
    seconds: float
    is_ragged: bool = False

    def frames(self, times: int) -> int:
        return int(self.seconds * FRAMES_A_S) * times

    def ends(self, times: int, more: int = 0) -> Tensor | None:
        """(B,): the valid frames of each row, at a rate of `times` a pitch frame."""
        if not self.is_ragged:
            return None
        row = torch.arange(1, self.batch + 1, device=self.device)
        return (row * self.frames(1) // self.batch).clamp(min=1) * times + more

    def normal(self, *shape: int, dtype: torch.dtype | None = None) -> Tensor:
        return torch.randn(*shape, device=self.device).to(dtype or self.dtype)


def size_bytes(*tensors: Tensor) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
