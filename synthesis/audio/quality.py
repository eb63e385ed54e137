"""What can be wrong with a take, found by measuring it.

The limits lie between what 650 sound takes of 28 voices measured and what injected faults do; `python -m
synthesis.bench takes` counts both sides again. Levels are relative to the take's own loud frames, since voices differ.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from synthesis.audio.resample import VOICE_RATE

EMPTY, NOT_FINITE, SILENT = "empty", "not finite", "silent"
TOO_QUIET = "too quiet to be heard"
PAUSE = "a silence of more than 1.2 seconds"
CLIPPED = "clipped"
OFFSET = "off centre by a constant offset"
CUT_START, CUT_END = "cut off at the start", "cut off at the end"
TOO_SHORT, TOO_LONG = "too short for its text", "too long for its text"
REPEATS = "a sound that repeats, or does not move on"
NOISE = "noise in place of speech"
FATAL = frozenset({EMPTY, NOT_FINITE, SILENT})

LONGEST_SILENCE_S = 1.2
# Seconds that a symbol takes at normal speed: 66 ms on average over news sentences; the limits are half and double
# that, and a second for the pauses.
_SHORTEST_S, _LONGEST_S, _PAUSES_S = 0.033, 0.132, 1.0
_HOP = VOICE_RATE // 50  # 20 ms
_AUDIBLE = 10 ** (-50 / 20)
_QUIETEST = 10 ** (-42 / 20)
_UNDER_SPEECH_DB = 35.0
_LOUD_DB = 25.0
# A voice is 28 to 60 dB down in these, faded or not: it begins with a breath's room, and dies away longer.
_START_S, _END_S = 0.01, 0.03
_CUT = 10 ** (-24 / 20)
# A take may end before its plan by the first plus that share of it, up to 0.8 s. Sound takes die away 0.1 to 0.48 s
# early, the short ones the least, a fifth of their plan at most, and end 0.05 s late at most.
_EARLY_S, _EARLY_SHARE, _EARLIEST_S, _LATEST_S = 0.2, 0.15, 0.8, 0.3
_EARLIEST_SHARE = 0.31  # of a word alone, of which 0.2 s are a third
_OFFSET = 0.1
_FFT = 1024
_FINE_HOP_S = 0.01
_FINE_HOP = round(_FINE_HOP_S * VOICE_RATE)
_HEARD_SHARE, _REPEAT_DB = 0.4, 3.0
_LEVEL_DB = 6.0
_PITCH_HZ = (60, 400)
_VOICED = 0.5
_VOICED_SHARE, _UNVOICED_S = 0.2, 0.6


def faults(
    waveform: Tensor, symbols: str, *, planned_s: float | None = None, last_vowel_s: float = 0.0
) -> tuple[str, ...]:
    """The faults of a take (S,) at 24 kHz, in words for an editor; empty for a sound one.

    Looked for: values that are no numbers, silence, a long pause, clipping, an offset, a first or last sound cut off,
    a length that does not fit the symbols, a sound that loops or drones, noise. `planned_s`, `last_vowel_s`: when the
    voice planned its last sound to end, and its last vowel to begin, if it says so; a take that was cut within a pause
    is known by these alone.
    """
    if not len(waveform):
        return (EMPTY,)
    if not bool(torch.isfinite(waveform).all()):
        return (NOT_FINITE,)
    centred = waveform - waveform.mean()
    levels = _levels(centred)
    if float(levels.max()) < _AUDIBLE:
        return (SILENT,)
    spoken_s = _spoken_s(levels)
    ends_s = len(waveform) / VOICE_RATE
    planned_s = ends_s if planned_s is None else planned_s
    late_s = ends_s - planned_s
    earliest_s = -min(_EARLIEST_S, _EARLY_S + _EARLY_SHARE * planned_s, _EARLIEST_SHARE * planned_s)
    checks = {
        TOO_QUIET: float(torch.quantile(levels, 0.95)) < _QUIETEST,
        PAUSE: longest_silence_s(centred) > LONGEST_SILENCE_S,
        CLIPPED: _is_clipped(waveform),
        OFFSET: float(waveform.mean().abs()) > _OFFSET * float(centred.square().mean().sqrt()),
        CUT_START: _edge(centred, _START_S) > _CUT,
        CUT_END: _edge(centred.flip(0), _END_S) > _CUT or late_s < earliest_s or ends_s < last_vowel_s,
        TOO_SHORT: spoken_s < _SHORTEST_S * len(symbols) * 0.9 - 0.2,
        TOO_LONG: spoken_s > _LONGEST_S * len(symbols) + _PAUSES_S or late_s > _LATEST_S,
        REPEATS: _smallest_change_db(centred) < _REPEAT_DB or _is_level(levels),
        NOISE: _is_noise(centred),
    }
    return tuple(fault for fault, is_found in checks.items() if is_found)


def longest_silence_s(waveform: Tensor, sample_rate: int = VOICE_RATE) -> float:
    """Seconds of the longest stretch between two sounds that lies 35 dB or more under the loud frames of (S,)."""
    levels = _levels(waveform, sample_rate // 50)
    at = (levels > torch.quantile(levels, 0.95) * 10 ** (-_UNDER_SPEECH_DB / 20)).nonzero().view(-1)
    return float((at[1:] - at[:-1]).max() - 1) / 50 if len(at) > 1 else 0.0


def _levels(waveform: Tensor, hop: int = _HOP) -> Tensor:
    """(S,) -> (S // hop,) root mean squares; one for what is shorter than a hop."""
    whole = waveform[: len(waveform) // hop * hop] if len(waveform) >= hop else waveform
    return whole.view(-1, min(hop, len(waveform))).square().mean(1).sqrt()


def _spoken_s(levels: Tensor) -> float:
    at = (levels > _AUDIBLE).nonzero().view(-1)
    return float(at[-1] - at[0] + 1) * _HOP / VOICE_RATE


def _is_clipped(waveform: Tensor) -> bool:
    """Three equal samples in a row at the take's own peak: no voice stays there, whatever the level it is cut at."""
    top = waveform.abs() >= 0.98 * waveform.abs().max()
    same = waveform[1:] == waveform[:-1]
    return len(waveform) >= 3 and bool((same[1:] & same[:-1] & top[1:-1]).any())


def _edge(waveform: Tensor, seconds: float) -> float:
    """How loud the first part is beside the whole."""
    edge = waveform[: round(seconds * VOICE_RATE)]
    return float(edge.square().mean().sqrt() / waveform.square().mean().sqrt())


def _smallest_change_db(waveform: Tensor) -> float:
    """How little a stretch of 0.7 s or more differs from the one that follows it at once, or overlaps it, 0.3 s or more
    later: the mean over bands and frames, in dB, where the two are most alike and not mostly pause; inf if nowhere.

    Measured: a sound that loops differs by 0 to 1.5, as its period is no whole number of frames. Words that are said
    twice in a sentence come as near, but not at once.
    """
    bands, loud = _bands(waveform, _FINE_HOP), _loud(waveform, _FINE_HOP).double()
    change = torch.cdist(bands, bands, p=1).double() / bands.shape[1]
    smallest = float("inf")
    for lag in range(round(0.3 / _FINE_HOP_S), len(bands)):
        span = max(round(0.7 / _FINE_HOP_S), lag * 9 // 10)
        if lag + span > len(bands):
            break
        pairs = torch.stack([change.diagonal(lag), loud[lag:] * loud[:-lag]])
        sums = functional.pad(pairs.cumsum(1), (1, 0))
        means = (sums[:, span:] - sums[:, :-span]) / span
        alike = means[0][means[1] > _HEARD_SHARE]
        if len(alike):
            smallest = min(smallest, float(alike.min()))
    return smallest


def _is_level(levels: Tensor) -> bool:
    """Nine tenths of a second and more within 6 dB: speech moves over 11 to 40."""
    tenth, top = torch.quantile(levels, 0.1), torch.quantile(levels, 0.9)
    return len(levels) > 45 and float(top) < float(tenth) * 10 ** (_LEVEL_DB / 20)


def _is_noise(waveform: Tensor) -> bool:
    """Hardly any loud frame has a pitch, or none for longer than a fricative lasts."""
    loud, voiced = _loud(waveform), _periodicity(waveform) > _VOICED
    if float(voiced[loud].float().mean()) < _VOICED_SHARE and int(loud.sum()) * _HOP / VOICE_RATE > _UNVOICED_S / 2:
        return True
    longest = run = 0
    for is_unvoiced in (loud & ~voiced).tolist():
        run = run + 1 if is_unvoiced else 0
        longest = max(longest, run)
    return longest * _HOP / VOICE_RATE > _UNVOICED_S


def _frames(waveform: Tensor, hop: int = _HOP) -> Tensor:
    return functional.pad(waveform, (_FFT // 2, _FFT // 2)).unfold(0, _FFT, hop)


def _loud(waveform: Tensor, hop: int = _HOP) -> Tensor:
    """(S,) -> (N,): whether a frame is within 25 dB of the loud ones."""
    levels = _frames(waveform, hop).square().mean(1).sqrt()
    return levels > torch.quantile(levels, 0.95) * 10 ** (-_LOUD_DB / 20)


def _bands(waveform: Tensor, hop: int) -> Tensor:
    """(S,) -> (N, B) in dB, not under 60 dB below the loudest."""
    power = torch.fft.rfft(_frames(waveform, hop) * torch.hann_window(_FFT)).abs().square()
    bands = 10 * torch.log10(power @ _band_weights() + 1e-7)
    return bands.clamp_min(float(bands.max()) - 60)


@cache
def _band_weights() -> Tensor:
    """(F, B): the mean over each of 24 bands, evenly wide on a log scale from 100 Hz to 8 kHz; empty ones left out."""
    edges = torch.logspace(2, 3.90309, 25)
    hz = torch.arange(_FFT // 2 + 1).unsqueeze(1) * VOICE_RATE / _FFT
    inside = ((hz >= edges[:-1]) & (hz < edges[1:])).float()
    inside = inside[:, inside.sum(0) > 0]
    return inside / inside.sum(0)


def _periodicity(waveform: Tensor) -> Tensor:
    """(S,) -> (N,): the largest autocorrelation at a lag of a voice's pitch, of which the window's is taken out."""
    window = torch.hann_window(_FFT)
    correlation = _autocorrelation(_frames(waveform) * window)
    expected = _autocorrelation(window)
    lags = slice(VOICE_RATE // _PITCH_HZ[1], VOICE_RATE // _PITCH_HZ[0])
    return (correlation / (correlation[:, :1] + 1e-9) / (expected / expected[0]))[:, lags].amax(1)


def _autocorrelation(frames: Tensor) -> Tensor:
    return torch.fft.irfft(torch.fft.rfft(frames, 2 * _FFT).abs().square())[..., : _FFT // 2]
