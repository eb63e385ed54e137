"""How fast the writer is here: the embedded model on this machine."""

from __future__ import annotations

import time
from typing import Any

import torch

from synthesis import checkpoint
from synthesis.bench import machine
from synthesis.language.engine import Engine

PROMPT = "The harbour council of the town met on Tuesday evening and decided, after a long debate, that"
NEW_TOKENS = 48


def measure() -> dict[str, Any]:
    """The embedded model: prefill and greedy decoding in tokens a second, alone and in a batch."""
    engine = Engine.load(checkpoint.find("embedded", checkpoint.models_dir()))
    prompt = engine.tokenizer.encode(PROMPT)

    def decode(batch: int) -> dict[str, float]:
        started = time.perf_counter()
        engine.generate([prompt] * batch, max_tokens=1, temperature=0.0, seed=0)
        prefill_s = time.perf_counter() - started
        started = time.perf_counter()
        made = engine.generate([prompt] * batch, max_tokens=NEW_TOKENS, temperature=0.0, seed=0)
        seconds = time.perf_counter() - started - prefill_s
        tokens = sum(len(generation.tokens) - 1 for generation in made)
        prefilled = batch * len(prompt)
        return {"prefill": round(prefilled / prefill_s, 1), "decode": round(tokens / max(seconds, 1e-9), 1)}

    decode(1)  # the first call warms up the libraries
    return {"tokens_a_second": {str(batch): decode(batch) for batch in (1, 8)}, **machine(torch.device("cpu"))}
