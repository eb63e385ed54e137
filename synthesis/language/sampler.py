"""Chooses the next token of each text, each with random numbers of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def draws(seed: int, count: int) -> list[float]:
    """The random numbers of one text, in [0, 1): number n is for its token n, whoever else is written beside it."""
    return torch.rand(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).tolist()


def restrict(logits: Tensor, allowed: Mapping[int, Tensor]) -> Tensor:
    """Forbid, in place, what `allowed[row]` does not allow; rows that it leaves out stay free.

    logits: (B, V); allowed: (V,) bool on the CPU, or shorter, where the vocabulary is padded. Returns the logits.
    """
    if not allowed:
        return logits
    # Ten megabytes at 64 rows and a vocabulary of 150,000: from pinned memory a GPU fetches them by itself.
    forbidden = torch.zeros(logits.shape, dtype=torch.bool, pin_memory=logits.is_cuda)
    for row, mask in allowed.items():
        forbidden[row, : len(mask)] = ~mask
        forbidden[row, len(mask) :] = True
    return logits.masked_fill_(forbidden.to(logits.device, non_blocking=True), -torch.inf)


def choose(logits: Tensor, temperatures: Sequence[float], points: Sequence[float]) -> list[int]:
    """One token a row from softmax(logits / temperature), or the likeliest where the temperature is 0.

    logits: (B, V) float32. `points[b]`, in [0, 1), says where in row b's distribution its token lies.
    """
    tokens = logits.argmax(-1)
    hot = [row for row, temperature in enumerate(temperatures) if temperature]
    if hot:
        heat, point = (
            torch.tensor([values[row] for row in hot], dtype=torch.float64, device=logits.device)[:, None]
            for values in (temperatures, points)
        )
        tokens[hot] = _drawn(logits if len(hot) == len(logits) else logits[hot], heat, point)
    return tokens.tolist()


def _drawn(logits: Tensor, heat: Tensor, point: Tensor) -> Tensor:
    # float64: in a vocabulary of 150,000 the float32 sum drifts further than the smallest probabilities.
    edges = torch.softmax(logits.double() / heat, dim=-1).cumsum(-1)
    total = edges[:, -1:].contiguous()
    # Rounding may lift the point to the very end, behind which no token has a probability.
    last = torch.searchsorted(edges, total)
    return torch.searchsorted(edges, point * total, right=True).minimum(last)[:, 0]
