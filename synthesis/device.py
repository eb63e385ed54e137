"""Chooses device, number type and thread count in one place. COMPUTE_DEVICE overrides the choice of device."""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache

import torch

# malloc.h: options by number. One arena, which is not given back by itself; blocks of 32 MB and more outside of it.
_ONE_HEAP = {-8: 1, -3: 1 << 25, -1: 2**31 - 1}


def compute_device(name: str | None = None) -> torch.device:
    """The device named, else the one that COMPUTE_DEVICE names, else the first GPU, else the CPU.

    Raises RuntimeError if a GPU is named and there is none.
    """
    wanted = name or os.environ.get("COMPUTE_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(wanted)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise RuntimeError(f"the device {wanted!r} was asked for, and there is no GPU that torch can use")
    return device


def language_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 on a GPU; float32 on a CPU, where few have fast 16-bit arithmetic."""
    return torch.bfloat16 if device.type == "cuda" else torch.float32


def cores() -> int:
    """The cores that this run may use, which in a container are fewer than the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def prepare_cpu() -> int:
    """Set torch's thread count to the cores, unless OMP_NUM_THREADS says otherwise. Returns the count. Done once.

    Freed memory stays in one heap for all threads, until `give_back_memory`; a heap a thread grows and crumbles.
    Measured on ten turns, two at a time, and then two of the longest: at most 1.9 GB in the place of 2.3 and more.
    """
    prepare_thread(torch.get_num_threads() if "OMP_NUM_THREADS" in os.environ else cores())
    for option, value in _ONE_HEAP.items():
        _libc("mallopt", option, value)
    return torch.get_num_threads()


def give_back_memory() -> None:
    """Hand freed memory back to the system: at the end of a long piece of work."""
    _libc("malloc_trim", 0)


def _libc(function: str, *arguments: int) -> None:
    """Call a function of glibc, where that is the system's C library."""
    if platform.libc_ver()[0] == "glibc":
        getattr(ctypes.CDLL(None), function)(*arguments)


def prepare_thread(threads: int) -> None:
    """Let the calling thread split an operation over so many threads, and treat numbers below 1e-38 as 0.

    Such numbers, as in the fading states of a recurrent network, cost a hundred times a normal one.
    """
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
