"""Adaptive instance norm and the activation after it in one: y = scale * (x - mean) / sqrt(var + eps) + shift per
channel, then Snake, y + sin(alpha * y)^2 / alpha, or a leaky ReLU.

Sources: Huang & Belongie, arXiv:1703.06868 (AdaIN); Ziyin et al., arXiv:2006.08195 (Snake).
B batch, L frames, C channels. Everything is (B, L, C): a frame's channels lie side by side.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels.backend import jit, runs_triton, tl, triton
from kernels.channel_moments import (
    Moments,
    arithmetic,
    channel_moments,
    channel_moments_reference,
    check_frames,
    frames_inside,
    valid_rows,
)
from kernels.errors import ShapeError

__all__ = ["EPS", "Moments", "adain_leaky", "adain_snake", "channel_moments"]

EPS = 1e-5
BLOCK_ELEMENTS = 1 << 16  # a block and its partners in float32 lie in a core's second-level cache
# sin(pi r)^2 / (pi u) by powers of u = r^2, for |r| <= 1/2: the least relative error of degree 5, 1.4e-8.
SINE_SQUARED = (3.14159261005, -10.33541453046, 13.60040340957, -9.58066704514, 4.14984157209, -1.06194893231)


def adain_snake_reference(
    x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, moments: Moments | None = None, *,
    lengths: Tensor | None = None, eps: float = EPS
) -> Tensor:  # fmt: skip
    """The definition. Slow, obvious, and what every test compares against."""
    y = _styled_reference(x, scale, shift, moments, lengths, eps)
    return _silenced(y + torch.sin(alpha.float() * y) ** 2 / alpha.float(), lengths).to(x.dtype)


def adain_leaky_reference(
    x: Tensor, scale: Tensor, shift: Tensor, slope: float, moments: Moments | None = None, *,
    lengths: Tensor | None = None, eps: float = EPS
) -> Tensor:  # fmt: skip
    """The definition of the other one."""
    return _silenced(F.leaky_relu(_styled_reference(x, scale, shift, moments, lengths, eps), slope), lengths).to(
        x.dtype
    )


def _styled_reference(
    x: Tensor, scale: Tensor, shift: Tensor, moments: Moments | None, lengths: Tensor | None, eps: float
) -> Tensor:
    mean, variance = channel_moments_reference(x, lengths) if moments is None else moments
    dtype = arithmetic(x)
    y = (x.to(dtype) - mean[:, None]) * torch.rsqrt(variance + eps)[:, None] * scale[:, None].to(dtype)
    return y + shift[:, None].to(dtype)


def _silenced(out: Tensor, lengths: Tensor | None) -> Tensor:
    return out if lengths is None else out.masked_fill(~frames_inside(lengths, out.shape[1])[..., None], 0)


def adain_snake(
    x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, moments: Moments | None = None, *,
    lengths: Tensor | None = None, eps: float = EPS
) -> Tensor:  # fmt: skip
    """Normalise `x` over its frames, style it, and bend it with Snake.

    x: (B, L, C) contiguous, fp32 or fp16; scale, shift: (B, C); alpha: (C,), no element 0; moments: as
    `channel_moments` returns them, or None to take them here; lengths: (B,) int32 or int64, the valid frames of each
    row, 1 to L, or None for all. Returns (B, L, C) in x's dtype; arithmetic is fp32. Past a row's end it is 0, whatever
    x holds there, and before it what the row alone would be.
    Raises ShapeError if the shapes disagree or x is not contiguous.
    """
    _check(x, scale, shift, lengths)
    if alpha.shape != x.shape[2:]:
        raise ShapeError(f"alpha {tuple(alpha.shape)} for {tuple(x.shape)}")
    moments = channel_moments(x, lengths) if moments is None else moments
    if runs_triton(x):
        return _styled_triton(x, scale, shift, alpha, 0.0, moments, lengths, eps)
    if x.device.type == "cpu":
        return _snake_by_blocks(x, *_gain_and_offset(scale, shift, moments, eps), alpha, lengths)
    return adain_snake_reference(x, scale, shift, alpha, moments, lengths=lengths, eps=eps)


def adain_leaky(
    x: Tensor, scale: Tensor, shift: Tensor, slope: float, moments: Moments | None = None, *,
    lengths: Tensor | None = None, eps: float = EPS
) -> Tensor:  # fmt: skip
    """Normalise `x` over its frames, style it, and multiply what is then below 0 by `slope`; else as `adain_snake`.

    x may be fp64, too: then all arithmetic is, at the reference's speed.
    """
    _check(x, scale, shift, lengths)
    if x.dtype == torch.float64:
        return adain_leaky_reference(x, scale, shift, slope, moments, lengths=lengths, eps=eps)
    moments = channel_moments(x, lengths) if moments is None else moments
    if runs_triton(x):
        return _styled_triton(x, scale, shift, None, slope, moments, lengths, eps)
    if x.device.type == "cpu":
        return _leaky_by_blocks(x, *_gain_and_offset(scale, shift, moments, eps), slope, lengths)
    return adain_leaky_reference(x, scale, shift, slope, moments, lengths=lengths, eps=eps)


def _check(x: Tensor, scale: Tensor, shift: Tensor, lengths: Tensor | None) -> None:
    check_frames(x, lengths)
    if scale.shape != (x.shape[0], x.shape[2]) or shift.shape != scale.shape:
        raise ShapeError(f"style {tuple(scale.shape)}, {tuple(shift.shape)} for {tuple(x.shape)}")


def _gain_and_offset(scale: Tensor, shift: Tensor, moments: Moments, eps: float) -> tuple[Tensor, Tensor]:
    """(B, C) each: the norm and the style as y = gain * x + offset."""
    mean, variance = moments
    gain = scale * torch.rsqrt(variance + eps)
    return gain, shift - mean * gain


def _snake_by_blocks(x: Tensor, gain: Tensor, offset: Tensor, alpha: Tensor, lengths: Tensor | None) -> Tensor:
    """With t = alpha * y / pi and r = t - round(t), Snake is (t + r^2 * SINE_SQUARED(r^2)) * pi / alpha.

    A sine of torch's costs as much as a dozen such passes.
    """
    gain, offset, per_turn = gain * (alpha / math.pi), offset * (alpha / math.pi), math.pi / alpha
    *coefficients, highest = torch.tensor(SINE_SQUARED).unbind()

    def bend(row: int, block: Tensor, out: Tensor) -> None:
        t = torch.addcmul(offset[row], block, gain[row])
        u = t.round()
        torch.sub(t, u, out=u).square_()
        p = u * highest
        p += coefficients[-1]
        for coefficient in reversed(coefficients[:-1]):
            torch.addcmul(coefficient, p, u, out=p)
        torch.mul(t.addcmul_(p, u), per_turn, out=out)

    return _by_blocks(x, lengths, bend)


def _leaky_by_blocks(x: Tensor, gain: Tensor, offset: Tensor, slope: float, lengths: Tensor | None) -> Tensor:
    def bend(row: int, block: Tensor, out: Tensor) -> None:
        torch.addcmul(offset[row], block, gain[row], out=out)
        F.leaky_relu_(out, slope)

    return _by_blocks(x, lengths, bend)


def _by_blocks(x: Tensor, lengths: Tensor | None, bend: Callable[[int, Tensor, Tensor], None]) -> Tensor:
    """Block after block of a row's frames, so that the passes run in the cache and not over memory."""
    out = torch.empty_like(x)
    rows = max(1, BLOCK_ELEMENTS // x.shape[2])
    for index, valid in enumerate(valid_rows(x, lengths)):
        out[index, len(valid) :] = 0
        for start in range(0, len(valid), rows):
            block = valid[start : start + rows]
            bend(index, block, out[index, start : start + len(block)])
    return out


@jit
def adain_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (B, L, C) float
    out_ptr,  # (B, L, C) float, x's dtype
    mean_ptr,  # (B, C) float32
    variance_ptr,  # (B, C) float32
    scale_ptr,  # (B, C) float
    shift_ptr,  # (B, C) float
    alpha_ptr,  # (C,) float, or None for a leaky ReLU
    lengths_ptr,  # (B,) int, or None
    frames,
    channels,
    slope,
    eps,
    SINE: tl.constexpr,  # SINE_SQUARED; by libdevice's sine the kernel would wait for arithmetic, not for memory
    BLOCK_L: tl.constexpr,
    BLOCK_C: tl.constexpr,
):
    """Grid: (blocks of frames, blocks of channels, B)."""
    row = tl.program_id(0) * BLOCK_L + tl.arange(0, BLOCK_L)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    batch = tl.program_id(2).to(tl.int64)
    known = c < channels
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    of_style = batch * channels + c
    mean = tl.load(mean_ptr + of_style, known, other=0.0)
    variance = tl.load(variance_ptr + of_style, known, other=1.0)
    gain = tl.load(scale_ptr + of_style, known, other=0.0).to(tl.float32) / tl.sqrt(variance + eps)
    shift = tl.load(shift_ptr + of_style, known, other=0.0).to(tl.float32)
    inside = (row < length)[:, None] & known[None, :]
    place = batch * frames * channels + row[:, None] * channels + c[None, :]
    x = tl.load(x_ptr + place, inside, other=0.0).to(tl.float32)
    y = (x - mean[None, :]) * gain[None, :] + shift[None, :]
    if alpha_ptr is not None:
        alpha = tl.load(alpha_ptr + c, known, other=1.0).to(tl.float32)
        y *= (alpha * 0.3183098861837907)[None, :]
        rest = y - tl.floor(y + 0.5)
        square = rest * rest
        wave = SINE[5] * square + SINE[4]
        wave = (((wave * square + SINE[3]) * square + SINE[2]) * square + SINE[1]) * square + SINE[0]
        y = (y + wave * square) * (3.141592653589793 / alpha)[None, :]
    else:
        y = tl.where(y < 0, y * slope, y)
    out = tl.where(inside, y, 0.0)
    tl.store(out_ptr + place, out.to(out_ptr.dtype.element_ty), (row < frames)[:, None] & known[None, :])


def _styled_triton(
    x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor | None, slope: float, moments: Moments,
    lengths: Tensor | None, eps: float
) -> Tensor:  # fmt: skip
    batch, frames, channels = x.shape
    out = torch.empty_like(x)
    block_c = min(64, triton.next_power_of_2(channels))
    grid = (triton.cdiv(frames, 64), triton.cdiv(channels, block_c), batch)
    style = (scale.contiguous(), shift.contiguous(), None if alpha is None else alpha.contiguous())
    numbers = (frames, channels, slope, eps)
    adain_kernel[grid](x, out, *moments, *style, lengths, *numbers, SINE=SINE_SQUARED, BLOCK_L=64, BLOCK_C=block_c)
    return out
