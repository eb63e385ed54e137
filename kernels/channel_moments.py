"""Each channel's mean and biased variance over a row's frames, in one pass over memory.

Blocks of frames are merged by Chan's formula: mean = sum(n_i mean_i) / n, M2 = sum(M2_i + n_i (mean_i - mean)^2),
where M2 is a sum of squared distances from a mean; so nothing cancels, as E[x^2] - mean^2 would.
Source: Chan, Golub & LeVeque, Technical Report STAN-CS-79-773.
B batch, L frames, C channels, N blocks of frames. Everything is (B, L, C): a frame's channels lie side by side.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError

BLOCK_ELEMENTS = 1 << 17  # a block in float32 lies in a core's second-level cache
BLOCK_FRAMES = 128  # of a Triton program: held in registers between the mean and the squares
MERGED_AT_ONCE = 256  # blocks: a row of ten seconds in three steps

Moments = tuple[Tensor, Tensor]


def channel_moments_reference(x: Tensor, lengths: Tensor | None = None) -> Moments:
    """The definition: each channel's mean and biased variance over its row's valid frames, (B, C) float32."""
    x = x.to(arithmetic(x))
    if lengths is None:
        variance, mean = torch.var_mean(x, dim=1, correction=0)
        return mean, variance
    outside, count = ~frames_inside(lengths, x.shape[1])[..., None], lengths[:, None].to(x.dtype)
    mean = x.masked_fill(outside, 0).sum(1) / count
    return mean, (x - mean[:, None]).masked_fill(outside, 0).square().sum(1) / count


def channel_moments(x: Tensor, lengths: Tensor | None = None) -> Moments:
    """Each channel's mean and biased variance over the frames.

    x: (B, L, C) contiguous, fp32 or fp16, or fp64 at the reference's speed; lengths: (B,) int32 or int64, the valid
    frames of each row, 1 to L, or None for all. Returns (mean, variance), each (B, C) float32, or float64 of fp64. What
    lies past a row's end is not read: a row's moments are those of the row alone, bit for bit. The three residual
    blocks of a vocoder stage normalise the same x: take its moments once and hand them to `adain_snake`.
    Raises ShapeError if x is not contiguous or the lengths do not fit.
    """
    check_frames(x, lengths)
    if x.dtype == torch.float64:
        return channel_moments_reference(x, lengths)
    if runs_triton(x):
        return _moments_triton(x, lengths)
    return _moments_by_blocks(x, lengths) if x.device.type == "cpu" else channel_moments_reference(x, lengths)


def arithmetic(x: Tensor) -> torch.dtype:
    """What x is computed in: float32, or float64 if x is."""
    return torch.promote_types(x.dtype, torch.float32)


def frames_inside(lengths: Tensor, frames: int) -> Tensor:
    """(B,) -> (B, L) bool: which frames are before their row's end."""
    return torch.arange(frames, device=lengths.device) < lengths[:, None]


def check_frames(x: Tensor, lengths: Tensor | None = None) -> None:
    """Raises ShapeError unless x is contiguous (B, L, C), L > 0, with a length for each row, if any."""
    if x.dim() != 3 or not x.is_contiguous() or x.shape[1] == 0:
        raise ShapeError(f"frames must be contiguous (B, L, C) with L > 0, not {tuple(x.shape)}")
    if lengths is not None:
        check_lengths(lengths, x)


def check_lengths(lengths: Tensor, x: Tensor) -> None:
    """Raises ShapeError unless there is a whole number for each row of x on x's device. Their size is not looked at."""
    if lengths.shape != x.shape[:1] or lengths.dtype not in (torch.int32, torch.int64) or lengths.device != x.device:
        raise ShapeError(f"lengths {tuple(lengths.shape)} {lengths.dtype} on {lengths.device} for {tuple(x.shape)}")


def valid_rows(x: Tensor, lengths: Tensor | None) -> Iterator[Tensor]:
    """Each row's valid frames, (L_b, C), views of x on a CPU. Raises ShapeError for a length outside 1 to L."""
    if lengths is None:
        yield from x
        return
    for row, length in zip(x, lengths.tolist(), strict=True):
        if not 1 <= length <= len(row):
            raise ShapeError(f"a row of {length} valid frames among {len(row)}")
        yield row[:length]


def _moments_by_blocks(x: Tensor, lengths: Tensor | None) -> Moments:
    """A row at a time, so that none knows of the others."""
    means, variances = zip(*map(_row_moments, valid_rows(x, lengths)), strict=True)
    return torch.stack(means), torch.stack(variances)


def _row_moments(x: Tensor) -> Moments:
    """(L, C) -> (C,), (C,). The values are shifted by an early mean, so that the squares cancel nothing.

    Torch's own var_mean over a middle dimension is 8 times slower; sums by a matrix product use the vector units.
    """
    length, channels = x.shape
    rows = max(1, BLOCK_ELEMENTS // channels)
    origin = x[:rows].mean(0, dtype=torch.float32)
    total, squares = torch.zeros(2, 1, channels)
    ones = torch.ones(1, rows)
    for start in range(0, length, rows):
        block = x[start : start + rows] - origin
        some = ones[:, : len(block)]
        total += some @ block
        squares += some @ block.mul_(block)
    offset = total[0] / length
    return origin + offset, (squares[0] / length - offset * offset).clamp_(min=0)


@jit
def channel_moments_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (B, L, C) float
    mean_ptr,  # (B, N, C) float32
    squares_ptr,  # (B, N, C) float32
    lengths_ptr,  # (B,) int, or None
    frames,
    channels,
    BLOCK_L: tl.constexpr,
    BLOCK_C: tl.constexpr,
):
    """Each block's mean, and its sum of squared distances from that mean. Grid: (N, blocks of channels, B)."""
    block = tl.program_id(0)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    batch = tl.program_id(2).to(tl.int64)
    row = block * BLOCK_L + tl.arange(0, BLOCK_L)
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    inside = (row < length)[:, None] & (c < channels)[None, :]
    x = tl.load(x_ptr + (batch * frames + row[:, None]) * channels + c[None, :], inside, other=0.0).to(tl.float32)
    count = tl.minimum(tl.maximum(length - block * BLOCK_L, 1), BLOCK_L).to(tl.float32)
    mean = tl.sum(x, axis=0) / count
    distance = tl.where(inside, x - mean[None, :], 0.0)
    place = (batch * tl.num_programs(0) + block) * channels + c
    tl.store(mean_ptr + place, mean, c < channels)
    tl.store(squares_ptr + place, tl.sum(distance * distance, axis=0), c < channels)


@jit
def merge_kernel(  # type: ignore[no-untyped-def]
    mean_ptr,  # (B, N, C) float32
    squares_ptr,  # (B, N, C) float32
    lengths_ptr,  # (B,) int, or None
    merged_mean_ptr,  # (B, C) float32
    variance_ptr,  # (B, C) float32
    frames,
    blocks,
    channels,
    BLOCK_L: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_C: tl.constexpr,
):
    """Chan's merge of N blocks of BLOCK_L frames, in an order that only BLOCK_N sets. Grid: (blocks of channels, B)."""
    c = tl.program_id(0) * BLOCK_C + tl.arange(0, BLOCK_C)
    batch = tl.program_id(1).to(tl.int64)
    n = tl.arange(0, BLOCK_N)
    known = c < channels
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    first = batch * blocks * channels
    origin = tl.load(mean_ptr + first + c, known, other=0.0)
    total = tl.zeros((BLOCK_C,), tl.float32)
    for start in range(0, blocks, BLOCK_N):
        count = tl.minimum(tl.maximum(length - (start + n) * BLOCK_L, 0), BLOCK_L)
        here = first + (start + n)[:, None] * channels + c[None, :]
        inside = (count > 0)[:, None] & known[None, :]
        mean = tl.load(mean_ptr + here, inside, other=0.0) - origin[None, :]
        total += tl.sum(tl.where(inside, mean * count.to(tl.float32)[:, None], 0.0), axis=0)
    offset = total / length
    squares = tl.zeros((BLOCK_C,), tl.float32)
    for start in range(0, blocks, BLOCK_N):
        count = tl.minimum(tl.maximum(length - (start + n) * BLOCK_L, 0), BLOCK_L)
        here = first + (start + n)[:, None] * channels + c[None, :]
        inside = (count > 0)[:, None] & known[None, :]
        distance = tl.load(mean_ptr + here, inside, other=0.0) - origin[None, :] - offset[None, :]
        between = tl.where(inside, distance * distance * count.to(tl.float32)[:, None], 0.0)
        squares += tl.sum(tl.load(squares_ptr + here, inside, other=0.0) + between, axis=0)
    tl.store(merged_mean_ptr + batch * channels + c, origin + offset, known)
    tl.store(variance_ptr + batch * channels + c, squares / length, known)


def _moments_triton(x: Tensor, lengths: Tensor | None) -> Moments:
    batch, frames, channels = x.shape
    parts = torch.empty(2, batch, triton.cdiv(frames, BLOCK_FRAMES), channels, device=x.device)
    block_c = min(64, triton.next_power_of_2(channels))
    grid = (parts.shape[2], triton.cdiv(channels, block_c), batch)
    channel_moments_kernel[grid](x, *parts, lengths, frames, channels, BLOCK_L=BLOCK_FRAMES, BLOCK_C=block_c)
    return merge_moments(parts, lengths, frames, BLOCK_FRAMES)


def merge_moments(parts: Tensor, lengths: Tensor | None, frames: int, block_frames: int) -> Moments:
    """Moments of rows whose blocks of `block_frames` frames have these means and squared distances.

    parts: (2, B, N, C) float32, means and then M2; blocks past a row's end are not read.
    """
    _, batch, blocks, channels = parts.shape
    merged = torch.empty(2, batch, channels, device=parts.device)
    block_c = min(16, triton.next_power_of_2(channels))
    sizes = {"BLOCK_L": block_frames, "BLOCK_N": MERGED_AT_ONCE, "BLOCK_C": block_c}
    merge_kernel[triton.cdiv(channels, block_c), batch](*parts, lengths, *merged, frames, blocks, channels, **sizes)
    return merged[0], merged[1]
