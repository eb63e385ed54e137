"""The language engine: token ids in, token ids or log-probabilities out, batched, prefill and decode apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from synthesis.config import LanguageConfig
from synthesis.device import compute_device, language_dtype
from synthesis.errors import CheckpointError, PromptTooLong
from synthesis.language.gguf import GgufFile
from synthesis.language.kv_cache import KVCache, Span
from synthesis.language.model import LanguageModel
from synthesis.language.sampler import Sampler
from synthesis.language.tokenizer import Tokenizer
from synthesis.language.weights import load_hub_model

Ids = Sequence[int]

SCORED_AT_ONCE = 2048  # tokens of one scoring pass: bounds its activations
LOGITS_AT_ONCE = 256  # rows of logits alive at a time: 50 MB for a vocabulary of 49,152


@dataclass(frozen=True, slots=True)
class Generation:
    """What the model wrote after a prompt; the token that ended it is not among `tokens`."""

    tokens: tuple[int, ...]
    ended_by: Literal["stop", "length"]


class Engine:
    """A loaded model. One call at a time: it is not safe to share between threads."""

    def __init__(self, model: LanguageModel, tokenizer: Tokenizer | None = None):
        self.model, self._tokenizer = model, tokenizer
        self.device, self.dtype = model.embedding.device, model.embedding.dtype

    @classmethod
    def load(cls, path: Path | str, device: str | None = None) -> Engine:
        """Load a hub checkpoint (a directory) or a GGUF file (or a directory with just one), in the device's own dtype.

        Raises CheckpointError, in one line, on anything missing, damaged or not supported.
        """
        path = Path(path)
        place = compute_device(device)
        dtype = language_dtype(place)
        single = _gguf_in(path)
        if single is not None:
            file = GgufFile(single)
            return cls(file.model(place, dtype), file.tokenizer())
        if not path.is_dir():
            raise CheckpointError(f"there is no model at {path}")
        tokenizer = Tokenizer.from_hub(path) if (path / "tokenizer.json").is_file() else None
        return cls(load_hub_model(path, place, dtype), tokenizer)

    @property
    def config(self) -> LanguageConfig:
        return self.model.config

    @property
    def tokenizer(self) -> Tokenizer:
        """Raises CheckpointError if the checkpoint came without one: such a model takes ids alone."""
        if self._tokenizer is None:
            raise CheckpointError("this checkpoint has no tokenizer.json")
        return self._tokenizer

    @torch.inference_mode()
    def generate(
        self,
        prompts: Sequence[Ids],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | Sequence[int] = 0,
        stop: Collection[int] = (),
    ) -> list[Generation]:
        """Continue each prompt by up to `max_tokens`, until the model's end token or one in `stop`.

        `seed` is one for each prompt, or one that each prompt starts from alone: a prompt's text is the same in any
        batch. Raises PromptTooLong if prompt and `max_tokens` exceed the context, ValueError on an empty prompt.
        """
        if not prompts:
            return []
        self._check(prompts, max_tokens)
        seeds = [seed] * len(prompts) if isinstance(seed, int) else list(seed)
        if len(seeds) != len(prompts):
            raise ValueError(f"{len(seeds)} seeds for {len(prompts)} prompts")
        ends = self.config.eos_ids | frozenset(stop)
        return _Run(self, prompts, max_tokens, Sampler(seeds, temperature), ends).finish()

    @torch.inference_mode()
    def score(self, contexts: Sequence[Ids], continuations: Sequence[Ids]) -> list[float]:
        """log p(continuation | context) in nats, the sum over its tokens, for each pair.

        Raises ValueError on an empty context (there is no first token to condition on) and PromptTooLong.
        """
        pairs = list(zip(contexts, continuations, strict=True))
        self._check(contexts, 0)
        self._check([(*context, *continuation) for context, continuation in pairs], 0)
        sums = [0.0] * len(pairs)
        for batch in _batches({n: len(c) + len(s) for n, (c, s) in enumerate(pairs) if s}):
            for index, value in zip(batch, self._score([pairs[i] for i in batch]), strict=True):
                sums[index] = value
        return sums

    def _score(self, pairs: list[tuple[Ids, Ids]]) -> list[float]:
        # The last token of each text is only ever predicted, never read.
        texts = [[*context, *continuation][:-1] for context, continuation in pairs]
        lengths = [len(text) for text in texts]
        cache = KVCache(self.config, len(texts), max(lengths), device=self.device, dtype=self.dtype, keep=False)
        hidden = self.model(self.ids(texts), Span.of([0] * len(texts), lengths, self.device), cache)
        ends = torch.tensor(lengths).cumsum(0).tolist()
        read = [range(end - len(said), end) for end, (_, said) in zip(ends, pairs, strict=True)]
        rows = torch.tensor([place for places in read for place in places], device=self.device, dtype=torch.int64)
        owner = torch.tensor([n for n, places in enumerate(read) for _ in places], dtype=torch.int64)
        targets = self.ids([said for _, said in pairs])
        chosen = [
            self._log_probability(hidden[part], target)
            for part, target in zip(rows.split(LOGITS_AT_ONCE), targets.split(LOGITS_AT_ONCE), strict=True)
        ]
        values = torch.cat(chosen).double().cpu()
        return torch.zeros(len(pairs), dtype=torch.float64).index_add_(0, owner, values).tolist()

    def _log_probability(self, hidden: Tensor, target: Tensor) -> Tensor:
        logits = self.model.logits(hidden)
        return logits.gather(1, target[:, None])[:, 0] - logits.logsumexp(-1)

    def ids(self, texts: Sequence[Ids]) -> Tensor:
        """The texts' ids packed into one (T,) tensor on the model's device."""
        return torch.tensor([id for text in texts for id in text], dtype=torch.int64, device=self.device)

    def _check(self, prompts: Sequence[Ids], max_tokens: int) -> None:
        for number, prompt in enumerate(prompts):
            if not prompt:
                raise ValueError(f"prompt {number} has no tokens")
            if len(prompt) + max_tokens > self.config.max_positions:
                raise PromptTooLong(len(prompt) + max_tokens, self.config.max_positions)


class _Run:
    """One call of `generate`: the cache, and the sequences that still write."""

    def __init__(self, engine: Engine, prompts: Sequence[Ids], budget: int, sampler: Sampler, ends: frozenset[int]):
        self._engine, self._sampler, self._ends, self._budget = engine, sampler, ends, budget
        self._prompts = prompts
        self._written: list[list[int]] = [[] for _ in prompts]
        self._is_stopped = [False] * len(prompts)

    def finish(self) -> list[Generation]:
        engine, lengths = self._engine, [len(prompt) for prompt in self._prompts]
        capacity = max(lengths) + self._budget
        cache = KVCache(engine.config, len(lengths), capacity, device=engine.device, dtype=engine.dtype)
        alive = list(range(len(lengths)))
        hidden = engine.model(engine.ids(self._prompts), Span.of([0] * len(lengths), lengths, engine.device), cache)
        hidden = hidden[torch.tensor(lengths, device=engine.device).cumsum(0) - 1]
        for _ in range(self._budget):
            going_on = self._extend(alive, engine.model.logits(hidden))
            if not going_on or len(self._written[alive[going_on[0]]]) == self._budget:
                break
            if len(going_on) < len(alive):
                cache.keep_rows(going_on)
                alive = [alive[row] for row in going_on]
            starts = [lengths[n] + len(self._written[n]) - 1 for n in alive]
            tokens = engine.ids([self._written[n][-1:] for n in alive])
            hidden = engine.model(tokens, Span.of(starts, [1] * len(alive), engine.device), cache)
        return [
            Generation(tuple(written), "stop" if stopped else "length")
            for written, stopped in zip(self._written, self._is_stopped, strict=True)
        ]

    def _extend(self, alive: list[int], logits: Tensor) -> list[int]:
        """Write each sequence's next token; returns the rows of `alive` that go on."""
        going_on = []
        for row, (number, token) in enumerate(zip(alive, self._sampler.choose(logits, alive), strict=True)):
            if token in self._ends:
                self._is_stopped[number] = True
            else:
                self._written[number].append(token)
                going_on.append(row)
        return going_on


def _gguf_in(path: Path) -> Path | None:
    if path.suffix == ".gguf" and path.is_file():
        return path
    found = sorted(path.glob("*.gguf")) if path.is_dir() and not (path / "config.json").exists() else []
    if len(found) > 1:
        raise CheckpointError(f"{path} has {len(found)} GGUF files, and should have one")
    return found[0] if found else None


def _batches(lengths: dict[int, int]) -> Iterator[list[int]]:
    """The keys in batches of like length, none of more than SCORED_AT_ONCE tokens after padding."""
    batch: list[int] = []
    for index in sorted(lengths, key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > SCORED_AT_ONCE:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
