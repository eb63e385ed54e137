"""How fast the language runtime is in the shapes of OLMoE-1B-7B and Qwen3-30B-A3B, on random weights.

Of each the experts of one layer beside what torch has for them, and whole texts end to end: prompts of CONTEXT tokens
read, then NEW_TOKENS each. Shares of the bandwidth are of what is measured here: a copy of more than a cache holds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from kernels import bench as kernels_bench
from kernels.moe_workloads import ExpertLayer, compared
from kernels.setting import Setting
from synthesis.bench.language_runners import ours
from synthesis.config import LanguageConfig
from synthesis.device import language_dtype
from synthesis.language.engine import Engine
from synthesis.language.kv_cache import KVCache
from synthesis.language.model import LanguageModel
from synthesis.language.requests import Request

QWEN3 = LanguageConfig(
    family="qwen3_moe",
    vocab_size=151_936,
    hidden_size=2048,
    num_layers=48,
    num_heads=32,
    num_kv_heads=4,
    head_dim=128,
    max_positions=40_960,
    rms_norm_eps=1e-6,
    rope_theta=1e7,
    attention_scale=128**-0.5,
    qk_norm="head",
    num_experts=128,
    num_experts_per_tok=8,
    expert_size=768,
    scoring="softmax_topk_renorm",
)
OLMOE = replace(
    QWEN3,
    family="olmoe",
    vocab_size=50_304,
    num_layers=16,
    num_heads=16,
    num_kv_heads=16,
    max_positions=4096,
    rope_theta=1e4,
    qk_norm="full",
    num_experts=64,
    expert_size=1024,
    scoring="softmax_topk",
)
SHAPES = {"OLMoE-1B-7B": OLMOE, "Qwen3-30B-A3B": QWEN3}
BATCHES = (1, 8, 64)
CONTEXT, NEW_TOKENS, ROUNDS = 1536, 128, 3
SKIPPED = 3
COPIED_BYTES = 1 << 32


def measure(
    device: torch.device,
    shapes: dict[str, LanguageConfig] = SHAPES,
    *,
    batches: Sequence[int] = BATCHES,
    context: int = CONTEXT,
    new_tokens: int = NEW_TOKENS,
    copied_bytes: int = COPIED_BYTES,
) -> dict[str, Any]:
    """The figures of each shape, or why it could not be measured: the others are still worth knowing."""
    bytes_a_second = _copied_bytes_a_second(device, copied_bytes)
    figures: dict[str, Any] = {"bytes_a_second": round(bytes_a_second)}
    for name, config in shapes.items():
        sys.stderr.write(f"the shape of {name}\n")
        try:
            figures[name] = {
                "experts": {str(batch): _experts(config, batch, device, bytes_a_second) for batch in batches},
                "texts": _texts(config, batches, device, bytes_a_second, context, new_tokens),
            }
        except (torch.OutOfMemoryError, MemoryError) as error:
            figures[name] = {"absent": f"there is no room for it: {str(error).splitlines()[0]}"}
    return figures


@torch.inference_mode()
def _experts(config: LanguageConfig, batch: int, device: torch.device, bytes_a_second: float) -> dict[str, Any]:
    """Microseconds of one layer's experts by each way, and the share of the bandwidth that ours has."""
    dtype = language_dtype(device)
    name = {torch.float32: "fp32", torch.bfloat16: "bf16"}[dtype]
    torch.manual_seed(0)
    shape = config.num_experts, config.num_experts_per_tok, config.hidden_size, config.expert_size
    layer = ExpertLayer.random(Setting(device, dtype, batch, 0.0), *shape)
    figures: dict[str, Any] = {}
    for workload in compared(layer):
        try:
            row = kernels_bench.measure(workload, name, device, (math.inf, bytes_a_second / 1e12))
        except Exception as error:  # a compiler's or a driver's: of any kind
            figures[workload.op] = {"fault": str(error)[-300:]}
            continue
        share = round(row["floor_ms"] / row["ms"], 3)
        figures[workload.op] = {"us": round(row["ms"] * 1e3, 1), "bandwidth_share": share}
    return figures


def _texts(
    config: LanguageConfig,
    batches: Sequence[int],
    device: torch.device,
    bytes_a_second: float,
    context: int,
    new_tokens: int,
) -> dict[str, Any]:
    engine = Engine(random_model(config, device))
    timed = ours(engine, SKIPPED)
    figures: dict[str, Any] = {}
    for batch in batches:
        prompts = _prompts(config, batch, context)
        timings = [timed(prompts, new_tokens) for _ in range(ROUNDS + 1)][1:]
        best = min(timings, key=lambda timing: timing.decode_s)
        floor_s = _read_bytes(engine, batch, context + new_tokens / 2) / bytes_a_second
        figures[str(batch)] = {
            "prefill": round(max(timing.prefill for timing in timings), 1),
            "decode": round(best.decode, 1),
            "bandwidth_share": round(floor_s * best.decode / batch, 3),
        }
    figures["expert_load"] = _expert_load(engine, _prompts(config, 1, context))
    if device.type == "cuda":
        figures["peak_memory_bytes"] = torch.cuda.max_memory_allocated(device)
    return figures


def _expert_load(engine: Engine, prompts: list[list[int]]) -> dict[str, float]:
    """How evenly the experts are used, the mean of the layers: the busiest over the mean, and the share not used."""
    run = engine.run([Request(prompt, 2) for prompt in prompts], counts_experts=True)
    for _ in run:
        pass
    assert run.figures.expert_load is not None
    load = run.figures.expert_load.double()
    busiest = float((load.amax(1) / load.mean(1)).mean())
    return {"busiest_over_mean": round(busiest, 2), "unused": round(float((load == 0).double().mean()), 3)}


def random_model(config: LanguageConfig, device: torch.device) -> LanguageModel:
    """Weights that keep a token's length as it passes through them, so that nothing overflows."""
    model = LanguageModel.allocate(config, device, language_dtype(device))
    torch.manual_seed(0)
    for parameter in model.parameters():
        parameter.fill_(1.0) if parameter.dim() == 1 else parameter.normal_(0.0, parameter.shape[-1] ** -0.5)
    return model


def _prompts(config: LanguageConfig, batch: int, context: int) -> list[list[int]]:
    dice = torch.Generator().manual_seed(batch)
    return torch.randint(config.vocab_size, (batch, context), generator=dice).tolist()


def _read_bytes(engine: Engine, batch: int, context: float) -> float:
    """What a step must read: the experts that are hit if each is as likely as any other, all else, and the cache."""
    config, size = engine.config, engine.dtype.itemsize
    of_experts = config.num_experts * 3 * config.expert_size * config.hidden_size * config.num_layers
    embedding = 0 if config.tied_head else config.vocab_size * config.hidden_size
    others = sum(parameter.numel() for parameter in engine.model.parameters()) - of_experts - embedding
    hit = 1 - (1 - config.num_experts_per_tok / config.num_experts) ** batch
    return size * (others + hit * of_experts) + batch * context * KVCache.bytes_per_token(config, engine.dtype)


def _copied_bytes_a_second(device: torch.device, size_bytes: int) -> float:
    """Read and written, by the fastest of some copies."""
    source = torch.ones(size_bytes, dtype=torch.int8, device=device)
    target = torch.empty_like(source)
    return 2 * size_bytes / (kernels_bench.milliseconds(lambda: target.copy_(source), device) / 1e3)
