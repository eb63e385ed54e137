"""Takes on disk, so that an edited script has only its edited turns spoken again.

A take lies under the hash of all that decides its sound: phonemes, voice, speed, the model's weights, the code that
speaks, and the kind of device. A file that is not exactly what was written is never used.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from synthesis import checkpoint

SUFFIX = ".take"
LEFTOVER_AFTER_S = 3600
_DIGEST = hashlib.sha256
_DIGEST_BYTES = _DIGEST().digest_size
_CODE = ("synthesis/speech", "synthesis/config.py", "kernels")


class TakeStore:
    """A folder of takes of at most `max_bytes`; those that were not used for longest are removed first.

    It only ever saves work: where the folder cannot be read or written, takes are spoken again.
    """

    def __init__(self, folder: Path, *, max_bytes: int = 500_000_000):
        self.folder, self.max_bytes = folder, max_bytes

    def get(self, key: str) -> Tensor | None:
        """The waveform (S,) float32 that was put under `key`, bit for bit; None if there is none that is whole."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        waveform = _unpacked(content)
        with suppress(OSError):  # a folder that may only be read still serves
            if waveform is None:
                _remove(path)
            else:
                os.utime(path)
        return waveform

    def put(self, key: str, waveform: Tensor) -> None:
        """Keep a waveform (S,); it appears whole or not at all."""
        path = self._path(key)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(_packed(waveform))
            os.replace(partial, path)
        except OSError:
            _remove(partial)

    def make_room(self) -> None:
        """Remove the oldest takes until the rest fits, and what a killed process left half written."""
        files = []
        for path in self.folder.glob("*"):
            try:
                stat = path.stat()
            except OSError:
                continue  # another process was quicker
            if path.suffix == SUFFIX:
                files.append((stat.st_mtime, stat.st_size, path))
            elif time.time() - stat.st_mtime > LEFTOVER_AFTER_S:
                _remove(path)
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.max_bytes:
                break
            _remove(path)
            total -= size

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SUFFIX}"


def take_key(symbols: str, voice: str, *, device: str, speed: float = 1.0) -> str:
    """The name of a take. `device`: its kind; a GPU draws other noise than a CPU, and rounds otherwise."""
    decides = [symbols, voice, speed, device, weights(), code()]
    return _DIGEST(json.dumps(decides, ensure_ascii=False).encode()).hexdigest()


@cache
def weights() -> str:
    """The hash of the pins that every installed voice model is verified against."""
    pinned = [(file.name, file.sha256) for file in checkpoint.card_of("voice").files]
    return _DIGEST(json.dumps(sorted(pinned)).encode()).hexdigest()


@cache
def code() -> str:
    """The hash of the source of what turns phonemes into samples: a change there makes all takes new."""
    root = Path(__file__).resolve().parent.parent
    paths = [path for name in _CODE for path in (sorted((root / name).rglob("*.py")) or [root / name])]
    digest = _DIGEST()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _packed(waveform: Tensor) -> bytes:
    content = save({"waveform": waveform.detach().float().cpu().contiguous()})
    return _DIGEST(content).digest() + content


def _unpacked(content: bytes) -> Tensor | None:
    digest, rest = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if _DIGEST(rest).digest() != digest:
        return None
    try:
        waveform = load(rest)["waveform"]
    except (SafetensorError, KeyError):
        return None
    return waveform if waveform.dtype == torch.float32 and waveform.dim() == 1 else None
