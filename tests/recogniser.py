"""A speech recogniser that reads back what was spoken."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def recogniser():
    """Skips where it is not installed."""
    from synthesis.recogniser import Recogniser, why_absent

    if reason := why_absent():
        pytest.skip(reason)
    return Recogniser()


@pytest.fixture(scope="session")
def transcribe(recogniser):
    """transcribe(path, or (waveform (S,), sample_rate)) -> what whisper-base hears."""
    from synthesis.audio import encode
    from synthesis.audio.resample import resample
    from synthesis.recogniser import LISTENING_RATE

    def hear(sound) -> str:
        if isinstance(sound, Path):
            return recogniser.hear(encode.decode(sound, sample_rate=LISTENING_RATE, channels=1)[0])
        return recogniser.hear(resample(sound[0], sound[1], LISTENING_RATE))

    return hear
