"""Packages that a measurement compares with, which the product does without."""

from __future__ import annotations

import importlib
from typing import Any

from synthesis.errors import SynthesisError


class PeerAbsent(SynthesisError):
    """A peer, or a tool that a measurement needs, that is not installed or cannot run here."""


def require(module: str, extra: str) -> Any:
    """Import a package of an optional extra. Raises PeerAbsent saying how to install it."""
    # Several of them import torchaudio, which beside a CPU build of torch needs our help.
    from synthesis.audio.resample import make_torchaudio_importable

    make_torchaudio_importable()
    try:
        return importlib.import_module(module)
    except (ImportError, OSError) as error:
        raise PeerAbsent(f"{module} cannot be imported ({error}): pip install -e '.[{extra}]'") from error
