"""The feed-forward half of a layer: one SwiGLU for all tokens, or a router and the experts that it chooses."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kernels.backend import runs_triton
from kernels.errors import ShapeError
from kernels.half_linear import HalfWeight, half_linear
from kernels.moe_decode import moe_decode, suits_decode
from kernels.moe_down import moe_down
from kernels.moe_gate_up import moe_gate_up
from kernels.moe_route import Routing, moe_route
from kernels.moe_schedule import block_rows, moe_schedule
from kernels.quantized import Weight, dequantize
from synthesis.config import LanguageConfig
from synthesis.language.attention import Linear


def silu_multiply(gate_up: Tensor) -> Tensor:
    """silu(gate) * up, of the two halves of the last dim."""
    gate, up = gate_up.chunk(2, dim=-1)
    return F.silu(gate) * up


class SwiGLU(nn.Module):
    """down(silu(gate(x)) * up(x)). The rows of `gate_up` are all gates, then all ups."""

    def __init__(self, hidden_size: int, size: int, *, bias: bool = False):
        super().__init__()
        self.gate_up = Linear(hidden_size, 2 * size, bias=bias)
        self.down = Linear(size, hidden_size, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(silu_multiply(self.gate_up(x)))


class Experts(nn.Module):
    """Top-K experts: `gate_up` (E, 2F, D) and `down` (E, D, F); a token reads the weights of its K experts alone.

    A token's result is the sum over its experts in the order of the router, and no other token's row enters it. What is
    left to its neighbours is which way all of them go, and there the height of a matrix product. In Triton a few
    choices (`suits_decode`) give a token the same bits in any company; more of them the same in any that has blocks of
    the same height (`block_rows`). On a CPU weights in 16 bits give it the same in any; in float32 the library may
    round up to eleven rows otherwise.
    """

    def __init__(self, config: LanguageConfig):
        super().__init__()
        experts, dim, size = config.num_experts, config.hidden_size, config.expert_size
        self.k, self.scoring, self.scale = config.num_experts_per_tok, config.scoring, config.routed_scale
        self.router = Linear(dim, experts)
        bias = torch.empty(experts, dtype=torch.float32) if config.has_router_bias else None
        self.router_bias = None if bias is None else nn.Parameter(bias, requires_grad=False)
        self.gate_up = nn.Parameter(torch.empty(experts, 2 * size, dim), requires_grad=False)
        self.down = nn.Parameter(torch.empty(experts, dim, size), requires_grad=False)
        if config.shared_size:
            self.shared = SwiGLU(dim, config.shared_size)
        if config.shared_size and config.has_shared_gate:
            self.shared_router = Linear(dim, 1)
        self.has_shared_gate = config.has_shared_gate
        self.has_shared = config.shared_size > 0

    def take_weights(self, gate_up: Weight, down: Weight) -> None:
        """Take these in place of what was allocated. A QuantizedWeight is no parameter: it stays on its device.

        Raises ShapeError if they are of other shapes.
        """
        taken = {"gate_up": gate_up, "down": down}
        for (name, weight), allocated in zip(taken.items(), self.weights, strict=True):
            if weight.shape != allocated.shape:
                raise ShapeError(f"{name} is {tuple(weight.shape)}, and should be {tuple(allocated.shape)}")
        for name, weight in taken.items():
            delattr(self, name)
            held = nn.Parameter(weight, requires_grad=False) if isinstance(weight, Tensor) else weight
            setattr(self, name, held)

    def take_halves(self, gate_up: tuple[HalfWeight, ...], down: tuple[HalfWeight, ...]) -> None:
        """Take these, one for each expert, in place of what was filled: such weights lie on a CPU."""
        for name, halved in (("gate_up", gate_up), ("down", down)):
            delattr(self, name)
            setattr(self, name, halved)

    @property
    def weights(self) -> tuple[Weight, Weight]:
        """gate_up and down, as they are held now."""
        return self.gate_up, self.down

    def forward(self, x: Tensor) -> Tensor:
        """x: (T, D). Returns (T, D)."""
        out = self._routed(x)
        if self.has_shared:
            shared = self.shared(x)
            out = out + (torch.sigmoid(self.shared_router(x)) * shared if self.has_shared_gate else shared)
        return out

    def route(self, x: Tensor) -> Routing:
        """x: (T, D). The experts of each token, their weights, and how many tokens each expert got: see `moe_route`."""
        index, weight, count = moe_route(self.router(x), self.k, self.scoring, self.router_bias)
        return index, weight if self.scale == 1.0 else weight * self.scale, count

    def _routed(self, x: Tensor) -> Tensor:
        expert_index, expert_weight, expert_count = self.route(x)
        if not runs_triton(x):
            return self._by_expert(x, expert_index, expert_weight, expert_count)
        gate_up, down = self.weights
        slots = expert_index.numel()
        if suits_decode(slots, len(expert_count)):
            return moe_decode(x, expert_index, expert_weight, gate_up, down)
        schedule = moe_schedule(expert_index, expert_count, block_rows(slots, len(expert_count)))
        return moe_down(moe_gate_up(x, gate_up, schedule), expert_weight, down, schedule)

    def _by_expert(self, x: Tensor, expert_index: Tensor, expert_weight: Tensor, expert_count: Tensor) -> Tensor:
        """One expert after another, of those alone that were hit; each is read, and de-quantised, once for all."""
        order = torch.argsort(expert_index.flatten(), stable=True)
        grouped = x[order // self.k]
        done = torch.empty_like(grouped)
        start = 0
        for expert, count in enumerate(expert_count.tolist()):
            if count:
                rows = slice(start, start + count)
                gate_up, down = (weight[expert] for weight in self.weights)
                done[rows] = _product(silu_multiply(_product(grouped[rows], gate_up)), down)
                start += count
        chosen = torch.empty_like(done)
        chosen[order] = done
        return (chosen.unflatten(0, (-1, self.k)) * expert_weight[..., None].to(x.dtype)).sum(1)


def _product(x: Tensor, weight: Weight | HalfWeight) -> Tensor:
    """x: (T, D); weight: (N, D), widened whole unless it is kept in 16 bits. Returns (T, N)."""
    return half_linear(x, weight) if isinstance(weight, HalfWeight) else F.linear(x, dequantize(weight, x.dtype))
