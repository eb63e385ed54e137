"""Resampling keeps a sound and its length, beside a CPU build of torch too."""

import math
import subprocess
import sys

import pytest
import torch

from synthesis.audio.resample import EPISODE_RATE, VOICE_RATE, resample


def tone(rate, seconds=1.0):
    return torch.sin(2 * math.pi * 1000 * torch.arange(round(rate * seconds)) / rate)


def test_a_tone_comes_out_as_the_same_tone():
    resampled = resample(tone(VOICE_RATE), VOICE_RATE, EPISODE_RATE)
    middle = slice(2000, -2000)
    assert len(resampled) == EPISODE_RATE
    assert torch.allclose(resampled[middle], tone(EPISODE_RATE)[middle], atol=1e-3)


def test_nothing_above_the_old_limit_is_invented():
    noise = torch.randn(VOICE_RATE, generator=torch.Generator().manual_seed(0))
    spectrum = torch.fft.rfft(resample(noise, VOICE_RATE, EPISODE_RATE)).abs().square()
    above = spectrum[12_500:].sum() / spectrum.sum()
    assert 10 * math.log10(float(above)) < -50


def test_the_same_rate_is_left_alone():
    waveform = tone(VOICE_RATE)
    assert resample(waveform, VOICE_RATE, VOICE_RATE) is waveform


@pytest.mark.skipif(torch.version.cuda is not None, reason="the cure is for a CPU build of torch")
def test_torchaudio_imports_in_a_fresh_process_without_its_extension():
    code = "import torch; from synthesis.audio.resample import resample as r; print(len(r(torch.zeros(80), 240, 441)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "147", result.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import torchaudio.functional, torchaudio.transforms as t; t.MelSpectrogram(24000, n_mels=9)(torch.zeros(999))",
        "from transformers import AlbertModel",  # what the reference package of the voice imports
    ],
)
def test_what_imports_torchaudio_by_itself_works_once_it_is_importable(code):
    if "transformers" in code:
        pytest.importorskip("transformers")
    prepared = "import torch; from synthesis.audio.resample import make_torchaudio_importable as m; m(); m(); "
    result = subprocess.run([sys.executable, "-c", prepared + code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
