"""The language engine: token ids in, token ids or log-probabilities out, many texts at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kernels.backend import runs_triton
from synthesis.config import LanguageConfig
from synthesis.device import compute_device, give_back_memory, language_dtype
from synthesis.errors import CheckpointError, PromptTooLong
from synthesis.language.gguf import GgufFile
from synthesis.language.half_model import can_halve
from synthesis.language.kv_cache import KVCache, Span
from synthesis.language.model import LanguageModel
from synthesis.language.quantized_model import Quantisation
from synthesis.language.recorded_steps import GraphRecorder
from synthesis.language.requests import Generation, Progress, Request
from synthesis.language.run import Limits, Run
from synthesis.language.slots import default_budget_bytes
from synthesis.language.tokenizer import Tokenizer
from synthesis.language.weights import load_hub_model
from synthesis.types import Progress as Loading
from synthesis.types import no_progress

Ids = Sequence[int]

SCORED_AT_ONCE = 2048  # tokens of one scoring pass: bounds its activations
PREFILLED_ON_CPU = 512  # tokens of one pass over prompts: on a CPU more of them are no faster, and take memory
LOGITS_AT_ONCE = 256  # rows of logits alive at a time: 50 MB for a vocabulary of 49,152


class Engine:
    """A loaded model. One call at a time: it is not safe to share between threads.

    `limits` bounds what runs at once, and may be changed between runs; memory that runs out lowers it for good. `clock`
    gives seconds.
    """

    def __init__(
        self,
        model: LanguageModel,
        tokenizer: Tokenizer | None = None,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.model, self._tokenizer, self._clock = model, tokenizer, clock
        self.device, self.dtype = model.device, model.dtype
        self.limits = limits or _default_limits(self.device)

    @classmethod
    def load(
        cls,
        path: Path | str,
        device: str | None = None,
        *,
        quantise: Quantisation | None = None,
        is_exact: bool = False,
        progress: Loading = no_progress,
    ) -> Engine:
        """Load a hub checkpoint (a directory) or a GGUF file (or a directory with just one), in the device's own dtype.

        `quantise` rounds the large weights to 8 or 4 bits as they are read; else a CPU keeps them in 16 bits where it
        has a product for such, unless they are to be `is_exact`. `progress` is told bytes.
        Raises CheckpointError, in one line, on anything missing, damaged or not supported.
        """
        place = compute_device(device)
        options = {"quantise": quantise, "halves": quantise is None and not is_exact and can_halve(place)}
        loaded = cls(*_read(Path(path), place, progress=progress, **options))
        # What the reading took, and what became holes between the weights.
        give_back_memory()
        return loaded

    @property
    def config(self) -> LanguageConfig:
        return self.model.config

    @property
    def tokenizer(self) -> Tokenizer:
        """Raises CheckpointError if the checkpoint came without one: such a model takes ids alone."""
        if self._tokenizer is None:
            raise CheckpointError("this checkpoint has no tokenizer.json")
        return self._tokenizer

    def run(
        self, requests: Iterable[Request], *, on_progress: Progress | None = None, counts_experts: bool = False
    ) -> Run:
        """Write for all requests, as many at once as `limits` allow; iterate over it to make it go on.

        It yields (number of the request, Generation) as they end. Its `tickets` cancel, its `figures` count; with
        `counts_experts` also each expert's load. Raises PromptTooLong on a request that could never fit.
        """
        # The last run's cache would lie beside this one's, in pieces that it does not fit.
        if self.device.type == "cpu":
            give_back_memory()
        return Run(
            self.model,
            requests,
            self.limits,
            on_progress=on_progress,
            clock=self._clock,
            counts_experts=counts_experts,
            recorder=GraphRecorder if self.device.type == "cuda" and runs_triton(self.model.embedding) else None,
        )

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
        self._check(prompts, max_tokens)
        seeds = [seed] * len(prompts) if isinstance(seed, int) else list(seed)
        if len(seeds) != len(prompts):
            raise ValueError(f"{len(seeds)} seeds for {len(prompts)} prompts")
        ends = frozenset(stop)
        run = self.run(
            Request(prompt, max_tokens, temperature, own_seed, ends)
            for prompt, own_seed in zip(prompts, seeds, strict=True)
        )
        written = dict(run)
        return [written[number] for number in range(len(prompts))]

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


def _default_limits(device: torch.device) -> Limits:
    budget = default_budget_bytes(device)
    return Limits(budget, prefill_tokens=PREFILLED_ON_CPU) if device.type == "cpu" else Limits(budget)


def _read(path: Path, device: torch.device, **options: Any) -> tuple[LanguageModel, Tokenizer | None]:
    """`options` are those of the two readers."""
    dtype, single = language_dtype(device), _gguf_in(path)
    if single is not None:
        file = GgufFile(single)
        return file.model(device, dtype, **options), file.tokenizer()
    if not path.is_dir():
        raise CheckpointError(f"there is no model at {path}")
    tokenizer = Tokenizer.from_hub(path) if (path / "tokenizer.json").is_file() else None
    return load_hub_model(path, device, dtype, **options), tokenizer


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
