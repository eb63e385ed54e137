"""Figures that one command prints: `python -m synthesis.bench NAME [--json]`.

Every figure of a report is from one run. `times_real_time` is seconds of speech a second of compute.
"""

from __future__ import annotations

from typing import Any

import torch

from synthesis.errors import SynthesisError


class BadOption(SynthesisError, ValueError):
    """An option that asks for what cannot be measured."""


def machine(device: torch.device) -> dict[str, Any]:
    """What a figure was measured on."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    return {"device": name, "threads": torch.get_num_threads(), "torch": torch.__version__}
