"""Each fault of a take is found, and a sound take has none."""

import pytest
import torch

from synthesis.audio.quality import faults
from synthesis.audio.resample import VOICE_RATE

SYMBOLS = "h" * 60


@pytest.fixture
def sound(tone_voice):
    return tone_voice.speak([SYMBOLS], ["af_heart"], keys=["k"])[0].waveform


def test_a_sound_take_has_no_faults(sound):
    assert faults(sound, SYMBOLS) == ()


def spoil(sound, how):
    spoiled = sound.clone()
    if how == "not finite":
        spoiled[1000] = torch.nan
    elif how == "silent":
        spoiled.zero_()
    elif how == "empty":
        spoiled = spoiled[:0]
    elif how == "clipped":
        spoiled = (spoiled * 100).clamp(-1, 1)
    elif how == "cut off at the end":
        spoiled = spoiled[: int(spoiled[: len(spoiled) * 3 // 4].abs().argmax())]
    elif how == "too long for its text":
        spoiled = spoiled.repeat(4)
    elif how == "too short for its text":
        spoiled = torch.cat([spoiled[:9000], torch.zeros(2400)])
    elif how == "a silence of more than two seconds":
        spoiled = torch.cat([spoiled, torch.zeros(2 * VOICE_RATE), spoiled[: len(spoiled) // 2], torch.zeros(2400)])
    return spoiled


@pytest.mark.parametrize(
    "fault",
    [
        "not finite",
        "silent",
        "empty",
        "clipped",
        "cut off at the end",
        "too long for its text",
        "too short for its text",
        "a silence of more than two seconds",
    ],
)
def test_each_fault_is_found(sound, fault):
    assert fault in faults(spoil(sound, fault), SYMBOLS)
