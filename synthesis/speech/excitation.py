"""Interim: the source and the tail in plain torch."""

from __future__ import annotations

import math

import torch
from torch import Tensor

SINE_AMPLITUDE = 0.1
VOICED_NOISE = 0.003
VOICED_ABOVE_HZ = 10.0


def sine_source(
    pitch: Tensor, noise: Tensor, weight: Tensor, bias: Tensor, sample_rate: int, samples: int, lengths: Tensor | None
) -> Tensor:
    harmonics = torch.arange(1, len(weight) + 1, device=pitch.device, dtype=torch.float64)
    turns = (pitch.double()[..., None] * harmonics / sample_rate) % 1 * samples
    phase = turns.cumsum(dim=1)
    step = torch.cat([torch.zeros_like(turns[:, :1]), turns[:, 1:], torch.zeros_like(turns[:, :1])], dim=1)
    start = torch.cat([phase[:, :1], phase], dim=1) % 1
    ramp = (torch.arange(samples, device=pitch.device, dtype=torch.float32) + 0.5) / samples
    between = start.float()[:, :, None] + step.float()[:, :, None] * ramp[:, None]
    half = samples // 2
    sines = between.flatten(1, 2)[:, half : -half or None].mul_(2 * math.pi).sin_()
    voiced = (pitch > VOICED_ABOVE_HZ).to(sines.dtype).repeat_interleave(samples, dim=1)
    level = voiced * VOICED_NOISE + (1 - voiced) * (SINE_AMPLITUDE / 3)
    excitation = voiced * SINE_AMPLITUDE * (sines @ weight) + level * weight.norm() * noise
    wave = torch.tanh(excitation + bias)
    if lengths is None:
        return wave
    own = torch.arange(wave.shape[1], device=wave.device) < samples * lengths[:, None]
    return torch.where(own, wave, 0)


def overlap_add(spectrum: Tensor, n_fft: int, hop_length: int, lengths: Tensor | None = None) -> Tensor:
    bins = n_fft // 2 + 1
    window = torch.hann_window(n_fft, device=spectrum.device)

    def row(one: Tensor) -> Tensor:
        log_magnitude, phase = one.transpose(-1, -2).split(bins, dim=-2)
        return torch.istft(torch.polar(log_magnitude.exp(), phase.sin()), n_fft, hop_length, window=window)

    if lengths is None:
        return row(spectrum)
    out = spectrum.new_zeros(spectrum.shape[0], hop_length * (spectrum.shape[1] - 1))
    for i, frames in enumerate(lengths.tolist()):
        wave = row(spectrum[i, :frames])
        out[i, : len(wave)] = wave
    return out
