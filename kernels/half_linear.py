"""y = x W^T + b of a weight kept in 16 bits, on a CPU: widened in the registers, with all arithmetic in float32.

A step of few tokens waits for its weights, and these are half of float32's. The product is FBGEMM's, which torch brings
on x86. It takes a token's sum in one order whatever stands beside it, so that a token has the same bits in any company;
MKL, which has torch's float32 products, rounds up to eleven rows otherwise than more.
FBGEMM stores columns in blocks of 512, the last one filled up with zeros. Of a large weight what stands in the last
block is kept in float32 for oneDNN, which fills up nothing, if there is little of it.
"""

# T tokens, N outputs, K inputs

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels.errors import ShapeError
from kernels.linear import has_onednn

LARGEST = torch.finfo(torch.float16).max
BLOCK = 512  # columns
SPARED_AT_LEAST = 1 << 24  # bytes: for fewer a second product is not worth its time
TOKENS_HINT = 8  # oneDNN's layout is for so many, and good for any number but one


@dataclass(frozen=True, eq=False)
class HalfWeight:
    """A weight (N, K) in float16, laid out for the product alone, and its bias (N,) in float32.

    `blocks`: FBGEMM's columns and the bias, which is oneDNN's where there are none; `rest`: oneDNN's (N, K mod BLOCK).
    """

    blocks: Any | None
    rest: Tensor | None
    bias: Tensor | None
    shape: torch.Size

    @property
    def split(self) -> int:
        """Where `rest` begins."""
        return self.shape[1] - (0 if self.rest is None else self.rest.shape[1])

    @property
    def size_bytes(self) -> int:
        """What a product reads of it."""
        return self.shape[0] * (2 * self.split + 4 * (self.shape[1] - self.split))


@cache
def has_half_product() -> bool:
    """Whether torch has the product on this machine."""
    if quantized_engine() not in ("fbgemm", "x86") or not has_onednn():
        return False
    try:
        halve(torch.ones(1, BLOCK + 1))
    except RuntimeError:
        return False
    return True


def quantized_engine() -> str:
    """Which library torch takes such products from."""
    return str(torch.backends.quantized.engine)


def fits_half(weight: Tensor) -> bool:
    """Whether float16 holds every number of a weight, most of them rounded."""
    least, most = torch.aminmax(weight)
    return bool(max(-least, most) <= LARGEST)


def halve(weight: Tensor, bias: Tensor | None = None) -> HalfWeight:
    """Round a weight (N, K) of float32 on the CPU, with its bias (N,), to what `half_linear` takes.

    Raises ShapeError if it is another.
    """
    if weight.dim() != 2 or weight.dtype != torch.float32 or weight.device.type != "cpu" or not weight.numel():
        raise ShapeError(f"a weight {tuple(weight.shape)} of {weight.dtype} on {weight.device} is not halved")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ShapeError(f"bias is {tuple(bias.shape)}, and should be ({weight.shape[0]},)")
    columns = weight.shape[1]
    split = columns if _spared_bytes(weight) < SPARED_AT_LEAST else columns - columns % BLOCK
    blocks = torch.ops.quantized.linear_prepack_fp16(weight[:, :split].contiguous(), bias) if split else None
    rest = weight[:, split:].half().float() if split < columns else None
    if rest is not None:
        rest = torch.ops.mkldnn._reorder_linear_weight(rest, TOKENS_HINT)
    return HalfWeight(blocks, rest, bias, weight.shape)


def _spared_bytes(weight: Tensor) -> int:
    """By keeping in float32 what would stand in a block that is not full."""
    rows, rest = weight.shape[0], weight.shape[1] % BLOCK
    return rows * (2 * BLOCK - 4 * rest) if rest else 0


def unpack(weight: HalfWeight) -> Tensor:
    """The weight (N, K) as it is multiplied by, in float32: a copy."""
    parts = [] if weight.blocks is None else [torch.ops.quantized.linear_unpack_fp16(weight.blocks)[0]]
    return torch.cat(parts if weight.rest is None else [*parts, weight.rest.to_dense()], dim=1)


def half_linear_reference(x: Tensor, weight: HalfWeight) -> Tensor:
    """The definition."""
    return F.linear(x, unpack(weight), weight.bias)


def half_linear(x: Tensor, weight: HalfWeight) -> Tensor:
    """Multiply tokens by a weight in 16 bits, and add its bias.

    x: (T, K) float32 on the CPU. Returns (T, N). Raises ShapeError if these do not fit.
    """
    if x.dim() != 2 or x.shape[1] != weight.shape[1] or x.dtype != torch.float32:
        raise ShapeError(f"x {tuple(x.shape)} of {x.dtype} for a weight {tuple(weight.shape)}")
    out: Tensor
    if weight.blocks is None:
        out = torch.ops.mkldnn._linear_pointwise(x, weight.rest, weight.bias, "none", [], "")
        return out
    if weight.rest is None:
        out = torch.ops.quantized.linear_dynamic_fp16(x, weight.blocks)
        return out
    split = weight.split
    out = torch.ops.quantized.linear_dynamic_fp16(x[:, :split], weight.blocks)
    return out.add_(torch.ops.mkldnn._linear_pointwise(x[:, split:], weight.rest, None, "none", [], ""))
