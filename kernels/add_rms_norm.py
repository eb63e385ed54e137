"""Residual add and RMSNorm in one pass: out = s / sqrt(mean(s^2) + eps) * weight, s = x + residual.

Source: Zhang & Sennrich, arXiv:1910.07467.
"""

# T tokens, D model dim

from __future__ import annotations

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError


def add_rms_norm_reference(x: Tensor, residual: Tensor, weight: Tensor, eps: float = 1e-6) -> tuple[Tensor, Tensor]:
    """The definition. Slow, obvious, and what every test compares against."""
    summed = x + residual
    wide = summed.float()
    normed = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps)
    return (normed * weight.float()).to(x.dtype), summed


@jit
def add_rms_norm_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, D)
    residual_ptr,  # (T, D)
    weight_ptr,  # (D,)
    out_ptr,  # (T, D)
    summed_ptr,  # (T, D)
    eps,
    D: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """Grid: one program a token, which holds its row in registers."""
    row = tl.program_id(0).to(tl.int64) * D
    column = tl.arange(0, BLOCK_D)
    inside = column < D
    x = tl.load(x_ptr + row + column, mask=inside, other=0.0)
    residual = tl.load(residual_ptr + row + column, mask=inside, other=0.0)
    # Rounded to the stored dtype before the square, since that is what the next block will read.
    summed = (x.to(tl.float32) + residual.to(tl.float32)).to(x.dtype)
    tl.store(summed_ptr + row + column, summed, mask=inside)
    wide = summed.to(tl.float32)
    scale = 1.0 / tl.sqrt(tl.sum(wide * wide, axis=0) / D + eps)
    weight = tl.load(weight_ptr + column, mask=inside, other=0.0).to(tl.float32)
    tl.store(out_ptr + row + column, (wide * scale * weight).to(x.dtype), mask=inside)


def add_rms_norm(x: Tensor, residual: Tensor, weight: Tensor, eps: float = 1e-6) -> tuple[Tensor, Tensor]:
    """Normalise `x + residual`; also return the sum, the next block's residual.

    x, residual: (T, D) contiguous, fp32, fp16 or bf16; weight: (D,).
    Returns (out, summed), each (T, D) in x's dtype; arithmetic is fp32.
    Raises ShapeError if the shapes or dtypes disagree or a tensor is not contiguous.
    """
    if x.dim() != 2 or x.shape != residual.shape or weight.shape != x.shape[1:]:
        raise ShapeError(f"x {tuple(x.shape)}, residual {tuple(residual.shape)}, weight {tuple(weight.shape)}")
    if x.dtype != residual.dtype:
        raise ShapeError(f"x is {x.dtype}, and residual is {residual.dtype}")
    if not (x.is_contiguous() and residual.is_contiguous() and weight.is_contiguous()):
        raise ShapeError("x, residual and weight must be contiguous")
    if runs_triton(x):
        return _launch(x, residual, weight, eps)
    return add_rms_norm_reference(x, residual, weight, eps)


def _launch(x: Tensor, residual: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    tokens, dim = x.shape
    out, summed = torch.empty_like(x), torch.empty_like(x)
    if tokens:
        add_rms_norm_kernel[(tokens,)](
            x, residual, weight, out, summed, eps, D=dim, BLOCK_D=triton.next_power_of_2(dim)
        )
    return out, summed
