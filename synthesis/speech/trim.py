"""Cuts a take to what is said in it."""

from __future__ import annotations

import torch
from torch import Tensor

from synthesis.config import SpeechConfig

FINAL_MARKS = '.!?…,;:—"”) '
ONSET_FRAMES = 8
DECAY_FRAMES = 2
AUDIBLE_DB = -50.0  # against the loudest frame
FADED_DB = -35.0
FADE_MS = 10


def trim(waveform: Tensor, durations: Tensor, phonemes: str, config: SpeechConfig) -> tuple[Tensor, float]:
    """Cut the silence at both ends, and what the model murmurs in the boundaries and final marks; fade both ends.

    Measured on 4 voices: a first consonant is heard up to 6 frames inside the boundary before it, while the last symbol
    has mostly died away by its predicted end. So the planned window is wide before and tight behind, and the level
    decides within it; a last sound that still fades at the window's end, as in some voices' "Right.", is followed
    for as long as it falls. Returns the rest, and the seconds in it before the first symbol's planned start.
    """
    marks = len(phonemes) - len(phonemes.rstrip(FINAL_MARKS))
    planned_start, spoken = int(durations[0]), int(durations[: len(durations) - 1 - marks].sum())
    opens, closes = max(0, planned_start - ONSET_FRAMES), min(int(durations.sum()), spoken + DECAY_FRAMES)
    all_levels = waveform.view(-1, config.frame_samples).square().mean(1).sqrt()
    fading = all_levels[:closes].max() * 10 ** (FADED_DB / 20)
    while closes < len(all_levels) and fading < all_levels[closes] < all_levels[closes - 1]:
        closes += 1
    levels = all_levels[opens:closes]
    loud = (levels > levels.max() * 10 ** (AUDIBLE_DB / 20)).nonzero()[:, 0]
    first = max(opens, opens + int(loud[0]) - 1)
    last = min(closes, opens + int(loud[-1]) + 1 + DECAY_FRAMES)
    cut = waveform[first * config.frame_samples : last * config.frame_samples].clone()
    ramp = torch.linspace(0, 1, FADE_MS * config.sample_rate // 1000)
    cut[: len(ramp)] *= ramp
    cut[-len(ramp) :] *= ramp.flip(0)
    return cut, (planned_start - first) * config.frame_samples / config.sample_rate
