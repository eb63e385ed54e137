"""A transposed convolution over frames, upsampling by U with 2 U taps: out[j] = bias + sum of x[i] @ weight[t] over
i * U + t - U / 2 = j.

Each output frame meets two taps: with q, r = divmod(j + U / 2, U) it is x[q] @ weight[r] + x[q - 1] @ weight[r + U].
So it is `conv1d`'s product with two taps and a set of columns for each phase r, written U frames a row: nothing is
stuffed with zeros, and nothing is added up afterwards.
Source: Shi et al., arXiv:1609.07009 (a transposed convolution is a sub-pixel convolution).
B batch, L frames, I input channels, C output channels. Everything is (B, L, C).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels.backend import cdiv, runs_triton
from kernels.channel_moments import check_frames, frames_inside, valid_rows
from kernels.conv1d import PART_FRAMES, Precision, conv1d_kernel, known_precision, tiles
from kernels.errors import ShapeError


def pack_upsample1d(weight: Tensor) -> Tensor:
    """Torch's (I, C, 2 U) -> (U, C, 2, I) contiguous, as `upsample1d` reads it. Do it once, when weights are loaded.

    Of a phase's two taps the first meets the frame before.
    """
    inputs, outputs, taps = weight.shape
    if taps % 4:
        raise ShapeError(f"{taps} taps: an upsampling has 2 U of them, U even")
    return weight.view(inputs, outputs, 2, taps // 2).flip(2).permute(3, 1, 2, 0).contiguous()


def upsample1d_reference(x: Tensor, weight: Tensor, bias: Tensor | None, *, lengths: Tensor | None = None) -> Tensor:
    """The definition, in float32 at least: torch's transposed convolution of a weight that is packed."""
    up, _, _, _ = weight.shape
    wide = torch.promote_types(x.dtype, torch.float32)
    if lengths is not None:
        x = x.masked_fill(~frames_inside(lengths, x.shape[1])[..., None], 0)
    taps = weight.permute(3, 1, 2, 0).flip(2).flatten(2).to(wide)
    bias = None if bias is None else bias.to(wide)
    out = F.conv_transpose1d(x.to(wide).transpose(1, 2), taps, bias, up, up // 2).transpose(1, 2).to(x.dtype)
    if lengths is not None:
        out = out.masked_fill(~frames_inside(lengths * up, out.shape[1])[..., None], 0)
    return out.contiguous()


def upsample1d(
    x: Tensor, weight: Tensor, bias: Tensor | None, *, lengths: Tensor | None = None, precision: Precision = "tf32"
) -> Tensor:
    """Upsample by U.

    x: (B, L, I) contiguous, fp32, fp16 or bf16; weight: (U, C, 2, I) contiguous in x's dtype (`pack_upsample1d`); bias:
    (C,) or None; lengths: (B,) int32 or int64, the valid frames of each row of x, 1 to L, or None for all. Returns
    (B, U L, C) in x's dtype, summed in fp32; from U times a row's length on it is 0, and nothing that x holds past a
    row's end is used. `precision` is of fp32 products on a GPU.
    Raises ShapeError if the tensors do not fit together, ValueError for another precision.
    """
    check_frames(x, lengths)
    precision = known_precision(precision)
    if weight.dim() != 4 or weight.shape[2] != 2 or weight.shape[3] != x.shape[2] or weight.dtype != x.dtype:
        raise ShapeError(
            f"a weight must be (U, C, 2, {x.shape[2]}) {x.dtype}, not {tuple(weight.shape)} {weight.dtype}"
        )
    if not weight.is_contiguous() or weight.shape[0] % 2 or (bias is not None and bias.shape != weight.shape[1:2]):
        raise ShapeError(f"weight {tuple(weight.shape)} and bias {bias if bias is None else tuple(bias.shape)}")
    if runs_triton(x):
        return _upsample1d_triton(x, weight, bias, lengths, precision)
    if x.device.type != "cpu":
        return upsample1d_reference(x, weight, bias, lengths=lengths)
    if lengths is None:
        return _by_phases(x, weight, bias)
    out = x.new_zeros(x.shape[0], x.shape[1] * weight.shape[0], weight.shape[1])
    for row, valid in zip(out, valid_rows(x, lengths), strict=True):
        row[: len(valid) * weight.shape[0]] = _by_phases(valid[None], weight, bias)[0]
    return out


def _by_phases(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """On a CPU: the library's convolution of two taps to U C channels, cut out of its one row too many."""
    up, outputs, taps, inputs = weight.shape
    image = weight.view(up * outputs, taps, inputs).transpose(1, 2).unsqueeze(2)
    phases = F.conv2d(x.transpose(1, 2).unsqueeze(2), image, None if bias is None else bias.repeat(up), 1, (0, 1))
    flat = phases.squeeze(2).transpose(1, 2).reshape(len(x), -1, outputs)
    return flat[:, up // 2 : up // 2 + up * x.shape[1]].contiguous()


def _upsample1d_triton(
    x: Tensor, weight: Tensor, bias: Tensor | None, lengths: Tensor | None, precision: Precision
) -> Tensor:
    (batch, frames, inputs), (up, outputs, taps, _) = x.shape, weight.shape
    out = x.new_empty(batch, frames * up, outputs)
    tile = tiles(batch * frames * up, inputs, outputs, x.dtype)
    # One row more than frames: the last frame's second taps reach beyond it.
    grid = (up * cdiv(outputs, tile.channels), cdiv(frames + 1, tile.frames), batch)
    conv1d_kernel[grid](
        x, weight, bias, None, None, out, None, None, lengths, frames, 0, 1, 1, 1.0,
        INPUTS=inputs, C=outputs, TAPS=taps, UP=up, CROP=up // 2, PRECISION=precision, PART=PART_FRAMES,
        BLOCK_L=tile.frames, BLOCK_C=tile.channels, BLOCK_I=tile.depth, num_warps=tile.warps, num_stages=tile.stages,
    )  # fmt: skip
    return out
