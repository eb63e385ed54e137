"""Adaptive instance norm and the Snake activation in one: y = scale * (x - mean) / sqrt(var + eps) + shift per channel,
out = y + sin(alpha * y)^2 / alpha.

Sources: Huang & Belongie, arXiv:1703.06868 (AdaIN); Ziyin et al., arXiv:2006.08195 (Snake).
B batch, L frames, C channels. Everything is (B, L, C): a frame's channels lie side by side.
"""

from __future__ import annotations

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError

EPS = 1e-5
BLOCK_ELEMENTS = 1 << 16  # a block and its two partners in float32 lie in a core's second-level cache
CHUNK_ROWS = 512

Moments = tuple[Tensor, Tensor]


def channel_moments_reference(x: Tensor) -> Moments:
    """The definition: each channel's mean and biased variance over the frames, (B, C) float32."""
    variance, mean = torch.var_mean(x.float(), dim=1, correction=0)
    return mean, variance


def adain_snake_reference(
    x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, moments: Moments | None = None, eps: float = EPS
) -> Tensor:
    """The definition. Slow, obvious, and what every test compares against."""
    mean, variance = channel_moments_reference(x) if moments is None else moments
    y = (x.float() - mean[:, None]) * torch.rsqrt(variance + eps)[:, None] * scale[:, None].float()
    y = y + shift[:, None].float()
    return (y + torch.sin(alpha.float() * y) ** 2 / alpha.float()).to(x.dtype)


def channel_moments(x: Tensor) -> Moments:
    """Each channel's mean and biased variance over the frames.

    x: (B, L, C) contiguous, fp32 or fp16. Returns (mean, variance), each (B, C) float32. The three residual blocks of a
    vocoder stage normalise the same x: take its moments once and hand them to `adain_snake`.
    """
    _check_frames(x)
    if runs_triton(x):
        return _moments_triton(x)
    return _moments_by_blocks(x) if x.device.type == "cpu" else channel_moments_reference(x)


def adain_snake(
    x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, moments: Moments | None = None, eps: float = EPS
) -> Tensor:
    """Normalise `x` over its frames, style it, and bend it with Snake.

    x: (B, L, C) contiguous, fp32 or fp16; scale, shift: (B, C); alpha: (C,), no element 0; moments: as
    `channel_moments` returns them, or None to take them here. Returns (B, L, C) in x's dtype; arithmetic is fp32.
    Raises ShapeError if the shapes disagree or x is not contiguous.
    """
    _check_frames(x)
    batch, _, channels = x.shape
    if scale.shape != (batch, channels) or shift.shape != (batch, channels) or alpha.shape != (channels,):
        raise ShapeError(f"style {tuple(scale.shape)}, {tuple(shift.shape)}, {tuple(alpha.shape)} for {tuple(x.shape)}")
    mean, variance = channel_moments(x) if moments is None else moments
    if runs_triton(x):
        return _snake_triton(x, scale, shift, alpha, (mean, variance), eps)
    if x.device.type == "cpu" and x.dtype == torch.float32:
        return _snake_by_blocks(x, scale, shift, alpha, (mean, variance), eps)
    return adain_snake_reference(x, scale, shift, alpha, (mean, variance), eps)


def _check_frames(x: Tensor) -> None:
    if x.dim() != 3 or not x.is_contiguous() or x.shape[1] == 0:
        raise ShapeError(f"frames must be contiguous (B, L, C) with L > 0, not {tuple(x.shape)}")


def _moments_by_blocks(x: Tensor) -> Moments:
    """One pass over memory. The values are shifted by an early mean, so that the squares cancel nothing.

    Torch's own var_mean over a middle dimension is 8 times slower; sums by a matrix product use the vector units.
    """
    batch, length, channels = x.shape
    rows = max(1, BLOCK_ELEMENTS // (batch * channels))
    origin = x[:, :rows].mean(1, keepdim=True, dtype=torch.float32)
    total = torch.zeros(batch, 1, channels)
    squares = torch.zeros(batch, 1, channels)
    for start in range(0, length, rows):
        block = x[:, start : start + rows] - origin
        ones = block.new_ones(batch, 1, block.shape[1])
        total += torch.bmm(ones, block)
        squares += torch.bmm(ones, block.mul_(block))
    offset = total / length
    return (origin + offset)[:, 0], (squares / length - offset * offset).clamp_(min=0)[:, 0]


def _snake_by_blocks(x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, moments: Moments, eps: float) -> Tensor:
    """Block after block of frames, so that the passes run in the cache and not over memory."""
    mean, variance = moments
    gain = scale * torch.rsqrt(variance + eps)
    offset = (shift - mean * gain)[:, None]
    gain, per_alpha = gain[:, None], 1 / alpha
    rows = max(1, BLOCK_ELEMENTS // (x.shape[0] * x.shape[2]))
    out = torch.empty_like(x)
    for start in range(0, x.shape[1], rows):
        y = torch.addcmul(offset, x[:, start : start + rows], gain)
        wave = (y * alpha).sin_()
        torch.addcmul(y, wave.mul_(wave), per_alpha, out=out[:, start : start + rows])
    return out


@jit
def moments_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (B, L, C) float
    mean_ptr,  # (B, N, C) float32, N chunks of CHUNK frames
    squares_ptr,  # (B, N, C) float32
    length,
    channels,
    CHUNK: tl.constexpr,
    BLOCK_L: tl.constexpr,
    BLOCK_C: tl.constexpr,
):
    """Each chunk's mean, and its sum of squared distances from that mean. Grid: (N, blocks of channels, B)."""
    chunk = tl.program_id(0)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    batch = tl.program_id(2).to(tl.int64)
    rows = tl.arange(0, BLOCK_L)
    first = chunk * CHUNK
    count = tl.minimum(length - first, CHUNK)
    x_ptr += (batch * length + first) * channels
    total = tl.zeros((BLOCK_C,), tl.float32)
    for start in range(0, CHUNK, BLOCK_L):
        inside = (start + rows < count)[:, None] & (c < channels)[None, :]
        block = tl.load(x_ptr + (start + rows)[:, None] * channels + c[None, :], inside, other=0.0)
        total += tl.sum(block.to(tl.float32), axis=0)
    mean = total / count
    squares = tl.zeros((BLOCK_C,), tl.float32)
    for start in range(0, CHUNK, BLOCK_L):
        inside = (start + rows < count)[:, None] & (c < channels)[None, :]
        block = tl.load(x_ptr + (start + rows)[:, None] * channels + c[None, :], inside, other=0.0)
        distance = tl.where(inside, block.to(tl.float32) - mean[None, :], 0.0)
        squares += tl.sum(distance * distance, axis=0)
    place = (batch * tl.num_programs(0) + chunk) * channels + c
    tl.store(mean_ptr + place, mean, c < channels)
    tl.store(squares_ptr + place, squares, c < channels)


@jit
def snake_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (B, L, C) float
    out_ptr,  # (B, L, C) float, x's dtype
    mean_ptr,  # (B, C) float32
    variance_ptr,  # (B, C) float32
    scale_ptr,  # (B, C) float
    shift_ptr,  # (B, C) float
    alpha_ptr,  # (C,) float
    length,
    channels,
    eps,
    BLOCK_L: tl.constexpr,
    BLOCK_C: tl.constexpr,
):
    """Grid: (blocks of frames, blocks of channels, B)."""
    row = tl.program_id(0) * BLOCK_L + tl.arange(0, BLOCK_L)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    batch = tl.program_id(2).to(tl.int64)
    known = c < channels
    of_style = batch * channels + c
    mean = tl.load(mean_ptr + of_style, known, other=0.0)
    variance = tl.load(variance_ptr + of_style, known, other=1.0)
    gain = tl.load(scale_ptr + of_style, known, other=0.0).to(tl.float32) / tl.sqrt(variance + eps)
    shift = tl.load(shift_ptr + of_style, known, other=0.0).to(tl.float32)
    alpha = tl.load(alpha_ptr + c, known, other=1.0).to(tl.float32)
    inside = (row < length)[:, None] & known[None, :]
    place = batch * length * channels + row[:, None] * channels + c[None, :]
    x = tl.load(x_ptr + place, inside, other=0.0).to(tl.float32)
    y = (x - mean[None, :]) * gain[None, :] + shift[None, :]
    wave = tl.sin(alpha[None, :] * y)
    out = y + wave * wave / alpha[None, :]
    tl.store(out_ptr + place, out.to(out_ptr.dtype.element_ty), inside)


def _moments_triton(x: Tensor) -> Moments:
    """Chunks in parallel, then Chan's merge of their means and squares."""
    batch, length, channels = x.shape
    chunks = triton.cdiv(length, CHUNK_ROWS)
    means = torch.empty(batch, chunks, channels, device=x.device)
    squares = torch.empty_like(means)
    block_c = min(64, triton.next_power_of_2(channels))
    grid = (chunks, triton.cdiv(channels, block_c), batch)
    moments_kernel[grid](x, means, squares, length, channels, CHUNK=CHUNK_ROWS, BLOCK_L=32, BLOCK_C=block_c)
    counts = torch.full((chunks, 1), float(CHUNK_ROWS), device=x.device)
    counts[-1] = length - (chunks - 1) * CHUNK_ROWS
    mean = (means * counts).sum(1) / length
    between = ((means - mean[:, None]) ** 2 * counts).sum(1)
    return mean, (squares.sum(1) + between) / length


def _snake_triton(x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, moments: Moments, eps: float) -> Tensor:
    batch, length, channels = x.shape
    out = torch.empty_like(x)
    block_c = min(64, triton.next_power_of_2(channels))
    grid = (triton.cdiv(length, 32), triton.cdiv(channels, block_c), batch)
    tensors = (*moments, scale.contiguous(), shift.contiguous(), alpha.contiguous())
    snake_kernel[grid](x, out, *tensors, length, channels, eps, BLOCK_L=32, BLOCK_C=block_c)
    return out
