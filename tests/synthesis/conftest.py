"""For the tests of synthesis: a voice of tones, and the real voice if it is installed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch

from synthesis import checkpoint
from synthesis.audio.resample import VOICE_RATE
from synthesis.errors import CheckpointError
from synthesis.types import no_progress


@dataclass
class Tone:
    waveform: torch.Tensor
    compute_s: float = 0.01


class ToneVoice:
    """Speaks a hummed syllable for each symbol, 66 ms long: what the real voice's timing is on average.

    `spoil`: called with (symbols, waveform, attempt) to give the waveform that is returned instead.
    """

    def __init__(self):
        self.pitches = {"af_heart": 180.0, "am_michael": 110.0, "bf_emma": 190.0}
        self.voices = SimpleNamespace(names=sorted(self.pitches))
        self.loudness = {"af_heart": 0.05, "am_michael": 0.2, "bf_emma": 0.1}
        self.spoken: list[tuple[str, str, str]] = []
        self.spoil = lambda symbols, waveform, attempt: waveform

    def speak(self, phonemes, voices, *, keys, speed=1.0, progress=no_progress):
        takes = []
        for symbols, voice, key in zip(phonemes, voices, keys, strict=True):
            attempt = sum(symbols == s and voice == v for s, v, _ in self.spoken)
            self.spoken.append((symbols, voice, key))
            takes.append(Tone(self.spoil(symbols, self._hum(symbols, voice, speed), attempt)))
            progress(len(takes), len(phonemes))
        return takes

    def _hum(self, symbols, voice, speed):
        """Pitch and timbre move from symbol to symbol, so that no stretch sounds like another."""
        at = torch.arange(round(len(symbols) * 0.066 / speed * VOICE_RATE)) / VOICE_RATE
        syllables = 0.02 + torch.sin(math.pi * at / 0.2).square()
        moves = torch.rand(8, len(symbols) + 1, generator=torch.Generator().manual_seed(len(symbols)))
        moves = torch.nn.functional.interpolate(moves[None], len(at), mode="linear", align_corners=True)[0]
        phase = 2 * math.pi * torch.cumsum(self.pitches[voice] * (0.8 + 0.4 * moves[0]), 0) / VOICE_RATE
        sound = sum(torch.sin(n * phase) * moves[n] ** 3 for n in range(1, 8))
        hum = self.loudness[voice] * syllables * sound
        ramp = torch.linspace(0, 1, min(1200, len(hum) // 2))
        hum[: len(ramp)] *= ramp
        hum[len(hum) - len(ramp) :] *= ramp.flip(0)
        return torch.cat([torch.zeros(1200), hum, torch.zeros(2400)])


@pytest.fixture
def tone_voice():
    return ToneVoice()


@pytest.fixture(scope="session")
def real_voice():
    """The installed voice, loaded once. Skips where it is not installed."""
    from synthesis.speech.synthesizer import Synthesizer

    try:
        return Synthesizer.load(checkpoint.models_dir(), "cpu")
    except CheckpointError as error:
        pytest.skip(f"the voice model is not installed: {error}")
