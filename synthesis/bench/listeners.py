"""What judges a take without ears: a model of listeners' opinions."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import torch
from torch import Tensor

from synthesis.audio.resample import VOICE_RATE, resample
from synthesis.bench.packages import require
from synthesis.recogniser import LISTENING_RATE


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
