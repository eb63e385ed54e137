"""Our voice and its peers, each in a process of its own, so that memory and failure are its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from synthesis.bench.apart import Apart
from synthesis.bench.peers import OnnxRunner, Reference, int8_export
from synthesis.device import compute_device, prepare_cpu
from synthesis.speech.synthesizer import Synthesizer

OURS = "ours"
PEERS = ("kokoro", "kokoro-onnx")
FRAME_S = 0.025

Piece = tuple[str, str]
"""Phonemes, and the voice that speaks them."""

Speak = Callable[[Sequence[Piece]], float]
"""Speaks the pieces one run of talk, and returns the seconds of sound that were made."""


@dataclass(frozen=True, slots=True)
class Run:
    audio_s: float
    seconds: float


class Renderer:
    """A renderer in its own process: OURS or one of PEERS.

    Whatever goes wrong in a peer is raised as PeerAbsent with the reason, as is a process that was killed.
    """

    def __init__(self, name: str, models_dir: Path):
        export = int8_export(models_dir) if name == "kokoro-onnx" else None
        self._apart = Apart(name, _load, name, models_dir, export)

    def speak(self, pieces: Sequence[Piece]) -> Run:
        """Speak them all, each in its voice. The sound is not kept."""
        return self._apart.call(_speak, list(pieces))

    def peak_memory_bytes(self) -> dict[str, int]:
        return self._apart.peak_memory_bytes()

    def peaks(self) -> dict[str, float]:
        """What this device does at most, as measured now: see `_measured_peaks`."""
        return self._apart.call(_measured_peaks)

    def close(self) -> None:
        self._apart.close()


_speaker: Speak
"""What a renderer's process has loaded."""


def _load(name: str, models_dir: Path, export: Path | None) -> None:
    global _speaker
    prepare_cpu()
    if name == OURS:
        _speaker = _ours(Synthesizer.load(models_dir))
    elif export is not None:
        _speaker = _one_by_one(OnnxRunner(models_dir, export).speak)
    else:
        reference = Reference(models_dir)
        _speaker = _one_by_one(lambda phonemes, voice: reference.speak(phonemes, voice)[0])


def _ours(synthesizer: Synthesizer) -> Speak:
    def speak(pieces: Sequence[Piece]) -> float:
        phonemes, voices = zip(*pieces, strict=True)
        keys = [f"bench:{i}" for i in range(len(pieces))]
        takes = synthesizer.speak(phonemes, voices, keys=keys)
        return sum(int(take.durations.sum()) for take in takes) * FRAME_S

    return speak


def _one_by_one(render: Callable[[str, str], torch.Tensor]) -> Speak:
    """Neither peer takes more than one piece at a time."""
    return lambda pieces: sum(len(render(*piece)) for piece in pieces) / 24_000


def _speak(pieces: list[Piece]) -> Run:
    started = time.perf_counter()
    audio_s = _speaker(pieces)
    return Run(audio_s, time.perf_counter() - started)


def _measured_peaks() -> dict[str, float]:
    """`flops` a second, on a GPU also bytes a second of a copy: the best of some runs.

    CPU: the convolution that has 55 % of the voice's work (128 channels, 48,000 frames, 7 taps) in float32. GPU: a
    large product of float16 matrices.
    """
    device = compute_device()
    if device.type == "cuda":
        a, many = torch.randn(8192, 8192, device=device, dtype=torch.float16), torch.empty(1 << 30, device=device)
        return {
            "flops": 2 * 8192**3 / _best_s(lambda: a @ a, device),
            "bytes": 2 * many.nbytes / _best_s(many.clone, device),
        }
    image = torch.randn(1, 128, 1, 48_000).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(128, 128, 1, 7).contiguous(memory_format=torch.channels_last)
    return {"flops": 2 * 128 * 128 * 7 * 48_000 / _best_s(lambda: F.conv2d(image, weight, padding=(0, 3)), device)}


def _best_s(work: Callable[[], Any], device: torch.device, runs: int = 12) -> float:
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - started)
    return best
