"""How a word of English spelling sounds, by a small network: a chunk of zero to three phonemes for each letter.

Five convolutions over the letters see eleven to each side; the stress marks are part of the chunks. Trained by
`spelling_training.py`, which names its source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PAD, _EDGE = 0, 27
_WIDTH, _KERNEL, _BLOCKS = 160, 5, 5


class SpellingNet(nn.Module):
    """(B, T) letter ids, edges at both ends -> (B, T, chunks) logits. Width 160, blocks x + conv(gelu(norm(x)))."""

    def __init__(self, chunks: int):
        super().__init__()
        self.letters = nn.Embedding(2 * 28, _WIDTH, padding_idx=_PAD)
        self.norms = nn.ModuleList(nn.LayerNorm(_WIDTH) for _ in range(_BLOCKS))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(_WIDTH, _WIDTH, _KERNEL, padding=_KERNEL // 2) for _ in range(_BLOCKS)
        )
        self.norm = nn.LayerNorm(_WIDTH)
        self.chunks = nn.Linear(_WIDTH, chunks)

    def forward(self, letters: Tensor) -> Tensor:
        kept = (letters % 28 != _PAD)[..., None]
        x = self.letters(letters)
        for norm, convolution in zip(self.norms, self.convolutions, strict=True):
            x = x + convolution((functional.gelu(norm(x)) * kept).mT).mT
        logits: Tensor = self.chunks(self.norm(x))
        return logits


@dataclass(frozen=True, slots=True)
class Spelled:
    """`confidence`: the mean probability of the letters' chunks, 0 to 1."""

    phonemes: str
    confidence: float


def encode(words: Sequence[str]) -> Tensor:
    """(B, T) int64: letter ids between two edges, padded with 0; a capitalized word, a name, has its own 28 ids."""
    ids = torch.zeros(len(words), max(map(len, words)) + 2, dtype=torch.long)
    for row, word in zip(ids, words, strict=True):
        letters = [_EDGE, *(LETTERS.index(letter) + 1 for letter in word.lower()), _EDGE]
        row[: len(letters)] = torch.tensor(letters) + (28 if word[0].isupper() else 0)
    return ids


def load(path: Path) -> tuple[SpellingNet, list[str]]:
    """The network of a safetensors file, fp16 made fp32, and its chunks in the order of its outputs."""
    with safe_open(path, "pt") as file:
        chunks: list[str] = json.loads(file.metadata()["chunks"])
        net = SpellingNet(len(chunks))
        net.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118
    return net, chunks


@cache
def _network() -> tuple[SpellingNet, list[str]]:
    with as_file(files(__package__).joinpath("spelling.safetensors")) as path:
        net, chunks = load(path)
    return net.eval(), chunks


@torch.inference_mode()
def spell(word: str) -> Spelled:
    """Phonemes of a word of the 26 letters, with one main stress; none if the network hears no vowel in it."""
    net, chunks = _network()
    found = net(encode([word]))[0, 1:-1].softmax(-1).max(-1)
    phonemes = _one_stress("".join(chunks[i] for i in found.indices.tolist()))
    return Spelled(phonemes, round(found.values.mean().item(), 3))


def _one_stress(phonemes: str) -> str:
    """The letters are judged apart: of two main stresses the last stays, with none the first vowel gets it."""
    if "ˈ" in phonemes:
        return phonemes.replace("ˈ", "ˌ", phonemes.count("ˈ") - 1)
    if "ˌ" in phonemes:
        return "ˈ".join(phonemes.rsplit("ˌ", 1))
    vowel = re.search("[AIOWYiuæɑɛɪʊʌɜɔ]", phonemes) or re.search("[əᵊ]", phonemes)
    return f"{phonemes[: vowel.start()]}ˈ{phonemes[vowel.start() :]}" if vowel else ""
