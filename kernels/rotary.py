"""Rotary position embedding, halves layout: out[:h] = a cos - b sin, out[h:] = b cos + a sin, with a, b the two halves.

Before it, where a norm's weight is given, RMSNorm of the queries and of the keys: of each head by itself, or of all
heads of a token together; by eager operations that alone would be eight launches a layer.
Sources: Su et al., arXiv:2104.09864 (the layout is that of checkpoints in the hub's Llama form, not interleaved pairs);
Zhang & Sennrich, arXiv:1910.07467; Henry et al., arXiv:2010.04245 (norms of queries and keys).
"""

# T tokens, H heads, Dh head dim

from __future__ import annotations

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError


def rotary_reference(
    query: Tensor,
    key: Tensor,
    cos: Tensor,
    sin: Tensor,
    *,
    query_norm: Tensor | None = None,
    key_norm: Tensor | None = None,
    eps: float = 1e-6,
) -> tuple[Tensor, Tensor]:
    """The definition. Slow, obvious, and what every test compares against."""
    return _rotated(query, cos, sin, query_norm, eps), _rotated(key, cos, sin, key_norm, eps)


def _rotated(x: Tensor, cos: Tensor, sin: Tensor, norm: Tensor | None, eps: float) -> Tensor:
    wide = x.float() if norm is None else _normed(x.float(), norm.float(), eps)
    first, second = wide.chunk(2, dim=-1)
    cos, sin = cos[:, None, :], sin[:, None, :]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x.dtype)


def _normed(x: Tensor, norm: Tensor, eps: float) -> Tensor:
    rows = x if len(norm) == x.shape[2] else x.flatten(1)
    return (rows * torch.rsqrt(rows.square().mean(-1, keepdim=True) + eps) * norm).view(x.shape)


@jit
def rotary_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, H, 2 * HALF), rows of `x_stride` elements
    norm_ptr,  # (2 * HALF,), or (H, 2 * HALF) if WHOLE, or None
    out_ptr,  # (T, H, 2 * HALF) contiguous
    cos_ptr,  # (T, HALF) float32
    sin_ptr,  # (T, HALF) float32
    x_stride,
    eps,
    H: tl.constexpr,
    HALF: tl.constexpr,
    WHOLE: tl.constexpr,
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
    if norm_ptr is not None:
        norm = norm_ptr + (place if WHOLE else column + head * 0)
        squares = tl.sum(first * first + second * second, axis=1)[:, None]
        if WHOLE:
            scale = 1.0 / tl.sqrt(tl.sum(squares, axis=0)[None, :] / (H * 2 * HALF) + eps)
        else:
            scale = 1.0 / tl.sqrt(squares / (2 * HALF) + eps)
        first *= scale * tl.load(norm, mask=inside, other=0.0).to(tl.float32)
        second *= scale * tl.load(norm + HALF, mask=inside, other=0.0).to(tl.float32)
    out = out_ptr + token * H * 2 * HALF + place
    tl.store(out, (first * cos - second * sin).to(out_ptr.dtype.element_ty), mask=inside)
    tl.store(out + HALF, (second * cos + first * sin).to(out_ptr.dtype.element_ty), mask=inside)


def rotary(
    query: Tensor,
    key: Tensor,
    cos: Tensor,
    sin: Tensor,
    *,
    query_norm: Tensor | None = None,
    key_norm: Tensor | None = None,
    eps: float = 1e-6,
) -> tuple[Tensor, Tensor]:
    """Turn the queries and keys of each token to its position, each normalised first if its norm's weight is given.

    query: (T, H, Dh); key: (T, Hkv, Dh), fp32, fp16 or bf16; a token's heads lie together, tokens may be strided (as
    slices of a fused projection are). cos, sin: (T, Dh / 2) float32 contiguous. query_norm: (Dh,) for each head by
    itself, (H * Dh,) for all of a token together; key_norm likewise. Arithmetic is fp32.
    Returns new contiguous tensors in the inputs' dtypes. Raises ShapeError if shapes or strides do not fit.
    """
    for x, norm in ((query, query_norm), (key, key_norm)):
        if x.dim() != 3 or x.shape[2] % 2 or cos.shape != (x.shape[0], x.shape[2] // 2) or sin.shape != cos.shape:
            raise ShapeError(f"heads {tuple(x.shape)}, cos {tuple(cos.shape)}, sin {tuple(sin.shape)}")
        if x.numel() and (x.stride(2) != 1 or x.stride(1) != x.shape[2]):
            raise ShapeError(f"the heads of a token must lie together, not with strides {x.stride()}")
        if norm is not None and (norm.shape not in ((x.shape[2],), (x.shape[1:].numel(),)) or norm.stride(0) != 1):
            raise ShapeError(f"a norm of {tuple(norm.shape)} for heads {tuple(x.shape)}")
    if not (cos.is_contiguous() and sin.is_contiguous() and cos.dtype == sin.dtype == torch.float32):
        raise ShapeError("cos and sin must be contiguous float32")
    if runs_triton(query):
        return _launch(query, cos, sin, query_norm, eps), _launch(key, cos, sin, key_norm, eps)
    return rotary_reference(query, key, cos, sin, query_norm=query_norm, key_norm=key_norm, eps=eps)


def _launch(x: Tensor, cos: Tensor, sin: Tensor, norm: Tensor | None, eps: float) -> Tensor:
    tokens, heads, dim = x.shape
    out = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    if out.numel():
        rotary_kernel[(tokens,)](
            x, norm, out, cos, sin, x.stride(0), eps,
            H=heads, HALF=dim // 2, WHOLE=norm is not None and len(norm) > dim,
            BLOCK_H=triton.next_power_of_2(heads), BLOCK_HALF=triton.next_power_of_2(dim // 2),
        )  # fmt: skip
    return out
