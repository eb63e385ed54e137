"""A process of its own for what is measured, so that its memory and its failures are its own."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from synthesis.bench.packages import PeerAbsent
from synthesis.errors import SynthesisError


class Apart:
    """A process that runs one call after another, and keeps what they leave in their module.

    `load` is its first call. Whatever goes wrong is raised as PeerAbsent with the name and the reason, as is a process
    that was killed; a SynthesisError is raised as it is.
    """

    def __init__(self, name: str, load: Callable[..., None], *arguments: Any):
        self.name = name
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            self.call(load, *arguments)
        except SynthesisError:
            self.close()
            raise

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return self._process.submit(function, *arguments).result()
        except SynthesisError:
            raise
        except Exception as error:
            raise PeerAbsent(f"{self.name} failed: {type(error).__name__}: {error}") from error

    def peak_memory_bytes(self) -> dict[str, int]:
        """The most that the process has held so far, libraries included: `main`, and `gpu` where there is one."""
        return self.call(_peak_memory_bytes)

    def close(self) -> None:
        self._process.shutdown(cancel_futures=True)


def _peak_memory_bytes() -> dict[str, int]:
    gpu = {"gpu": torch.cuda.max_memory_allocated()} if torch.cuda.is_available() else {}
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: that counts what the parent held when it made this process.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return {"main": int(line.split()[1]) * 1024, **gpu}
    return {"main": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)}
