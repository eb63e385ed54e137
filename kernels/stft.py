"""A short-time Fourier transform as a vocoder reads it: magnitudes |X_k| and then phases atan2(Im X_k, Re X_k) of
X_k[f] = sum_n w[n] * x[k hop + n - n_fft / 2] * e^(-2 pi i f n / n_fft), the wave mirrored at both its ends.

At 20 points that is a product with a small table. A bin whose imaginary part is 0 by construction, the first and the
last, has phase 0 or +pi, never -pi.
Source: Kaneko et al., arXiv:2203.02395 (iSTFTNet), with a Hann window w.
B batch, S samples, K frames of the transform, K = S / hop + 1.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.channel_moments import check_lengths
from kernels.errors import ShapeError

# atan(a) / a by powers of a^2, for |a| <= 1: the least relative error of degree 8.
ARCTANGENT = (
    0.99999998477, -0.33333073345, 0.19992619386, -0.14203644420, 0.10640933842, -0.07504294147, 0.04269151462,
    -0.01606862608, 0.00284998890,
)  # fmt: skip


def stft_reference(wave: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None = None) -> Tensor:
    """The definition, each row by itself."""
    frames = wave.shape[1] // hop_length + 1
    out = wave.new_zeros(len(wave), frames, n_fft + 2)
    window = torch.hann_window(n_fft, device=wave.device)
    for row, samples, valid in zip(
        out, wave, [frames] * len(wave) if lengths is None else lengths.tolist(), strict=True
    ):
        own = samples[: hop_length * (valid - 1)]
        spectrum = torch.stft(own, n_fft, hop_length, window=window, return_complex=True).T
        row[:valid] = torch.cat([spectrum.abs(), spectrum.angle()], dim=1)
    return out


def stft(wave: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None = None) -> Tensor:
    """Turn samples to spectra.

    wave: (B, S) contiguous fp32, S a multiple of hop_length and more than half of n_fft, which is even; lengths: (B,)
    int32 or int64, the valid frames of each row of the result, of as many samples as `overlap_add` would make of them,
    or None for all. A row of less than n_fft / 2 + 1 samples has nothing to mirror. Returns (B, K, n_fft + 2) fp32,
    K = S / hop_length + 1: magnitudes, then phases; past a row's end 0, and what the wave holds there is not used.
    Raises ShapeError if the wave does not fit.
    """
    if wave.dim() != 2 or not wave.is_contiguous() or wave.dtype != torch.float32 or n_fft % 2:
        raise ShapeError(f"a wave must be contiguous (B, S) float32, not {tuple(wave.shape)} {wave.dtype}")
    if wave.shape[1] % hop_length or wave.shape[1] <= n_fft // 2:
        raise ShapeError(f"{wave.shape[1]} samples for {n_fft} points with a hop of {hop_length}")
    if lengths is not None:
        check_lengths(lengths, wave)
    if runs_triton(wave):
        return _stft_triton(wave, n_fft, hop_length, lengths)
    return stft_reference(wave, n_fft, hop_length, lengths)


@cache
def forward_table(n_fft: int, device: torch.device) -> Tensor:
    """(2, n_fft, bins): what each sample, through the window, adds to the real and to the imaginary part of a bin."""
    n, f = torch.arange(n_fft, dtype=torch.float64)[:, None], torch.arange(n_fft // 2 + 1, dtype=torch.float64)
    angle = n * f * (2 * math.pi / n_fft)
    waves = torch.stack([angle.cos(), -angle.sin()]) * torch.hann_window(n_fft, dtype=torch.float64)[:, None]
    # Half a turn's sine is 0, not a quintillionth: the last bin's sign depends on it.
    return waves.where(waves.abs() > 1e-12, 0).float().to(device)


@jit
def stft_kernel(  # type: ignore[no-untyped-def]
    wave_ptr,  # (B, S) float32
    table_ptr,  # (2, N_FFT, BINS) float32
    out_ptr,  # (B, K, 2 * BINS) float32
    lengths_ptr,  # (B,) int, frames, or None
    frames,
    N_FFT: tl.constexpr,
    HOP: tl.constexpr,
    BINS: tl.constexpr,
    ATAN: tl.constexpr,  # ARCTANGENT
    BLOCK_K: tl.constexpr,
    BLOCK_F: tl.constexpr,
):
    """Grid: (blocks of frames, B)."""
    k = tl.program_id(0) * BLOCK_K + tl.arange(0, BLOCK_K)
    f = tl.arange(0, BLOCK_F)
    batch = tl.program_id(1).to(tl.int64)
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    wave_ptr += batch * (frames - 1) * HOP
    last = (length - 1) * HOP - 1
    real = tl.zeros((BLOCK_K, BLOCK_F), tl.float32)
    imaginary = tl.zeros((BLOCK_K, BLOCK_F), tl.float32)
    for n in range(N_FFT):
        sample = tl.abs(k * HOP + n - N_FFT // 2)
        sample = last - tl.abs(last - sample)
        x = tl.load(wave_ptr + sample, (k < length) & (sample >= 0), other=0.0)
        cosine = tl.load(table_ptr + n * BINS + f, f < BINS, other=0.0)
        sine = tl.load(table_ptr + (N_FFT + n) * BINS + f, f < BINS, other=0.0)
        real += x[:, None] * cosine[None, :]
        imaginary += x[:, None] * sine[None, :]
    across, up = tl.abs(real), tl.abs(imaginary)
    largest = tl.maximum(across, up)
    ratio = tl.minimum(across, up) / tl.where(largest > 0, largest, 1.0)
    square = ratio * ratio
    phase = ATAN[7] + ATAN[8] * square
    phase = ((phase * square + ATAN[6]) * square + ATAN[5]) * square + ATAN[4]
    phase = (((phase * square + ATAN[3]) * square + ATAN[2]) * square + ATAN[1]) * square + ATAN[0]
    phase *= ratio
    phase = tl.where(up > across, 1.5707963267948966 - phase, phase)
    phase = tl.where(real < 0, 3.141592653589793 - phase, phase)
    phase = tl.where(imaginary < 0, -phase, phase)
    # The larger part before the root: squares of silence would be 0.
    magnitude = largest * tl.sqrt(1 + square)
    place = (batch * frames + k[:, None]) * 2 * BINS + f[None, :]
    written = (k < frames)[:, None] & (f < BINS)[None, :]
    tl.store(out_ptr + place, magnitude, written)
    tl.store(out_ptr + place + BINS, phase, written)


def _stft_triton(wave: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None) -> Tensor:
    batch, frames, bins = len(wave), wave.shape[1] // hop_length + 1, n_fft // 2 + 1
    out = wave.new_empty(batch, frames, 2 * bins)
    stft_kernel[triton.cdiv(frames, 64), batch](
        wave, forward_table(n_fft, wave.device), out, lengths, frames, N_FFT=n_fft, HOP=hop_length, BINS=bins,
        ATAN=ARCTANGENT, BLOCK_K=64, BLOCK_F=triton.next_power_of_2(bins),
    )  # fmt: skip
    return out
