"""Change the sample rate. The only importer of torchaudio.

The newest torchaudio is built against CUDA libraries and fails to import beside a CPU build of torch, because its
compiled extension cannot be loaded. Resampling needs no extension: where it cannot load, a stand-in says that it is
not there, and the pure-torch part imports (resampling, mel spectrograms, loudness; not forced alignment). With a CUDA
build of torch nothing is touched.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

VOICE_RATE = 24_000
EPISODE_RATE = 44_100


def resample(waveform: Tensor, from_rate: int, to_rate: int) -> Tensor:
    """waveform (..., S) float32 -> (..., ceil(S * to_rate / from_rate)), by a Kaiser-windowed sinc."""
    if from_rate == to_rate:
        return waveform
    resampled: Tensor = _torchaudio_functional().resample(
        waveform,
        from_rate,
        to_rate,
        lowpass_filter_width=32,
        rolloff=0.96,
        resampling_method="sinc_interp_kaiser",
        beta=14.77,
    )
    return resampled


def make_torchaudio_importable() -> None:
    """To be called before anything imports torchaudio: packages that import it by themselves, transformers among them,
    fail beside a CPU build of torch without this. May be called again; imports nothing itself."""
    if "torchaudio" not in sys.modules and torch.version.cuda is None:
        sys.modules.setdefault("torchaudio._extension", _absent_extension())


@cache
def _torchaudio_functional() -> Any:
    make_torchaudio_importable()
    return importlib.import_module("torchaudio.functional")


def _absent_extension() -> ModuleType:
    """What `torchaudio._extension` offers when nothing was compiled."""
    stand_in = ModuleType("torchaudio._extension")

    def without_check(function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    for name, value in {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "_IS_RIR_AVAILABLE": False,
        "fail_if_no_align": without_check,
        "fail_if_no_rir": without_check,
        "_check_cuda_version": lambda: None,
    }.items():
        setattr(stand_in, name, value)
    return stand_in
