"""How alike two recordings of the same thing are: what a change of kernels, precision or batching did to a sound."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from synthesis.audio.resample import VOICE_RATE, resample
from synthesis.bench.packages import require

MEL_BANDS, N_FFT, HOP = 80, 1024, 256
QUIETEST = 1e-5
PESQ_RATE = 16_000


def snr_db(found: Tensor, expected: Tensor) -> float:
    """The expected signal's energy against that of the difference; infinite where there is none."""
    noise = float((found - expected).double().square().sum())
    return 10 * math.log10(float(expected.double().square().sum()) / noise) if noise else math.inf


def log_mel_l1_db(found: Tensor, expected: Tensor) -> float:
    """The mean absolute difference of two log-mel spectrograms of 24 kHz sound."""
    return float((log_mel_db(found) - log_mel_db(expected)).abs().mean())


def log_mel_db(waveform: Tensor) -> Tensor:
    """(S,) at 24 kHz -> (K, 80): 20 log10 of the mel magnitudes, at least 1e-5 each.

    Frames of 1,024 samples every 256, Hann window; 80 triangles that are 1 high from 0 to 12 kHz on the HTK mel scale.
    """
    window = torch.hann_window(N_FFT)
    spectrum = torch.stft(waveform, N_FFT, HOP, window=window, return_complex=True).abs()  # (bins, K)
    return 20 * (spectrum.T @ _mel_triangles()).clamp(min=QUIETEST).log10()


def _mel_triangles() -> Tensor:
    """(bins, 80): the weight of each frequency in each band."""
    highest = 2595 * math.log10(1 + VOICE_RATE / 2 / 700)
    corners = 700 * (10 ** (torch.linspace(0, highest, MEL_BANDS + 2, dtype=torch.float64) / 2595) - 1)
    at = torch.linspace(0, VOICE_RATE / 2, N_FFT // 2 + 1, dtype=torch.float64)[:, None]
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    rising, falling = (at - low) / (middle - low), (high - at) / (high - middle)
    return torch.minimum(rising, falling).clamp(min=0).float()


def pesq_wb(found: Tensor, expected: Tensor) -> float:
    """Wide-band PESQ (ITU-T P.862.2) at 16 kHz: 4.64 for the same sound. Raises PeerAbsent without the package."""
    pesq = require("pesq", "peers").pesq
    found, expected = (resample(sound, VOICE_RATE, PESQ_RATE) for sound in (found, expected))
    return float(pesq(PESQ_RATE, expected.numpy(), found.numpy(), "wb"))
