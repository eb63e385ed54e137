"""Chooses the next token of each sequence, each with a random stream of its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Sampler:
    """Draws from softmax(logits / temperature); temperature 0 takes the likeliest token.

    Sequence b draws from its own generator, one number a token, so that its text does not depend on its neighbours.
    """

    def __init__(self, seeds: Sequence[int], temperature: float):
        if temperature < 0:
            raise ValueError(f"temperature is {temperature}, and must be 0 or more")
        self._temperature = temperature
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def choose(self, logits: Tensor, sequences: Sequence[int]) -> list[int]:
        """logits: (B, V) float32, row b of sequence `sequences[b]`. Returns the ids of B tokens."""
        if self._temperature == 0:
            return logits.argmax(-1).tolist()
        # float64: in a vocabulary of 150,000 the float32 sum drifts further than the smallest probabilities.
        edges = torch.softmax(logits.double() / self._temperature, dim=-1).cumsum(-1)
        draws = [torch.rand(1, generator=self._generators[n], dtype=torch.float64) for n in sequences]
        point = torch.stack(draws).to(edges.device) * edges[:, -1:]
        return torch.searchsorted(edges, point, right=True).clamp(max=logits.shape[1] - 1).flatten().tolist()
