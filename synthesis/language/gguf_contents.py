"""What a GGUF file holds: its fields, and where its tensors lie, without a copy of either.

The package's own reader keeps an array for each token and each merge of the vocabulary: seconds, and 170 MB.
Source: the specification of GGUF in ggml, versions 2 and 3, little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import gguf
import numpy as np

MAGIC = b"GGUF"
VERSIONS = (2, 3)
STRING, ARRAY, BOOL = 8, 9, 7
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", BOOL: "?", 10: "Q", 11: "q", 12: "d"}  # struct's


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """`rows`: (N, bytes of a row) uint8 in the mapped file; `shape` in the hub's order, outputs first."""

    name: str
    kind: gguf.GGMLQuantizationType
    shape: tuple[int, ...]
    rows: np.ndarray


class GgufContents:
    """An open file, mapped. Raises ValueError, or another error that a damaged file leads numpy and struct into."""

    def __init__(self, path: Path):
        self.mapped = np.memmap(path, mode="r")
        self._bytes, self._place = self.mapped.data, 0
        if self._take(4) != MAGIC or self._number("I") not in VERSIONS:
            raise ValueError("it does not begin as GGUF of version 2 or 3 does")
        tensors, fields = self._number("Q"), self._number("Q")
        self.fields: dict[str, Any] = {}
        for _ in range(fields):
            name = self._string()
            self.fields[name] = self._value(self._number("I"))
        stored = [(self._string(), *self._place_of_tensor()) for _ in range(tensors)]
        alignment = self.fields.get("general.alignment", 32)
        start = -(-self._place // alignment) * alignment
        self.tensors = [self._tensor(name, kind, shape, start + offset) for name, kind, shape, offset in stored]

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._string()
        if kind != ARRAY:
            return self._number(NUMBERS[kind])
        kind, count = self._number("I"), self._number("Q")
        if kind == STRING:
            return [self._string() for _ in range(count)]
        return list(self._numbers(count, NUMBERS[kind]))

    def _place_of_tensor(self) -> tuple[gguf.GGMLQuantizationType, tuple[int, ...], int]:
        sizes = [self._number("Q") for _ in range(self._number("I"))]
        return gguf.GGMLQuantizationType(self._number("I")), tuple(reversed(sizes)), self._number("Q")

    def _tensor(self, name: str, kind: gguf.GGMLQuantizationType, shape: tuple[int, ...], start: int) -> GgufTensor:
        in_block, block_bytes = gguf.GGML_QUANT_SIZES[kind]
        if not shape or shape[-1] % in_block:
            raise ValueError(f"{name} is {shape}, in blocks of {in_block}")
        row_bytes = shape[-1] // in_block * block_bytes
        end = start + prod(shape[:-1]) * row_bytes
        if end > len(self.mapped):
            raise ValueError(f"{name} ends behind the file")
        return GgufTensor(name, kind, shape, self.mapped[start:end].reshape(-1, row_bytes))

    def _string(self) -> str:
        return str(self._take(self._number("Q")), "utf-8")

    def _number(self, code: str) -> Any:
        return self._numbers(1, code)[0]

    def _numbers(self, count: int, code: str) -> tuple[Any, ...]:
        layout = f"<{count}{code}"
        return struct.unpack(layout, self._take(struct.calcsize(layout)))

    def _take(self, count: int) -> memoryview:
        end = self._place + count
        if end > len(self._bytes):
            raise ValueError("it ends in the middle of what it holds")
        taken = self._bytes[self._place : end]
        self._place = end
        return taken
