"""A show's own music: a sting before the opening and between stories, a bed under opening and closing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from synthesis.audio import encode
from synthesis.audio.loudness import SILENCE_LUFS, integrated_loudness
from synthesis.audio.resample import EPISODE_RATE
from synthesis.errors import MusicRejected, RenderFailed

LONGEST_STING_S, LONGEST_BED_S, SHORTEST_S = 15.0, 600.0, 0.4
BED_LEAD_S, BED_TAIL_S = 1.5, 2.5
BED_UNDER_SPEECH_LU, BED_ALONE_LU = 20.0, 8.0
_DUCK_S = 0.4
_FADE_S = 0.5

Span = tuple[int, int]
"""First sample and the one after the last."""


@dataclass(frozen=True, slots=True)
class Music:
    """Waveforms (C, S) at 44.1 kHz, None for none. `is_between_stories`: the sting parts the stories, too."""

    sting: Tensor | None = None
    bed: Tensor | None = None
    is_between_stories: bool = False


def load(sting: Path | None, bed: Path | None, *, channels: int, is_between_stories: bool = False) -> Music:
    """Read the files, of any kind that ffmpeg reads. Raises MusicRejected for one that is missing, unreadable, silent,
    or longer than a sting (15 s) or a bed (10 minutes) may be."""
    return Music(
        None if sting is None else _read(sting, "sting", LONGEST_STING_S, channels),
        None if bed is None else _read(bed, "bed", LONGEST_BED_S, channels),
        is_between_stories,
    )


def _read(path: Path, what: str, longest_s: float, channels: int) -> Tensor:
    if not path.is_file():
        raise MusicRejected(f"the {what} {path} is missing")
    try:
        waveform = encode.decode(path, sample_rate=EPISODE_RATE, channels=channels)
    except RenderFailed as error:
        raise MusicRejected(f"the {what} can't be used: {error}") from error
    seconds = waveform.shape[-1] / EPISODE_RATE
    if not SHORTEST_S <= seconds <= longest_s:
        raise MusicRejected(f"the {what} {path.name} lasts {seconds:.1f} s; from {SHORTEST_S} to {longest_s:.0f} s fit")
    if not bool(torch.isfinite(waveform).all()) or integrated_loudness(waveform, EPISODE_RATE) <= SILENCE_LUFS:
        raise MusicRejected(f"the {what} {path.name} is silent")
    return waveform


def levelled(waveform: Tensor, lufs: float) -> Tensor:
    """(C, S) at that loudness."""
    return waveform * _gain_to(waveform, lufs)


def bed_under(whole: Tensor, bed: Tensor, speech: Span, room: Span, speech_lufs: float) -> None:
    """Add the bed to (C, S) in place, around and under the speech: from 1.5 s before it to 2.5 s after it within the
    room that there is, repeated if it is shorter, 20 LU below the speech while that lasts."""
    start = max(room[0], speech[0] - round(BED_LEAD_S * EPISODE_RATE))
    stop = min(room[1], speech[1] + round(BED_TAIL_S * EPISODE_RATE))
    length = stop - start
    played = bed.repeat(1, -(-length // bed.shape[-1]))[:, :length]
    under = _gain_to(bed, speech_lufs - BED_UNDER_SPEECH_LU)
    alone = _gain_to(bed, speech_lufs - BED_ALONE_LU)
    ducked = _ramped(length, speech[0] - start, speech[1] - start, round(_DUCK_S * EPISODE_RATE))
    fade = _fades(length, round(_FADE_S * EPISODE_RATE))
    whole[:, start:stop] += played * (alone + (under - alone) * ducked) * fade


def _gain_to(waveform: Tensor, lufs: float) -> float:
    return float(10 ** ((lufs - integrated_loudness(waveform, EPISODE_RATE)) / 20))


def _ramped(length: int, first: int, last: int, ramp: int) -> Tensor:
    """(S,): 1 from `first` to `last`, to 0 within `ramp` samples before and after it."""
    at = torch.arange(length)
    distance = torch.maximum(first - at, at - last).clamp(0, ramp) / ramp
    return torch.cos(distance * math.pi / 2).square()


def _fades(length: int, ramp: int) -> Tensor:
    at = torch.arange(length)
    distance = torch.minimum(at, length - 1 - at).clamp(0, ramp) / ramp
    return torch.sin(distance * math.pi / 2).square()
