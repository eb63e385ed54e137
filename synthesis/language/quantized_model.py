"""A model whose experts and large projections are kept in 8 or 4 bits, so that a larger one fits the card.

Norms, routers, the embedding and the head stay as they are: they are small, or every token's result hangs on them.
The loader fills such a model tensor by tensor (`weights.fill`): the whole weights are never in memory together.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from kernels.quantized import QuantizedWeight
from kernels.quantized_linear import quantized_linear
from synthesis.config import LanguageConfig
from synthesis.errors import CheckpointError
from synthesis.language.attention import Linear
from synthesis.language.experts import Experts, SwiGLU
from synthesis.language.model import LanguageModel, Layer

Quantisation = Literal["int8", "int4"]
BITS: dict[str, Literal[8, 4]] = {"int8": 8, "int4": 4}
GROUP: Literal[64] = 64


class QuantizedLinear(nn.Module):
    """A projection whose weight (out, in) is kept in few bits, and widened for the product."""

    def __init__(self, weight: QuantizedWeight, bias: nn.Parameter | None):
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, x: Tensor) -> Tensor:
        return quantized_linear(x, self.weight, self.bias)


def outline(
    config: LanguageConfig, device: torch.device, dtype: torch.dtype, quantise: Quantisation | None = None
) -> LanguageModel:
    """The model without memory for its parameters; with `quantise` there is some on `device`, for its experts and
    projections in so many bits. Raises CheckpointError if one of them has no groups of 64 columns."""
    if quantise is not None and quantise not in BITS:
        raise ValueError(f"quantise is {quantise!r}, and must be one of {', '.join(BITS)}, or None")
    model = LanguageModel.allocate(config, torch.device("meta"), dtype)
    for layer in model.layers if quantise else ():
        assert isinstance(layer, Layer) and quantise
        _quantize_layer(layer, device, BITS[quantise])
    return model


def _quantize_layer(layer: Layer, device: torch.device, bits: Literal[8, 4]) -> None:
    owners: list[nn.Module] = [layer.attention, layer.ffn]
    if isinstance(layer.ffn, Experts):
        layer.ffn.take_weights(*(_unfilled(weight, device, bits) for weight in (layer.ffn.gate_up, layer.ffn.down)))
        owners = [layer.attention, *(part for part in layer.ffn.children() if isinstance(part, SwiGLU))]
    for owner in owners:
        for name, part in list(owner.named_children()):
            if isinstance(part, Linear):
                setattr(owner, name, QuantizedLinear(_unfilled(part.weight, device, bits), part.bias))


def _unfilled(weight: Tensor | QuantizedWeight, device: torch.device, bits: Literal[8, 4]) -> QuantizedWeight:
    """Room for a weight (..., N, K) in so many bits; its scales have the weight's dtype."""
    assert isinstance(weight, Tensor)
    *rows, columns = weight.shape
    if columns % GROUP:
        raise CheckpointError(f"a weight of {columns} columns cannot be kept in {bits} bits, in groups of {GROUP}")
    stored = torch.int8 if bits == 8 else torch.uint8
    values = torch.empty(*rows, columns * bits // 8, dtype=stored, device=device)
    scales = torch.empty(*rows, columns // GROUP, dtype=weight.dtype, device=device)
    return QuantizedWeight(values, scales, bits, GROUP)
