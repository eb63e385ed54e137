"""A model on a CPU whose weights are kept in 16 bits: half the memory, and half of what a step of decoding reads.

Norms and routers stay in float32, and so does all arithmetic. A weight in bfloat16, as checkpoints have them, is hardly
rounded: float16 has three bits more, and fewer only below 6e-5.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kernels.backend import runs_triton
from kernels.half_linear import HalfWeight, fits_half, half_linear, halve, has_half_product, unpack
from synthesis.language.attention import Linear
from synthesis.language.experts import Experts, SwiGLU
from synthesis.language.model import LanguageModel, Layer


class HalfLinear(nn.Module):
    """A projection whose weight (out, in) is kept in 16 bits."""

    def __init__(self, halved: HalfWeight):
        super().__init__()
        self.halved = halved

    @property
    def weight(self) -> Tensor:
        """A copy, in float32."""
        return unpack(self.halved)

    def forward(self, x: Tensor) -> Tensor:
        return half_linear(x, self.halved)


def can_halve(device: torch.device) -> bool:
    """Whether there is a product for such weights here."""
    return device.type == "cpu" and has_half_product() and not runs_triton(torch.empty(0))


def halve_ends(model: LanguageModel) -> None:
    """The embedding and the head. A tied head becomes a copy, for the product has a layout of its own."""
    if not fits_half(model.embedding):
        return
    if model.config.tied_head:
        model.head = HalfLinear(halve(model.embedding))
    else:
        _halve_linear(model, "head")
    model.embedding = nn.Parameter(model.embedding.half(), requires_grad=False)


def halve_layer(layer: Layer) -> None:
    """All that multiplies by a large weight, the router not being one."""
    owners: list[nn.Module] = [layer.attention, layer.ffn]
    if isinstance(layer.ffn, Experts):
        _halve_experts(layer.ffn)
        owners = [layer.attention, *(part for part in layer.ffn.children() if isinstance(part, SwiGLU))]
    for owner in owners:
        for name, _ in list(owner.named_children()):
            _halve_linear(owner, name)


def _halve_linear(owner: nn.Module, name: str) -> None:
    part = getattr(owner, name)
    if isinstance(part, Linear) and fits_half(part.weight):
        setattr(owner, name, HalfLinear(halve(part.weight, part.bias)))


def _halve_experts(experts: Experts) -> None:
    gate_up, down = experts.weights
    if isinstance(gate_up, Tensor) and isinstance(down, Tensor) and fits_half(gate_up) and fits_half(down):
        experts.take_halves(tuple(map(halve, gate_up)), tuple(map(halve, down)))
