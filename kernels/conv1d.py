"""A convolution over frames with what comes after it: out = (conv(x) + bias + residuals) * scale, and its moments.

conv(x)[l] = sum over taps t of weight[:, t] @ x[l + (t - k // 2) * dilation], 0 outside the row: an implicit matrix
product, one block of input channels of one tap at a time, no unfolded copy of x. An upsampling by U is the same
product with an output frame's phase among the columns (`kernels/upsample1d.py`).
Source: Chetlur et al., arXiv:1410.0759 (convolution as a matrix product that is never written down).
B batch, L frames, I input channels, C output channels, k taps, N blocks of frames. Everything is (B, L, C).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args, overload

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels.backend import cdiv, jit, next_power_of_2, runs_triton, tl
from kernels.channel_moments import (
    Moments,
    channel_moments,
    check_frames,
    frames_inside,
    merge_moments,
    valid_rows,
)
from kernels.errors import ShapeError
from kernels.linear import linear

# TF32 keeps ten bits of a factor. Three such products give back nearly all of float32 at a third of the speed; products
# of whole floats leave an NVIDIA GPU's tensor cores idle.
Precision = Literal["tf32", "tf32x3", "ieee"]
Residuals = Tensor | tuple[Tensor, Tensor] | None
PART_FRAMES = 64  # over which moments are taken: the same in every tile, so that tiles change no sound
PROCESSORS = 132  # of an H100 or H200; fewer tiles than two each, and they are made smaller


def pack_conv1d(weight: Tensor) -> Tensor:
    """Torch's (C, I, k) -> (C, k, I) contiguous, as `conv1d` reads it; no copy of a weight that is channels-last."""
    return weight.transpose(1, 2).contiguous()


def conv1d_reference(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    *,
    dilation: int = 1,
    residual: Residuals = None,
    scale: float = 1.0,
    lengths: Tensor | None = None,
) -> Tensor:
    """The definition, in float32 at least."""
    wide = torch.promote_types(x.dtype, torch.float32)
    outside = None if lengths is None else ~frames_inside(lengths, x.shape[1])[..., None]
    inner = x if outside is None else x.masked_fill(outside, 0)
    taps = weight.to(wide).transpose(1, 2)
    reach = dilation * (weight.shape[1] // 2)
    out = F.conv1d(inner.to(wide).transpose(1, 2), taps, padding=reach, dilation=dilation).transpose(1, 2)
    out = out if bias is None else out + bias
    for summand in _pair(residual):
        out = out if summand is None else out + summand
    out = (out * scale).to(x.dtype)
    return (out if outside is None else out.masked_fill(outside, 0)).contiguous()


@overload
def conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None, *, dilation: int = 1, residual: Residuals = None,
    scale: float = 1.0, lengths: Tensor | None = None, moments: Literal[False] = False, precision: Precision = "tf32",
) -> Tensor: ...  # fmt: skip
@overload
def conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None, *, dilation: int = 1, residual: Residuals = None,
    scale: float = 1.0, lengths: Tensor | None = None, moments: Literal[True], precision: Precision = "tf32",
) -> tuple[Tensor, Moments]: ...  # fmt: skip
def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    *,
    dilation: int = 1,
    residual: Residuals = None,
    scale: float = 1.0,
    lengths: Tensor | None = None,
    moments: bool = False,
    precision: Precision = "tf32",
) -> Tensor | tuple[Tensor, Moments]:
    """Convolve with stride 1 and as many frames out as in, add bias and residuals, and multiply by `scale`.

    x: (B, L, I) contiguous, fp32, fp16 or bf16; weight: (C, k, I) contiguous in x's dtype (`pack_conv1d`), k odd; bias:
    (C,) or None; residual: None, one or two of (B, L, C) contiguous in x's dtype; lengths: (B,) int32 or int64, the
    valid frames of each row, 1 to L, or None for all. Returns (B, L, C) in x's dtype, summed in fp32; past a row's end
    it is 0, and nothing that x or a residual holds there is used. With `moments`, also those of the result as
    `adain_snake` takes them. `precision` is of fp32 products on a GPU.
    Raises ShapeError if the tensors do not fit together, ValueError for another precision.
    """
    _check(x, weight, bias, residual, lengths)
    precision = known_precision(precision)
    if runs_triton(x):
        out, parts = _conv1d_triton(x, weight, bias, dilation, _pair(residual), scale, lengths, moments, precision)
        return out if parts is None else (out, merge_moments(parts, lengths, x.shape[1], PART_FRAMES))
    if x.device.type == "cpu":
        out = _by_rows(x, weight, bias, dilation, _pair(residual), scale, lengths)
    else:
        out = conv1d_reference(x, weight, bias, dilation=dilation, residual=residual, scale=scale, lengths=lengths)
    return (out, channel_moments(out, lengths)) if moments else out


def _pair(residual: Residuals) -> tuple[Tensor | None, Tensor | None]:
    return residual if isinstance(residual, tuple) else (residual, None)


def _check(x: Tensor, weight: Tensor, bias: Tensor | None, residual: Residuals, lengths: Tensor | None) -> None:
    check_frames(x, lengths)
    if weight.dim() != 3 or weight.shape[2] != x.shape[2] or not weight.shape[1] % 2 or not weight.is_contiguous():
        raise ShapeError(f"a weight must be contiguous (C, odd k, {x.shape[2]}), not {tuple(weight.shape)}")
    if weight.dtype != x.dtype:
        raise ShapeError(f"a weight of {weight.dtype} for frames of {x.dtype}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ShapeError(f"bias {tuple(bias.shape)} for {weight.shape[0]} channels")
    for summand in _pair(residual):
        shape = (*x.shape[:2], weight.shape[0])
        if summand is not None and not (
            summand.shape == shape and summand.is_contiguous() and summand.dtype == x.dtype
        ):
            raise ShapeError(f"a residual must be contiguous {shape} {x.dtype}, not {tuple(summand.shape)}")


def _by_rows(
    x: Tensor, weight: Tensor, bias: Tensor | None, dilation: int, residuals: tuple[Tensor | None, Tensor | None],
    scale: float, lengths: Tensor | None,
) -> Tensor:  # fmt: skip
    """On a CPU: the library's own convolution, for rows of unlike lengths one at a time."""
    # As an image of height 1; (B, L, I) contiguous is exactly torch's channels-last layout of it, and so is the weight.
    image, reach = weight.transpose(1, 2).unsqueeze(2), dilation * (weight.shape[1] // 2)

    def convolve(frames: Tensor) -> Tensor:
        if weight.shape[1] == 1:
            return linear(frames, weight[:, 0], bias)
        out = F.conv2d(frames.transpose(1, 2).unsqueeze(2), image, bias, 1, (0, reach), (1, dilation))
        return out.squeeze(2).transpose(1, 2).contiguous()

    if lengths is None:
        return _finished(convolve(x), residuals, scale)
    padded = x.new_zeros(*x.shape[:2], weight.shape[0])
    for index, valid in enumerate(valid_rows(x, lengths)):
        summands = tuple(r if r is None else r[index, : len(valid)] for r in residuals)
        padded[index, : len(valid)] = _finished(convolve(valid[None])[0], summands, scale)
    return padded


def _finished(out: Tensor, residuals: tuple[Tensor | None, ...], scale: float) -> Tensor:
    for summand in residuals:
        if summand is not None:
            out += summand
    return out if scale == 1 else out.mul_(scale)


def known_precision(precision: Precision) -> Precision:
    """The precision as the device has it: an AMD GPU multiplies whole floats as fast as three halves of them.

    Raises ValueError if there is none of that name.
    """
    if precision not in get_args(Precision):
        raise ValueError(f"precision {precision!r}; it may be {', '.join(get_args(Precision))}")
    return "ieee" if precision == "tf32x3" and torch.version.hip else precision


class Tiles(NamedTuple):
    """How much one program of the kernel takes: frames, output channels, input channels of a step."""

    frames: int
    channels: int
    depth: int
    warps: int
    stages: int


def tiles(rows: int, inputs: int, outputs: int, dtype: torch.dtype) -> Tiles:
    """The tile for `rows` frames in all. Counted, not measured; its depth alone decides the order of sums."""
    channels = min(128, max(16, next_power_of_2(outputs)))
    frames = 128 if cdiv(rows, 128) * cdiv(outputs, channels) >= 2 * PROCESSORS else 64
    depth = min(32 if dtype == torch.float32 else 64, max(16, next_power_of_2(inputs)))
    # An AMD core has 64 KiB for its stages, an NVIDIA one 160 and more.
    return Tiles(frames, channels, depth, 8 if frames * channels > 1 << 13 else 4, 2 if torch.version.hip else 3)


@jit
def conv1d_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (B, L, I) float
    weight_ptr,  # (UP, C, TAPS, I) float, x's dtype
    bias_ptr,  # (C,) float, or None
    residual_ptr,  # (B, L, C) float, or None
    second_ptr,  # (B, L, C) float, or None
    out_ptr,  # (B, UP * L, C) float, x's dtype
    mean_ptr,  # (B, N, C) float32, N parts of PART frames, or None
    squares_ptr,  # (B, N, C) float32, or None
    lengths_ptr,  # (B,) int, of x, or None
    frames,
    parts,
    reach,
    dilation,
    scale,
    INPUTS: tl.constexpr,
    C: tl.constexpr,
    TAPS: tl.constexpr,
    UP: tl.constexpr,
    CROP: tl.constexpr,
    PRECISION: tl.constexpr,
    PART: tl.constexpr,
    BLOCK_L: tl.constexpr,
    BLOCK_C: tl.constexpr,
    BLOCK_I: tl.constexpr,
):
    """Row l and phase p of the product are output frame l * UP + p - CROP. Grid: (UP * blocks of C, blocks of L, B)."""
    blocks_of_c: tl.constexpr = (C + BLOCK_C - 1) // BLOCK_C
    steps_of_i: tl.constexpr = (INPUTS + BLOCK_I - 1) // BLOCK_I
    phase = tl.program_id(0) // blocks_of_c
    c = tl.program_id(0) % blocks_of_c * BLOCK_C + tl.arange(0, BLOCK_C)
    first = tl.program_id(1) * BLOCK_L
    row = first + tl.arange(0, BLOCK_L)
    batch = tl.program_id(2).to(tl.int64)
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    x_ptr += batch * frames * INPUTS
    weight_ptr += phase * C * TAPS * INPUTS
    known = c < C
    total = tl.zeros((BLOCK_L, BLOCK_C), tl.float32)
    # What lies wholly past the end is only written as 0.
    steps = tl.where(first * UP - CROP < length * UP, TAPS * steps_of_i, 0)
    for step in range(steps):
        tap = step // steps_of_i
        i = step % steps_of_i * BLOCK_I + tl.arange(0, BLOCK_I)
        source = row + tap * dilation - reach
        inside = ((source >= 0) & (source < length))[:, None] & (i < INPUTS)[None, :]
        x = tl.load(x_ptr + source[:, None] * INPUTS + i[None, :], inside, other=0.0)
        taps = weight_ptr + (c[:, None] * TAPS + tap) * INPUTS + i[None, :]
        weight = tl.load(taps, known[:, None] & (i < INPUTS)[None, :], other=0.0)
        total = tl.dot(x, tl.trans(weight), total, input_precision=PRECISION)
    if bias_ptr is not None:
        total += tl.load(bias_ptr + c, known, other=0.0).to(tl.float32)[None, :]
    target = row * UP + phase - CROP
    inside = ((target >= 0) & (target < length * UP))[:, None] & known[None, :]
    place = batch * frames * UP * C + target[:, None] * C + c[None, :]
    if residual_ptr is not None:
        total += tl.load(residual_ptr + place, inside, other=0.0).to(tl.float32)
    if second_ptr is not None:
        total += tl.load(second_ptr + place, inside, other=0.0).to(tl.float32)
    out = tl.where(inside, total * scale, 0.0).to(out_ptr.dtype.element_ty)
    tl.store(out_ptr + place, out, ((target >= 0) & (target < frames * UP))[:, None] & known[None, :])
    if mean_ptr is not None:
        # Of what is stored, rounded as it is, and so what a pass over memory would find.
        stored = tl.reshape(out.to(tl.float32), (BLOCK_L // PART, PART, BLOCK_C))
        part = tl.program_id(1) * (BLOCK_L // PART) + tl.arange(0, BLOCK_L // PART)
        count = tl.minimum(tl.maximum(length - part * PART, 1), PART).to(tl.float32)
        mean = tl.sum(stored, axis=1) / count[:, None]
        counted = tl.reshape(row < length, (BLOCK_L // PART, PART))
        distance = tl.where(counted[:, :, None], stored - mean[:, None, :], 0.0)
        into = (batch * parts + part[:, None]) * C + c[None, :]
        tl.store(mean_ptr + into, mean, (part < parts)[:, None] & known[None, :])
        tl.store(squares_ptr + into, tl.sum(distance * distance, axis=1), (part < parts)[:, None] & known[None, :])


def _conv1d_triton(
    x: Tensor, weight: Tensor, bias: Tensor | None, dilation: int, residuals: tuple[Tensor | None, Tensor | None],
    scale: float, lengths: Tensor | None, moments: bool, precision: Precision,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """The result, and (2, B, N, C) the mean and M2 of each part of it, if they are asked for."""
    (batch, frames, inputs), (outputs, taps, _) = x.shape, weight.shape
    out = x.new_empty(batch, frames, outputs)
    tile = tiles(batch * frames, inputs, outputs, x.dtype)
    count = cdiv(frames, PART_FRAMES)
    parts = torch.empty(2, batch, count, outputs, device=x.device) if moments else None
    grid = (cdiv(outputs, tile.channels), cdiv(frames, tile.frames), batch)
    conv1d_kernel[grid](
        x, weight, bias, *residuals, out, *((None, None) if parts is None else parts), lengths,
        frames, count, dilation * (taps // 2), dilation, scale,
        INPUTS=inputs, C=outputs, TAPS=taps, UP=1, CROP=0, PRECISION=precision, PART=PART_FRAMES,
        BLOCK_L=tile.frames, BLOCK_C=tile.channels, BLOCK_I=tile.depth, num_warps=tile.warps, num_stages=tile.stages,
    )  # fmt: skip
    return out, parts
