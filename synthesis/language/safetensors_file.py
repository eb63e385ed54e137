"""Reads safetensors files in pieces, into one small buffer: no tensor of a file lies in host memory as a whole.

The format: a header's length in 8 bytes (little-endian), the header in JSON with each tensor's type, shape and place,
and the tensors' bytes in one run without gaps. Nothing in a file is executed. A flipped bit of the header is found
here; one of the bytes after it is found by the file's pinned hash alone (`synthesis.checkpoint`), or where it makes a
weight that is no number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from synthesis.errors import CheckpointError

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
LONGEST_HEADER = 100 << 20
PIECE_BYTES = 8 << 20
PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies: `size_bytes` from `start` on in the file at `path`."""

    path: Path
    dtype: torch.dtype
    shape: tuple[int, ...]
    start: int
    size_bytes: int


def read_header(path: Path) -> dict[str, StoredTensor]:
    """The tensors of a file by name, in the order of their bytes.

    Raises CheckpointError, in one line, if the header and the file's size don't fit together or a type is not read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
            size = int.from_bytes(start, "little")
            if len(start) < 8 or size > LONGEST_HEADER:
                raise _damaged(path, start, "it has no header")
            header = json.loads(file.read(size))
            end = file.seek(0, 2)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    except ValueError as error:
        raise _damaged(path, start, "its header is no JSON") from error
    if not isinstance(header, dict):
        raise _damaged(path, start, "its header is no JSON object")
    header.pop("__metadata__", None)
    tensors = {name: _stored(path, name, row, 8 + size) for name, row in header.items()}
    return _without_gaps(path, tensors, 8 + size, end)


class Reader:
    """Reads tensors piece by piece through one buffer, pinned if they go to a GPU."""

    def __init__(self, device: torch.device):
        self._buffer = torch.empty(PIECE_BYTES, dtype=torch.uint8, pin_memory=device.type == "cuda")

    def pieces(self, stored: StoredTensor) -> Iterator[Tensor]:
        """The tensor's values in order, 1-D runs of them in the stored type, each valid until the next is asked for."""
        with stored.path.open("rb", buffering=0) as file:
            file.seek(stored.start)
            left = stored.size_bytes
            while left:
                part = self._buffer[: min(left, PIECE_BYTES)]
                _read_exactly(file, part, stored.path)
                left -= len(part)
                yield part.view(stored.dtype)


def _read_exactly(file: Any, buffer: Tensor, path: Path) -> None:
    view, done = buffer.numpy().data, 0
    while done < len(view):
        count = file.readinto(view[done:])
        if not count:
            raise CheckpointError(f"{path} became shorter while it was read")
        done += count


def _stored(path: Path, name: str, row: Any, data_start: int) -> StoredTensor:
    try:
        kind, shape, (begin, end) = row["dtype"], tuple(row["shape"]), row["data_offsets"]
        is_whole = all(isinstance(number, int) and number >= 0 for number in (*shape, begin, end))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged: its header does not say where {name} lies") from error
    if kind not in DTYPES:
        raise CheckpointError(f"{path}: {name} is stored as {kind}, which is not supported")
    dtype = DTYPES[kind]
    if not is_whole or end - begin != prod(shape) * dtype.itemsize:
        raise CheckpointError(f"{path} is damaged: {name} has not the size of its shape")
    return StoredTensor(path, dtype, shape, data_start + begin, end - begin)


def _without_gaps(path: Path, tensors: dict[str, StoredTensor], start: int, end: int) -> dict[str, StoredTensor]:
    tensors = dict(sorted(tensors.items(), key=lambda item: (item[1].start, item[1].size_bytes)))
    for name, tensor in tensors.items():
        if tensor.start != start:
            raise CheckpointError(f"{path} is damaged: {name} does not begin where the tensor before it ends")
        start += tensor.size_bytes
    if start != end:
        raise CheckpointError(f"{path} is damaged: it has {end} bytes, and its header tells of {start}")
    return tensors


def _damaged(path: Path, start: bytes, why: str) -> CheckpointError:
    if start.startswith(PICKLE_STARTS):
        return CheckpointError(f"{path} is a pickled or zipped file, which is never loaded as a model")
    return CheckpointError(f"{path} is damaged or no safetensors file: {why}")
