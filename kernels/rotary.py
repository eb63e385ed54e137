"""Rotary position embedding, halves layout: out[:h] = a cos - b sin, out[h:] = b cos + a sin, with a, b the two halves.

Source: Su et al., arXiv:2104.09864; the layout is that of checkpoints in the hub's Llama form (not interleaved pairs).
"""

# T tokens, H heads, Dh head dim

from __future__ import annotations

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError


def rotary_reference(query: Tensor, key: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """The definition. Slow, obvious, and what every test compares against."""
    return _rotated(query, cos, sin), _rotated(key, cos, sin)


def _rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.float().chunk(2, dim=-1)
    cos, sin = cos[:, None, :], sin[:, None, :]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x.dtype)


@jit
def rotary_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, H, 2 * HALF), rows of `x_stride` elements
    out_ptr,  # (T, H, 2 * HALF) contiguous
    cos_ptr,  # (T, HALF) float32
    sin_ptr,  # (T, HALF) float32
    x_stride,
    H: tl.constexpr,
    HALF: tl.constexpr,
    BLOCK_H: tl.constexpr,
    BLOCK_HALF: tl.constexpr,
):
    """Grid: one program a token, which turns all its heads."""
    token = tl.program_id(0).to(tl.int64)
    head = tl.arange(0, BLOCK_H)[:, None]
    column = tl.arange(0, BLOCK_HALF)[None, :]
    inside = (head < H) & (column < HALF)
    cos = tl.load(cos_ptr + token * HALF + column, mask=column < HALF, other=0.0)
    sin = tl.load(sin_ptr + token * HALF + column, mask=column < HALF, other=0.0)
    place = head * 2 * HALF + column
    x = x_ptr + token * x_stride + place
    first = tl.load(x, mask=inside, other=0.0).to(tl.float32)
    second = tl.load(x + HALF, mask=inside, other=0.0).to(tl.float32)
    out = out_ptr + token * H * 2 * HALF + place
    tl.store(out, (first * cos - second * sin).to(out_ptr.dtype.element_ty), mask=inside)
    tl.store(out + HALF, (second * cos + first * sin).to(out_ptr.dtype.element_ty), mask=inside)


def rotary(query: Tensor, key: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Turn the queries and keys of each token to its position.

    query: (T, H, Dh); key: (T, Hkv, Dh), fp32, fp16 or bf16; a token's heads lie together, tokens may be strided (as
    slices of a fused projection are). cos, sin: (T, Dh / 2) float32 contiguous. Arithmetic is fp32.
    Returns new contiguous tensors in the inputs' dtypes. Raises ShapeError if shapes or strides do not fit.
    """
    for x in (query, key):
        if x.dim() != 3 or x.shape[2] % 2 or cos.shape != (x.shape[0], x.shape[2] // 2) or sin.shape != cos.shape:
            raise ShapeError(f"heads {tuple(x.shape)}, cos {tuple(cos.shape)}, sin {tuple(sin.shape)}")
        if x.numel() and (x.stride(2) != 1 or x.stride(1) != x.shape[2]):
            raise ShapeError(f"the heads of a token must lie together, not with strides {x.stride()}")
    if not (cos.is_contiguous() and sin.is_contiguous() and cos.dtype == sin.dtype == torch.float32):
        raise ShapeError("cos and sin must be contiguous float32")
    if runs_triton(query):
        return _launch(query, cos, sin), _launch(key, cos, sin)
    return rotary_reference(query, key, cos, sin)


def _launch(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    tokens, heads, dim = x.shape
    out = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    if out.numel():
        rotary_kernel[(tokens,)](
            x,
            out,
            cos,
            sin,
            x.stride(0),
            H=heads,
            HALF=dim // 2,
            BLOCK_H=triton.next_power_of_2(heads),
            BLOCK_HALF=triton.next_power_of_2(dim // 2),
        )
    return out
