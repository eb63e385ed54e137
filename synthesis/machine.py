"""What there is to compute with: the GPU, the memory and the cores that this process may use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Machine:
    """`gpu` is the GPU's name, empty for none that may be used."""

    gpu: str
    gpu_bytes: int
    memory_bytes: int
    cores: int

    def __str__(self) -> str:
        if self.gpu:
            return f"{self.gpu} with {self.gpu_bytes / 1e9:.0f} GB"
        return f"this machine, with {self.cores} cores, {self.memory_bytes / 1e9:.0f} GB of memory and no GPU,"


def this_machine() -> Machine:
    """Raises RuntimeError if COMPUTE_DEVICE names a GPU that is not there."""
    import torch

    from synthesis.device import compute_device, cores

    device = compute_device()
    if device.type != "cuda":
        return Machine("", 0, _memory_bytes(), cores())
    found = torch.cuda.get_device_properties(device)
    return Machine(found.name, found.total_memory, _memory_bytes(), cores())


def _memory_bytes() -> int:
    """The memory of the machine, or of the container that this runs in."""
    found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = _MEMORY_LIMIT.read_text().strip() if _MEMORY_LIMIT.is_file() else ""
    return min(found, int(limit)) if limit.isdecimal() else found
