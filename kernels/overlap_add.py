"""The end of a vocoder, log magnitudes and phases to a waveform: with X_k = exp(m_k) * e^(i sin p_k),
out[t] = sum_k w[t - k hop] * irdft(X_k)[t - k hop] / sum_k w[t - k hop]^2, half a window cut off at both ends.

That is an inverse short-time Fourier transform with a Hann window w; at 20 points it is a product with a small table,
and neither complex numbers nor a Fourier library are needed.
Sources: Kaneko et al., arXiv:2203.02395 (iSTFTNet); Griffin & Lim, IEEE ASSP-32(2), 1984 (the division).
B batch, K frames of the transform, S samples.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.channel_moments import check_frames, valid_rows
from kernels.errors import ShapeError


def overlap_add_reference(x: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None = None) -> Tensor:
    """The definition, each row by itself."""
    out = x.new_zeros(len(x), hop_length * (x.shape[1] - 1))
    window = torch.hann_window(n_fft, device=x.device)
    for row, valid in zip(out, valid_rows(x, lengths), strict=True):
        if len(valid) > 1:
            log_magnitude, phase = valid.T.chunk(2)
            spectrum = torch.polar(log_magnitude.exp(), phase.sin())
            row[: hop_length * (len(valid) - 1)] = torch.istft(spectrum, n_fft, hop_length, window=window)
    return out


def overlap_add(x: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None = None) -> Tensor:
    """Turn spectra to samples.

    x: (B, K, n_fft + 2) contiguous fp32, log magnitudes and then numbers whose sine is the phase; n_fft: even, some
    times hop_length; lengths: (B,) int32 or int64, the valid frames of each row, 1 to K, or None for all. Returns
    (B, hop_length * (K - 1)) fp32; from hop_length * (length - 1) on it is 0, and what x holds past a row's end is not
    used: before that a row is what it would be alone.
    Raises ShapeError if x does not fit.
    """
    check_frames(x, lengths)
    if x.shape[2] != n_fft + 2 or x.dtype != torch.float32 or n_fft % 2 or n_fft % hop_length:
        raise ShapeError(f"{tuple(x.shape)} {x.dtype} for {n_fft} points with a hop of {hop_length}")
    if runs_triton(x):
        return _overlap_add_triton(x, n_fft, hop_length, lengths)
    if x.device.type != "cpu":
        return overlap_add_reference(x, n_fft, hop_length, lengths)
    out = x.new_zeros(len(x), hop_length * (x.shape[1] - 1))
    for row, valid in zip(out, valid_rows(x, lengths), strict=True):
        row[: hop_length * (len(valid) - 1)] = _row(valid, n_fft, hop_length)
    return out


@cache
def inverse_table(n_fft: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """(n_fft + 2, n_fft): what a spectrum's real and then imaginary parts add to each windowed sample; the window."""
    n, f = torch.arange(n_fft, dtype=torch.float64), torch.arange(n_fft // 2 + 1, dtype=torch.float64)
    window = torch.hann_window(n_fft, dtype=torch.float64)
    # Bins but the first and the last stand for two: a real signal's spectrum is mirrored.
    weight = torch.where((f == 0) | (f == n_fft // 2), 1.0, 2.0)[:, None] / n_fft * window
    angle = f[:, None] * n * (2 * math.pi / n_fft)
    table = torch.cat([weight * angle.cos(), -weight * angle.sin()])
    return table.float().to(device), window.float().to(device)


def _row(x: Tensor, n_fft: int, hop_length: int) -> Tensor:
    """(K, n_fft + 2) -> (hop_length * (K - 1),): a product, and each frame's quarters added where they fall."""
    table, window = inverse_table(n_fft, x.device)
    log_magnitude, arcsine = x.chunk(2, dim=1)
    magnitude, phase = log_magnitude.exp(), arcsine.sin()
    frames = torch.cat([magnitude * phase.cos(), magnitude * phase.sin()], dim=1) @ table
    overlaps = n_fft // hop_length
    out, squares = x.new_zeros(2, len(x) + overlaps - 1, hop_length)
    for part in range(overlaps):
        own = slice(part * hop_length, (part + 1) * hop_length)
        out[part : part + len(x)] += frames[:, own]
        squares[part : part + len(x)] += window[own].square()
    trimmed = slice(n_fft // 2, -(n_fft // 2))
    return out.flatten()[trimmed] / squares.flatten()[trimmed]


@jit
def overlap_add_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (B, K, 2 * BINS) float32
    table_ptr,  # (2 * BINS, N_FFT) float32
    window_ptr,  # (N_FFT,) float32
    out_ptr,  # (B, HOP * (K - 1)) float32
    lengths_ptr,  # (B,) int, or None
    frames,
    N_FFT: tl.constexpr,
    HOP: tl.constexpr,
    BINS: tl.constexpr,
    BLOCK_Q: tl.constexpr,
    BLOCK_R: tl.constexpr,
):
    """Hop q holds samples q * HOP + r of the untrimmed sum, from frames q, q - 1, ... Grid: (blocks of hops, B)."""
    q = tl.program_id(0) * BLOCK_Q + tl.arange(0, BLOCK_Q)
    r = tl.arange(0, BLOCK_R)
    batch = tl.program_id(1).to(tl.int64)
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    x_ptr += batch * frames * 2 * BINS
    total = tl.zeros((BLOCK_Q, BLOCK_R), tl.float32)
    squares = tl.zeros((BLOCK_Q, BLOCK_R), tl.float32)
    for part in range(N_FFT // HOP):
        k = q - part
        own = (k >= 0) & (k < length)
        n = r + part * HOP
        window = tl.load(window_ptr + n, r < HOP, other=0.0)
        squares += tl.where(own[:, None], (window * window)[None, :], 0.0)
        for f in range(BINS):
            magnitude = tl.where(own, tl.exp(tl.load(x_ptr + k * 2 * BINS + f, own, other=0.0)), 0.0)
            phase = tl.sin(tl.load(x_ptr + k * 2 * BINS + BINS + f, own, other=0.0))
            by_real = tl.load(table_ptr + f * N_FFT + n, r < HOP, other=0.0)
            by_imaginary = tl.load(table_ptr + (BINS + f) * N_FFT + n, r < HOP, other=0.0)
            total += (magnitude * tl.cos(phase))[:, None] * by_real[None, :]
            total += (magnitude * tl.sin(phase))[:, None] * by_imaginary[None, :]
    sample = q[:, None] * HOP + r[None, :] - N_FFT // 2
    inside = (sample < HOP * (length - 1)) & (squares > 0)
    out = tl.where(inside, total / tl.where(inside, squares, 1.0), 0.0)
    written = (sample >= 0) & (sample < HOP * (frames - 1)) & (r < HOP)[None, :]
    tl.store(out_ptr + batch * HOP * (frames - 1) + sample, out, written)


def _overlap_add_triton(x: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None) -> Tensor:
    batch, frames, _ = x.shape
    out = x.new_empty(batch, hop_length * (frames - 1))
    hops = triton.cdiv(out.shape[1] + n_fft // 2, hop_length)
    sizes = {"N_FFT": n_fft, "HOP": hop_length, "BINS": n_fft // 2 + 1}
    sizes |= {"BLOCK_Q": 64, "BLOCK_R": triton.next_power_of_2(hop_length)}
    overlap_add_kernel[triton.cdiv(hops, 64), batch](x, *inverse_table(n_fft, x.device), out, lengths, frames, **sizes)
    return out
