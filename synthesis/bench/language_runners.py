"""Our language runtime and `transformers` on the same weights, each in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from synthesis import checkpoint
from synthesis.bench.apart import Apart
from synthesis.bench.packages import require
from synthesis.device import prepare_cpu
from synthesis.language.engine import Engine
from synthesis.language.half_model import HalfLinear
from synthesis.language.kv_cache import KVCache
from synthesis.language.requests import Request, Ticket
from synthesis.language.weights import destinations

OURS, PEER = "ours", "transformers"
READ_BYTES, READS = 1 << 28, 9

Prompts = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of reading all prompts and writing a first token for each, and of writing `decoded` tokens after that."""

    prefilled: int
    prefill_s: float
    decoded: int
    decode_s: float

    @property
    def prefill(self) -> float:
        """Tokens a second."""
        return self.prefilled / self.prefill_s

    @property
    def decode(self) -> float:
        """Tokens a second."""
        return self.decoded / self.decode_s


@dataclass(frozen=True, slots=True)
class Telling:
    """Stories written under their grammars: `forced` tokens took no pass; `first_token_s` is the median story's.

    `texts`: the tokens of each, in order.
    """

    seconds: float
    written: int
    forced: int
    passes: int
    first_token_s: float
    texts: tuple[tuple[int, ...], ...]


class Runner:
    """OURS or PEER with the embedded model, on the CPU."""

    def __init__(self, name: str, models_dir: Path):
        self._apart = Apart(name, _load, name, checkpoint.find("embedded", models_dir))

    def time(self, prompts: Prompts, new_tokens: int) -> Timing:
        """Continue all prompts at once, by `new_tokens` each, greedily."""
        return self._apart.call(_time, prompts, new_tokens)

    def tell(self, stories: int, facts: int, rows: int) -> Telling:
        """Write so many stories of about so many facts, `rows` of them at once. Ours alone."""
        return self._apart.call(_tell, stories, facts, rows)

    def sizes(self) -> dict[str, int]:
        """Bytes of the weights that a step reads, and of the cache for each token. Ours alone."""
        return self._apart.call(_sizes)

    def bytes_a_second(self) -> float:
        return self._apart.call(read_bytes_a_second)

    def peak_memory_bytes(self) -> int:
        return self._apart.peak_memory_bytes()["main"]

    def close(self) -> None:
        self._apart.close()


_timed: Callable[[Prompts, int], Timing]
_engine: Engine
"""What a runner's process has loaded."""


def _load(name: str, folder: Path) -> None:
    global _timed, _engine
    prepare_cpu()
    if name == OURS:
        _engine = Engine.load(folder, device="cpu")
        _timed = ours(_engine)
    else:
        _timed = _theirs(_oracle(Engine.load(folder, device="cpu", is_exact=True)))


def _time(prompts: Prompts, new_tokens: int) -> Timing:
    return _timed(prompts, new_tokens)


def ours(engine: Engine, skipped: int = 1) -> Callable[[Prompts, int], Timing]:
    """Times an engine on prompts that have no beginning in common.

    The first `skipped` tokens of each text are not counted as decoded, nor is their time: on a GPU the second one's
    step is recorded.
    """

    def timed(prompts: Prompts, new_tokens: int) -> Timing:
        read = decoding = 0.0
        written = 0

        def note(ticket: Ticket, new: tuple[int, ...]) -> None:
            nonlocal read, decoding, written
            written += len(new)
            if written == len(prompts):
                read = time.perf_counter()
            if written == skipped * len(prompts):
                decoding = time.perf_counter()

        config = engine.model.config
        # No text ends by itself, so that both runtimes write as much.
        engine.model.config = replace(config, eos_ids=frozenset())
        started = time.perf_counter()
        for _ in engine.run([Request(prompt, new_tokens) for prompt in prompts], on_progress=note):
            pass
        ended = time.perf_counter()
        engine.model.config = config
        decoded = written - skipped * len(prompts)
        return Timing(sum(map(len, prompts)), read - started, decoded, ended - decoding)

    return timed


def _oracle(engine: Engine) -> Any:
    """The same model as `transformers` has it, on the weights that our reader de-quantised."""
    package, config = require("transformers", "dev"), engine.config
    model = package.LlamaForCausalLM(
        package.LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            num_hidden_layers=config.num_layers,
            num_attention_heads=config.num_heads,
            num_key_value_heads=config.num_kv_heads,
            rms_norm_eps=config.rms_norm_eps,
            rope_parameters={"rope_type": "default", "rope_theta": config.rope_theta},
            tie_word_embeddings=config.tied_head,
        )
    ).eval()
    model.load_state_dict(destinations(engine.model), strict=False)
    return model


def _theirs(model: Any) -> Callable[[Prompts, int], Timing]:
    """The package's model in the tightest loop that it allows: its `generate` would take longer."""

    @torch.inference_mode()
    def timed(prompts: Prompts, new_tokens: int) -> Timing:
        started = time.perf_counter()
        out = model(torch.tensor(prompts), use_cache=True, logits_to_keep=1)
        token = out.logits[:, -1].argmax(-1, keepdim=True)
        read = time.perf_counter()
        for _ in range(new_tokens - 1):
            out = model(token, past_key_values=out.past_key_values, use_cache=True)
            token = out.logits[:, -1].argmax(-1, keepdim=True)
        ended = time.perf_counter()
        return Timing(sum(map(len, prompts)), read - started, len(prompts) * (new_tokens - 1), ended - read)

    return timed


def _tell(stories: int, facts: int, rows: int) -> Telling:
    # Not before the other figures: it brings a tagger, which would stand in their memory.
    from synthesis.bench import told_stories

    requests = told_stories.requests(_engine, stories, facts)
    _engine.limits = replace(_engine.limits, rows=rows)
    run = _engine.run(requests)
    written = dict(run)
    firsts = sorted(generation.first_token_s or 0.0 for generation in written.values())
    figures = run.figures
    return Telling(
        figures.duration_s,
        figures.written,
        figures.forced,
        figures.forward_passes,
        firsts[len(firsts) // 2],
        tuple(written[number].tokens for number in range(stories)),
    )


def _sizes() -> dict[str, int]:
    model = _engine.model
    read = [parameter for parameter in model.parameters() if parameter is not model.embedding or model.head is None]
    halved = [part.halved for part in model.modules() if isinstance(part, HalfLinear)]
    weights = sum(parameter.nbytes for parameter in read) + sum(weight.size_bytes for weight in halved)
    return {"weights": weights, "cached": KVCache.bytes_per_token(_engine.config, _engine.dtype)}


def read_bytes_a_second() -> float:
    """The fastest of some reads of a matrix that no cache holds: its product with a vector, as decoding takes it."""
    matrix, vector = torch.ones(READ_BYTES // 4 // 4096, 4096), torch.ones(4096)
    best = float("inf")
    for _ in range(READS):
        started = time.perf_counter()
        torch.mv(matrix, vector)
        best = min(best, time.perf_counter() - started)
    return matrix.nbytes / best
