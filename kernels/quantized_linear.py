"""y = x W^T + b of a weight in 8 or 4 bits, widened as it is read: for few tokens, where a step waits for weights.

For one token a program takes some rows of the weight times a vector, for more of them a padded product of tiles: each
weight is read once, and nothing of it is ever written in more bits. From MOST_TOKENS on it pays to widen it all first.
"""

# T tokens, N outputs, D inputs

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError
from kernels.moe_decode import row_products
from kernels.moe_gate_up import grouped_product
from kernels.quantized import QuantizedWeight, constants, dequantize

MOST_TOKENS = 64
ROWS, NUMBERS = 16, 8192  # of the weight in a program for one token: rows, and numbers of a step


def quantized_linear_reference(x: Tensor, weight: QuantizedWeight, bias: Tensor | None = None) -> Tensor:
    """The definition."""
    wide = F.linear(x.float(), dequantize(weight, torch.float32))
    return (wide if bias is None else wide + bias.float()).to(x.dtype)


@jit
def linear_row_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, D) float
    weight_ptr,  # (N, D) int8, or (N, D / 2) uint8
    scale_ptr,  # (N, D / GROUP) float
    bias_ptr,  # (N,) float, or None
    out_ptr,  # (T, N) float
    N: tl.constexpr,
    D: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """Grid: (T, blocks of N)."""
    token = tl.program_id(0).to(tl.int64)
    n = tl.program_id(1) * BLOCK_N + tl.arange(0, BLOCK_N)
    row = n.to(tl.int64)[None, :]
    x_row = token + tl.zeros((1,), tl.int64)
    out = row_products(x_ptr, weight_ptr, scale_ptr, x_row, row, (n < N)[None, :], D, BITS, GROUP, BLOCK_D)
    if bias_ptr is not None:
        out += tl.load(bias_ptr + n, n < N, other=0.0).to(tl.float32)[None, :]
    tl.store(out_ptr + token * N + row, out.to(out_ptr.dtype.element_ty), (n < N)[None, :])


@jit
def linear_tile_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, D) float
    weight_ptr,  # (N, D) int8, or (N, D / 2) uint8
    scale_ptr,  # (N, D / GROUP) float
    bias_ptr,  # (N,) float, or None
    out_ptr,  # (T, N) float
    tokens,
    N: tl.constexpr,
    D: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK_T: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """Grid: (blocks of N,): a program has all tokens, so that each weight is read once."""
    token = tl.arange(0, BLOCK_T).to(tl.int64)
    n = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)
    out = grouped_product(x_ptr, weight_ptr, scale_ptr, token, token < tokens, n, n < N, D, BITS, GROUP, BLOCK_D)
    if bias_ptr is not None:
        out += tl.load(bias_ptr + n, n < N, other=0.0).to(tl.float32)[None, :]
    inside = (token < tokens)[:, None] & (n < N)[None, :]
    tl.store(out_ptr + token[:, None] * N + n[None, :], out.to(out_ptr.dtype.element_ty), inside)


def quantized_linear(x: Tensor, weight: QuantizedWeight, bias: Tensor | None = None) -> Tensor:
    """Multiply tokens by a weight in few bits.

    x: (T, D) contiguous, fp32, fp16 or bf16; weight: (N, D); bias: (N,) or None. Returns (T, N) in x's dtype; sums are
    fp32 in the kernels, and the library's from MOST_TOKENS on and on a CPU. Raises ShapeError if these do not fit.
    """
    if x.dim() != 2 or not x.is_contiguous():
        raise ShapeError(f"x must be a contiguous matrix, not {tuple(x.shape)}")
    if len(weight.shape) != 2 or weight.shape[1] != x.shape[1] or not weight.values.is_contiguous():
        raise ShapeError(f"weight must be contiguous (N, {x.shape[1]}), not {tuple(weight.shape)}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ShapeError(f"bias is {tuple(bias.shape)}, and should be ({weight.shape[0]},)")
    if 0 < len(x) <= MOST_TOKENS and runs_triton(x):
        return _launch(x, weight, bias)
    return F.linear(x, dequantize(weight, x.dtype), bias)


def _launch(x: Tensor, weight: QuantizedWeight, bias: Tensor | None) -> Tensor:
    (tokens, depth), rows = x.shape, weight.shape[0]
    out = x.new_empty(tokens, rows)
    shape = {"N": rows, "D": depth, **constants(weight)}
    given = (x, weight.values, weight.scales, bias, out)
    if tokens == 1:
        step = max(weight.group, min(NUMBERS // ROWS, triton.next_power_of_2(depth)))
        linear_row_kernel[(1, triton.cdiv(rows, ROWS))](*given, **shape, BLOCK_N=ROWS, BLOCK_D=step, num_warps=8)
    else:
        block = max(16, triton.next_power_of_2(tokens))
        linear_tile_kernel[(triton.cdiv(rows, 32),)](
            *given, tokens, **shape, BLOCK_T=block, BLOCK_N=32, BLOCK_D=64,
            num_warps=4, num_stages=2 if torch.version.hip else 4,
        )  # fmt: skip
    return out
