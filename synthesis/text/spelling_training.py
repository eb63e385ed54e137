"""Train the letter-to-sound model of `spelling.py`: `python -m synthesis.text.spelling_training CMUDICT OUT`.

Sources: misaki's `us_gold.json` (MIT), 90,201 words; of the CMU Pronouncing Dictionary (BSD; the path of its
`cmudict.dict`) what misaki lacks, mostly names, and taken as such. Both have stress. Each letter is aligned to the zero
to three phonemes that it stands for, by hard EM over a table of letter -> chunk probabilities; the network then learns
the chunk of each letter, at the end from misaki's names alone: they are said as newsreaders say them. Seeded: the same
packages on the same machine give the same weights. About 20 minutes on one core.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections import Counter, defaultdict
from functools import cache
from importlib.resources import files
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional

from synthesis.text import cmudict
from synthesis.text.spelling import LETTERS, SpellingNet, encode, load

SEED, BATCH = 7, 256
EPOCHS, PEAK_RATE = 9, 4e-3
LAST_EPOCHS, LAST_RATE = 4, 5e-4
RAREST_CHUNK = 5
_LONGEST_CHUNK = 3
Pair = tuple[str, tuple[str, ...]]
Word = tuple[str, list[str]]
Table = dict[str, dict[str, float]]


def dictionary(cmudict_path: Path) -> list[tuple[str, str]]:
    """(word, phonemes) of both sources that are spelled with letters alone; of several readings the first."""
    entries = _gold()
    said = {word: row["DEFAULT"] if isinstance(row, dict) else row for word, row in entries.items()}
    known = {word.lower() for word in said}
    others = {word.capitalize(): p for word, p in cmudict.read(cmudict_path).items() if not _is_formed(word, known)}
    both = {**others, **said}
    return sorted((word, p) for word, p in both.items() if p and len(word) > 1 and _is_spelled(word))


def misaki_names() -> frozenset[str]:
    return frozenset(word for word in _gold() if word[0].isupper())


@cache
def _gold() -> dict[str, str | dict[str, str | None]]:
    gold: dict[str, str | dict[str, str | None]] = json.loads(
        files("misaki.data").joinpath("us_gold.json").read_text(encoding="utf-8")
    )
    return gold


def _is_formed(word: str, known: set[str]) -> bool:
    """Whether the word, or what it is formed of by an ending, is known: `aardvarks`, and no name."""
    return any(word.removesuffix(ending) + end in known for ending in ("", "s", "es", "ed", "ing") for end in ("", "e"))


def _is_spelled(word: str) -> bool:
    return all(letter in LETTERS for letter in word.lower()) and not word[1:].isupper()


def symbols(phonemes: str) -> tuple[str, ...]:
    """The phonemes one by one, a stress mark with the one that it stands before."""
    found, mark = [], ""
    for symbol in phonemes:
        if symbol in "ˈˌ":
            mark = symbol
        else:
            found.append(mark + symbol)
            mark = ""
    return tuple(found)


def align(pairs: list[Pair], table: Table | None) -> list[list[str]]:
    """Each word's chunks, one a letter, by the most probable path; words without a path have none."""
    return [_best_path(word, sounds, table) for word, sounds in pairs]


def _best_path(word: str, sounds: tuple[str, ...], table: Table | None) -> list[str]:
    width = len(sounds) + 1
    best = [0.0] + [-math.inf] * (width - 1)
    steps: list[list[int]] = []
    for letter in word.lower():
        row = table.get(letter, {}) if table else None
        following, taken = [-math.inf] * width, [0] * width
        for at, score in enumerate(best):
            if score == -math.inf:
                continue
            for length in range(min(_LONGEST_CHUNK, width - 1 - at) + 1):
                cost = -0.5 * abs(length - 1) - 1 if row is None else row.get("".join(sounds[at : at + length]), -14.0)
                if score + cost > following[at + length]:
                    following[at + length], taken[at + length] = score + cost, length
        best = following
        steps.append(taken)
    if best[-1] == -math.inf:
        return []
    chunks, at = [], len(sounds)
    for taken in reversed(steps):
        chunks.append("".join(sounds[at - taken[at] : at]))
        at -= taken[at]
    return chunks[::-1]


def estimate(pairs: list[Pair], paths: list[list[str]]) -> Table:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (word, _), path in zip(pairs, paths, strict=True):
        for letter, chunk in zip(word.lower(), path, strict=False):
            counts[letter][chunk.replace("ˈ", "").replace("ˌ", "")] += 1
    table: Table = {}
    for letter, chunks in counts.items():
        total = sum(chunks.values())
        table[letter] = {chunk: math.log((n + 0.1) / total) for chunk, n in chunks.items()}
    return table


def unmarked(pairs: list[Pair]) -> list[Pair]:
    return [(word, tuple(s.strip("ˈˌ") for s in sounds)) for word, sounds in pairs]


def aligned(pairs: list[Pair]) -> list[Word]:
    """Words with their chunks: the table is found on every fourth word, stress aside, and then used on all."""
    plain = unmarked(pairs)
    table: Table | None = None
    for _ in range(5):
        table = estimate(plain[::4], align(plain[::4], table))
    found = []
    for (word, sounds), path in zip(pairs, align(plain, table), strict=True):
        at, chunks = 0, []
        for chunk in path:
            chunks.append("".join(sounds[at : at + len(chunk)]))
            at += len(chunk)
        if chunks:
            found.append((word, chunks))
    return found


def train(words: list[Word], out: Path) -> None:
    """Learn all words from nothing, and save."""
    frequent = Counter(chunk for _, chunks in words for chunk in chunks)
    chunks = sorted(chunk for chunk, n in frequent.items() if n >= RAREST_CHUNK)
    torch.manual_seed(SEED)
    net = SpellingNet(len(chunks))
    fit(net, chunks, words, epochs=EPOCHS, peak_rate=PEAK_RATE)
    save(net, chunks, out)


def refine(words: list[Word], out: Path) -> None:
    """Learn the names alone of a saved network's words a little more, and save."""
    net, chunks = load(out)
    torch.manual_seed(SEED)
    fit(net, chunks, words, epochs=LAST_EPOCHS, peak_rate=LAST_RATE)
    save(net, chunks, out)


def fit(net: SpellingNet, chunks: list[str], words: list[Word], *, epochs: int, peak_rate: float) -> None:
    """AdamW under one cycle of rates: a tenth of the steps up, then down along a cosine."""
    shuffler = random.Random(SEED)
    index = {chunk: i for i, chunk in enumerate(chunks)}
    batches = _batches([(word, path) for word, path in words if all(chunk in index for chunk in path)], shuffler)
    optimizer = torch.optim.AdamW(net.parameters(), lr=peak_rate, weight_decay=0.01)
    steps = epochs * len(batches)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak_rate, total_steps=steps, pct_start=0.1)
    for epoch in range(epochs):
        started, total = time.monotonic(), 0.0
        shuffler.shuffle(batches)
        for batch in batches:
            targets = torch.full((len(batch), max(len(path) for _, path in batch)), -1)
            for row, (_, path) in zip(targets, batch, strict=True):
                row[: len(path)] = torch.tensor([index[chunk] for chunk in path])
            logits = net(encode([word for word, _ in batch]))[:, 1:-1]
            loss = functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=-1, label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
            total += loss.item()
        sys.stdout.write(f"epoch {epoch}: loss {total / len(batches):.4f}, {time.monotonic() - started:.0f} s\n")
        sys.stdout.flush()


def save(net: SpellingNet, chunks: list[str], path: Path) -> None:
    weights = {name: tensor.half().contiguous() for name, tensor in net.state_dict().items()}
    save_file(weights, str(path), metadata={"chunks": json.dumps(chunks, ensure_ascii=False)})


def _batches(words: list[Word], shuffler: random.Random) -> list[list[Word]]:
    """Batches of words of like length."""
    mixed = sorted(words)
    shuffler.shuffle(mixed)
    mixed.sort(key=lambda entry: len(entry[0]))
    return [mixed[at : at + BATCH] for at in range(0, len(mixed), BATCH)]


def main(cmudict_path: Path, out: Path) -> None:
    words = aligned([(word, symbols(said)) for word, said in dictionary(cmudict_path)])
    train(words, out)
    refine([(word, path) for word, path in words if word in misaki_names()], out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
