"""What can be wrong with a take, found by measuring it."""

from __future__ import annotations

import torch
from torch import Tensor

from synthesis.audio.resample import VOICE_RATE

# Seconds that a symbol takes at normal speed: 66 ms on average over news sentences; the limits are half and double
# that, and a second for the pauses.
_SHORTEST_S, _LONGEST_S, _PAUSES_S = 0.033, 0.132, 1.0
_QUIET = 10 ** (-50 / 20)
_FRAME = 480  # 20 ms
_LONGEST_SILENCE_S = 2.0


def faults(waveform: Tensor, symbols: str, *, speed: float = 1.0) -> tuple[str, ...]:
    """The faults of a take (S,) at 24 kHz, in words for an editor; empty for a sound one.

    Looked for: values that are no numbers, silence, clipping, a last sound cut off, too short or long for its symbols.
    """
    if not len(waveform):
        return ("empty",)
    if not bool(torch.isfinite(waveform).all()):
        return ("not finite",)
    loud = _loud_frames(waveform)
    if not bool(loud.any()):
        return ("silent",)
    found = []
    if _longest_pause_s(loud) > _LONGEST_SILENCE_S:
        found.append("a silence of more than two seconds")
    if _is_clipped(waveform):
        found.append("clipped")
    if _is_cut_off(waveform):
        found.append("cut off at the end")
    spoken_s = float(loud.nonzero().max() - loud.nonzero().min() + 1) * _FRAME / VOICE_RATE * speed
    if spoken_s < _SHORTEST_S * len(symbols) * 0.9 - 0.2:
        found.append("too short for its text")
    if spoken_s > _LONGEST_S * len(symbols) + _PAUSES_S:
        found.append("too long for its text")
    return tuple(found)


def _loud_frames(waveform: Tensor) -> Tensor:
    whole = waveform[: len(waveform) // _FRAME * _FRAME] if len(waveform) >= _FRAME else waveform
    frames = whole.view(-1, _FRAME) if len(waveform) >= _FRAME else whole.unsqueeze(0)
    return frames.square().mean(-1).sqrt() > _QUIET


def _longest_pause_s(loud: Tensor) -> float:
    at = loud.nonzero().view(-1)
    return float((at[1:] - at[:-1]).max() - 1) * _FRAME / VOICE_RATE if len(at) > 1 else 0.0


def _is_clipped(waveform: Tensor) -> bool:
    """Three samples in a row at full scale: a peak alone may touch it, a clipped one stays."""
    full = waveform.abs() >= 0.999
    return len(full) >= 3 and bool((full[:-2] & full[1:-1] & full[2:]).any())


def _is_cut_off(waveform: Tensor) -> bool:
    """The last 10 ms as loud as speech is: the voice was still speaking when the take ended."""
    tail = waveform[-VOICE_RATE // 100 :].square().mean().sqrt()
    speech = waveform.square().mean().sqrt()
    return bool(tail > 0.7 * speech)
