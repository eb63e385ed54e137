"""Decides once whether the kernels run as Triton or as plain torch, and hides a missing triton from the kernel files.

KERNELS_BACKEND is `auto` (Triton where there is a GPU and triton, or where TRITON_INTERPRET asks for its interpreter),
`triton` or `reference`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import torch
from torch import Tensor

from kernels.errors import BackendUnavailable


def is_interpreted() -> bool:
    """Whether Triton runs kernels on CPU tensors, in its interpreter. Read when triton is first imported."""
    return os.environ.get("TRITON_INTERPRET", "0").lower() in ("1", "true", "on")


def _may_launch() -> bool:
    """Whether this torch could see a GPU, or something else was asked for: to import triton costs 80 MB."""
    asked = os.environ.get("KERNELS_BACKEND") == "triton" or is_interpreted()
    return asked or torch.version.cuda is not None or torch.version.hip is not None


try:
    if not _may_launch():
        raise ImportError("no kernel could be launched")
    import triton
    import triton.language as tl
except ImportError:
    triton = tl = None

__all__ = ["backend", "cdiv", "is_interpreted", "jit", "next_power_of_2", "runs_triton", "tl", "triton"]

Backend = Literal["triton", "reference"]
CHOICES = ("auto", "triton", "reference")


def cdiv(number: int, divisor: int) -> int:
    """How many of `divisor` cover the number. As Triton has it, for what is reckoned where it is not imported."""
    return -(-number // divisor)


def next_power_of_2(number: int) -> int:
    """The smallest power of 2 that is no less."""
    return 1 << (number - 1).bit_length()


def jit(kernel: Callable[..., Any]) -> Any:
    """`triton.jit` where triton is imported; else the function itself, which is then never called."""
    return triton.jit(kernel) if triton is not None else kernel


@cache
def backend() -> Backend:
    """The backend of this run. Raises BackendUnavailable if Triton was asked for by name and cannot run here."""
    choice = os.environ.get("KERNELS_BACKEND", "auto")
    if choice not in CHOICES:
        raise BackendUnavailable(f"KERNELS_BACKEND is {choice!r}; it may be {', '.join(CHOICES)}")
    can_run = triton is not None and (torch.cuda.is_available() or is_interpreted())
    if choice == "triton" and not can_run:
        missing = "triton is not installed" if triton is None else "there is no GPU"
        raise BackendUnavailable(f"KERNELS_BACKEND is 'triton', but {missing}")
    return "triton" if can_run and choice != "reference" else "reference"


def runs_triton(x: Tensor) -> bool:
    """Whether an op on `x` goes to its Triton kernel."""
    return backend() == "triton" and (x.is_cuda or is_interpreted())
