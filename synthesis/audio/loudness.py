"""Integrated loudness and true peak, and the master that meets a target for both.

Source: ITU-R BS.1770-5, annex 1 (K-weighting, 400 ms blocks, gates at -70 LUFS and -10 LU) and annex 2 (the peak at
four times the rate).
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

SILENCE_LUFS = -70.0
_OVERSAMPLING = 4
_TAPS = 24  # to each side of a sample, at the original rate
_CHUNK = 1 << 20
_LOOK_AHEAD_S = 0.004
_TRIES = 6


def integrated_loudness(waveform: Tensor, sample_rate: int) -> float:
    """LUFS of (C, S) or (S,) float32; mono counts as one channel of weight 1. Silence, or under 0.4 s: -70."""
    channels = torch.atleast_2d(waveform).float()
    block, step = round(0.4 * sample_rate), round(0.1 * sample_rate)
    if channels.shape[-1] < block:
        return SILENCE_LUFS
    weighted = _k_weighted(channels, sample_rate)
    power = weighted.double().square().unfold(-1, block, step).mean(-1).sum(0)
    power = power[power > _power(SILENCE_LUFS)]
    if not len(power):
        return SILENCE_LUFS
    power = power[power > power.mean() * 10 ** (-10 / 10)]
    return _lufs(float(power.mean())) if len(power) else SILENCE_LUFS


def true_peak(waveform: Tensor) -> float:
    """dBTP of (C, S) or (S,): the largest magnitude of the waveform oversampled four times; -inf for silence."""
    peak = float(_peaks(torch.atleast_2d(waveform).float()).max()) if waveform.numel() else 0.0
    return 20 * math.log10(peak) if peak > 0 else -math.inf


def master(waveform: Tensor, sample_rate: int, *, target_lufs: float, ceiling_dbtp: float) -> Tensor:
    """(C, S) brought to the target loudness with no true peak above the ceiling. Silence comes back as it is."""
    loudness = integrated_loudness(waveform, sample_rate)
    if loudness <= SILENCE_LUFS:
        return waveform
    peaks = _peaks(waveform).amax(0)
    gain_db, slope = 0.0, 1.0  # of the loudness over the gain: the harder the limiter works, the less a gain brings
    mastered = waveform
    for attempt in range(_TRIES):
        if attempt and abs(loudness - target_lufs) < 0.05:
            break
        step_db = (target_lufs - loudness) / slope
        gain_db += step_db
        gain = 10 ** (gain_db / 20)
        mastered = waveform * gain * _limiting(peaks * gain, sample_rate, ceiling_dbtp)
        reached = integrated_loudness(mastered, sample_rate)
        if attempt and step_db:
            slope = min(1.0, max(0.25, (reached - loudness) / step_db))
        loudness = reached
    return mastered


def _limiting(peaks: Tensor, sample_rate: int, ceiling_dbtp: float) -> Tensor:
    """The gain (S,) of a look-ahead limiter, lowered smoothly before each of the peaks (S,) over the ceiling.

    It is the smallest gain needed within the look-ahead, averaged over the same span, and so never more than what any
    sample needs: no peak at the four-fold rate passes the ceiling but by what the gain's own slope adds.
    """
    ceiling = 10 ** (ceiling_dbtp / 20)
    needed = (ceiling / peaks.clamp_min(ceiling)).view(1, 1, -1)
    span = 2 * round(_LOOK_AHEAD_S * sample_rate) + 1
    smallest = -functional.max_pool1d(-functional.pad(needed, (span - 1, span - 1), value=1.0), span, stride=1)
    window = torch.hann_window(span + 2, periodic=False)[1:-1]
    return functional.conv1d(smallest, (window / window.sum()).view(1, 1, -1)).view(-1)


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _k_weighted(channels: Tensor, sample_rate: int) -> Tensor:
    """The two K-weighting filters as one finite response, applied in blocks in the frequency domain."""
    response = _k_response(sample_rate)
    size = 1 << 18
    hop = size - len(response) + 1
    spectrum = torch.fft.rfft(response, size)
    length = channels.shape[-1]
    padded = functional.pad(channels, (len(response) - 1, (-length) % hop))
    blocks = (
        padded.unfold(-1, size, hop)
        if padded.shape[-1] >= size
        else functional.pad(padded, (0, size - padded.shape[-1])).unsqueeze(1)
    )
    filtered = torch.cat(
        [torch.fft.irfft(torch.fft.rfft(b, size) * spectrum, size)[:, len(response) - 1 :] for b in blocks.unbind(1)],
        -1,
    )
    return filtered[..., :length]


@cache
def _k_response(sample_rate: int) -> Tensor:
    """Impulse response of the shelf and the high-pass, cut where it has died away (-120 dB after 0.2 s)."""
    signal = [1.0] + [0.0] * round(0.25 * sample_rate)
    for b, a in (_shelf(sample_rate), _high_pass(sample_rate)):
        signal = _filter(signal, b, a)
    return torch.tensor(signal, dtype=torch.float64).float()


def _filter(signal: list[float], b: tuple[float, ...], a: tuple[float, ...]) -> list[float]:
    x1 = x2 = y1 = y2 = 0.0
    filtered = []
    for x in signal:
        y = b[0] * x + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2
        x1, x2, y1, y2 = x, x1, y, y1
        filtered.append(y)
    return filtered


def _shelf(sample_rate: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The stage for the head, for any rate: the analogue values behind the table of BS.1770 for 48 kHz."""
    k, q = math.tan(math.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    vh = 10 ** (3.999843853973347 / 20)
    vb = vh**0.4996667741545416
    a0 = 1 + k / q + k * k
    b = ((vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0, (vh - vb * k / q + k * k) / a0)
    return b, (1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)


def _high_pass(sample_rate: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    a0 = 1 + k / q + k * k
    return (1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)


def _peaks(channels: Tensor) -> Tensor:
    """(C, S) -> (C, S): at each sample the largest magnitude of it and of the three points to the next one."""
    taps = _phases()
    length = channels.shape[-1]
    padded = functional.pad(channels, (_TAPS - 1, _TAPS))
    peaks = torch.empty_like(channels)
    for start in range(0, length, _CHUNK):
        stop = min(start + _CHUNK, length)
        piece = padded[:, None, start : stop + 2 * _TAPS - 1]
        peaks[:, start:stop] = functional.conv1d(piece, taps).abs().amax(1)
    return torch.maximum(peaks, channels.abs())


@cache
def _phases() -> Tensor:
    """(3, 1, 2 * taps): windowed sincs that read the signal a quarter, a half and three quarters after a sample."""
    at = torch.arange(-_TAPS + 1, _TAPS + 1, dtype=torch.float64)
    rows = []
    for phase in range(1, _OVERSAMPLING):
        offset = at - phase / _OVERSAMPLING
        row = torch.sinc(offset) * torch.cos(math.pi * offset / (2 * _TAPS + 1)).square()
        rows.append(row / row.sum())
    return torch.stack(rows).unsqueeze(1).float()
