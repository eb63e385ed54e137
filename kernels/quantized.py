"""Weights of 8 or 4 bits in groups: value = q * scale, one scale for every `group` values along the last dimension.

q is the value over the group's scale, rounded, and scale = max |value| / 127 of 8 bits, / 7 of 4: symmetric, so that 0
stays 0 and a product needs no more than one factor a group. No value is further off than half a scale.
Source: Dettmers & Zettlemoyer, arXiv:2212.09720 (small groups are what 4 bits need).
"""

# E experts or whatever leads, N rows (outputs), K columns (inputs)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from kernels.errors import ShapeError

GROUPS = (64, 128)
LARGEST = {8: 127, 4: 7}
OFFSET = 8  # what a nibble holds above q
SCALES = (torch.float16, torch.bfloat16, torch.float32)


@dataclass(frozen=True, eq=False)
class QuantizedWeight:
    """A weight (..., N, K) in `bits` bits.

    values: (..., N, K) int8, or of 4 bits (..., N, K / 2) uint8: q + 8 of an even column in the low half of a byte, and
    of the odd one after it in the high half; scales: (..., N, K / group), float16, bfloat16 or float32.
    Raises ShapeError if these do not fit together.
    """

    values: Tensor
    scales: Tensor
    bits: Literal[8, 4]
    group: Literal[64, 128]

    def __post_init__(self) -> None:
        _check(self.bits, self.group)
        stored = torch.int8 if self.bits == 8 else torch.uint8
        if self.values.dtype != stored or self.scales.dtype not in SCALES:
            raise ShapeError(f"{self.bits} bits as {self.values.dtype} with scales of {self.scales.dtype}")
        if self.values.dim() < 2 or self.scales.shape != (*self.shape[:-1], self.shape[-1] // self.group):
            raise ShapeError(f"scales {tuple(self.scales.shape)} of {tuple(self.shape)} in groups of {self.group}")
        if self.shape[-1] % self.group:
            raise ShapeError(f"{self.shape[-1]} columns are no groups of {self.group}")

    @property
    def shape(self) -> torch.Size:
        """Of the weight that this stands for."""
        return torch.Size((*self.values.shape[:-1], self.values.shape[-1] * 8 // self.bits))

    @property
    def device(self) -> torch.device:
        return self.values.device

    @property
    def size_bytes(self) -> int:
        return self.values.nbytes + self.scales.nbytes

    def __getitem__(self, index: Any) -> QuantizedWeight:
        """Some of what leads, such as one expert or a tensor of them: no column, and not a lone row."""
        return QuantizedWeight(self.values[index], self.scales[index], self.bits, self.group)

    def to(self, device: torch.device | str) -> QuantizedWeight:
        return QuantizedWeight(self.values.to(device), self.scales.to(device), self.bits, self.group)


Weight = Tensor | QuantizedWeight


def quantize(weight: Tensor, bits: Literal[8, 4], group: Literal[64, 128] = 64) -> QuantizedWeight:
    """Round a weight (..., N, K), float16, bfloat16 or float32; its scales have its dtype.

    Works on as much as it is given at once, in float32: give it a large model's weights by the expert.
    Raises ShapeError if K is no multiple of `group`, or for bits and groups that there are not.
    """
    _check(bits, group)
    if weight.dim() < 2 or weight.shape[-1] % group or weight.dtype not in SCALES:
        raise ShapeError(f"a weight {tuple(weight.shape)} of {weight.dtype} has no groups of {group} floats")
    grouped = weight.float().unflatten(-1, (-1, group))
    scales = (grouped.abs().amax(-1) / LARGEST[bits]).to(weight.dtype)
    # Divided by the scale as it is stored. A group of zeros, or one too small for a scale, is zeros.
    divisor = scales.float().masked_fill(scales == 0, torch.inf)
    q = (grouped / divisor[..., None]).round_().clamp_(-LARGEST[bits], LARGEST[bits]).flatten(-2)
    if bits == 8:
        return QuantizedWeight(q.to(torch.int8), scales, bits, group)
    nibbles = (q + OFFSET).to(torch.uint8)
    return QuantizedWeight(nibbles[..., 0::2] | nibbles[..., 1::2] << 4, scales, bits, group)


def dequantize(weight: Weight, dtype: torch.dtype) -> Tensor:
    """The weight (..., N, K) in `dtype`; a plain tensor is only cast."""
    if isinstance(weight, Tensor):
        return weight.to(dtype)
    q = weight.values
    if weight.bits == 4:
        q = torch.stack([q & 15, q >> 4], dim=-1).flatten(-2).to(torch.int8) - OFFSET
    wide = q.float().unflatten(-1, (-1, weight.group)) * weight.scales.float()[..., None]
    return wide.flatten(-2).to(dtype)


def tensors(weight: Weight) -> tuple[Tensor, Tensor | None]:
    """What a kernel reads: values, and scales unless the weight is plain."""
    return (weight, None) if isinstance(weight, Tensor) else (weight.values, weight.scales)


def constants(weight: Weight) -> dict[str, int]:
    """What a kernel is compiled for: bits of a value, 0 of a plain weight's, and columns of a group."""
    if isinstance(weight, Tensor):
        return {"BITS": 0, "GROUP": 1}
    return {"BITS": weight.bits, "GROUP": weight.group}


def check_weight(name: str, weight: Weight, shape: tuple[int, ...], x: Tensor) -> None:
    """Raises ShapeError unless `weight` has this shape, lies in one piece, and, where it is plain, has x's dtype."""
    if tuple(weight.shape) != shape:
        raise ShapeError(f"{name} is {tuple(weight.shape)}, and should be {shape}")
    if isinstance(weight, Tensor) and weight.dtype != x.dtype:
        raise ShapeError(f"{name} is {weight.dtype}, and x is {x.dtype}")
    if not all(part is None or part.is_contiguous() for part in tensors(weight)):
        raise ShapeError(f"{name} must be contiguous")


def _check(bits: int, group: int) -> None:
    if bits not in LARGEST or group not in GROUPS:
        raise ShapeError(f"{bits} bits in groups of {group}; there are 8 and 4 bits, and groups of 64 and 128")
