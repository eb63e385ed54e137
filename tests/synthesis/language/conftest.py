"""Tiny random checkpoints in the hub's layout, written by `transformers`, which is also the oracle."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from synthesis.audio.resample import resample
from synthesis.checkpoint import find, models_dir
from synthesis.errors import CheckpointError
from synthesis.language.engine import Engine
from synthesis.language.kv_cache import KVCache, Span

os.environ["HF_HUB_OFFLINE"] = "1"
TINY = {
    "vocab_size": 97,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 128,
    "eos_token_id": None,
    "bos_token_id": None,
    "pad_token_id": None,
}
EXPERTS = {"num_experts": 5, "num_experts_per_tok": 2}
LOCAL_EXPERTS = {"num_local_experts": 5, "num_experts_per_tok": 3}
GRANITE = {
    "embedding_multiplier": 12.0,
    "residual_multiplier": 0.22,
    "attention_multiplier": 0.015625,
    "logits_scaling": 6.0,
    "tie_word_embeddings": True,
}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 1e4, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
LLAMA3["original_max_position_embeddings"] = 32
YARN = {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0, "original_max_position_embeddings": 32}
DOTS = {
    "n_routed_experts": 5,
    "num_experts_per_tok": 2,
    "n_shared_experts": 2,
    "moe_intermediate_size": 20,
    "head_dim": 16,
    "routed_scaling_factor": 2.5,
}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("LlamaConfig", {"attention_bias": True, "mlp_bias": True, "head_dim": 12}),
    "llama-tied": ("LlamaConfig", {"tie_word_embeddings": True, "num_key_value_heads": 1}),
    "olmoe": ("OlmoeConfig", {**EXPERTS, "num_key_value_heads": 4}),
    "olmoe-renormalised": ("OlmoeConfig", {**EXPERTS, "norm_topk_prob": True}),
    "qwen3_moe": ("Qwen3MoeConfig", {**EXPERTS, "moe_intermediate_size": 20, "head_dim": 16, "norm_topk_prob": True}),
    "qwen3_moe-dense-layers": ("Qwen3MoeConfig", {**EXPERTS, "moe_intermediate_size": 20, "mlp_only_layers": [0, 2]}),
    "qwen2_moe": ("Qwen2MoeConfig", {**EXPERTS, "moe_intermediate_size": 20, "shared_expert_intermediate_size": 28}),
    "qwen2_moe-every-second": (
        "Qwen2MoeConfig",
        {**EXPERTS, "moe_intermediate_size": 20, "shared_expert_intermediate_size": 28, "decoder_sparse_step": 2},
    ),
    "mixtral": ("MixtralConfig", LOCAL_EXPERTS),
    "granitemoe": ("GraniteMoeConfig", {**LOCAL_EXPERTS, **GRANITE}),
    "dots1": ("Dots1Config", {**DOTS, "norm_topk_prob": True, "first_k_dense_replace": 1}),
    "dots1-not-renormalised": ("Dots1Config", {**DOTS, "routed_scaling_factor": 1.0}),
    "llama-llama3": ("LlamaConfig", {"rope_parameters": LLAMA3}),
    "qwen3_moe-yarn": ("Qwen3MoeConfig", {**EXPERTS, "moe_intermediate_size": 20, "rope_parameters": YARN}),
}


@pytest.fixture(scope="session")
def transformers() -> ModuleType:
    """The oracle. A resample first: it makes torchaudio, which transformers imports, importable beside CPU torch."""
    resample(torch.zeros(8), 8000, 16000)
    return pytest.importorskip("transformers")


@pytest.fixture(scope="session")
def write_checkpoint(transformers, tmp_path_factory):
    """Writes a random model of a family, as `change` leaves it, in shards; returns its folder and the oracle."""

    def write(
        family: str, change: Callable[[torch.nn.Module], None] | None = None, **overrides: Any
    ) -> tuple[Path, torch.nn.Module]:
        config_name, switches = FAMILIES[family]
        torch.manual_seed(len(family))
        config = getattr(transformers, config_name)(**{**TINY, **switches, **overrides})
        oracle = transformers.AutoModelForCausalLM.from_config(config).eval()
        for name, parameter in oracle.named_parameters():
            parameter.data.normal_(1.0 if "norm" in name else 0.0, 0.25)
        for name, buffer in oracle.named_buffers():
            if name.endswith("e_score_correction_bias"):
                buffer.normal_(0.0, 0.5)
        if change:
            change(oracle)
        folder = tmp_path_factory.mktemp(family)
        oracle.save_pretrained(folder, max_shard_size="20KB")
        return folder, oracle

    return write


@pytest.fixture(scope="session", params=FAMILIES)
def checkpoint(request, write_checkpoint) -> tuple[Path, torch.nn.Module]:
    """Each family in turn: its folder and the oracle."""
    return write_checkpoint(request.param)


@pytest.fixture(scope="session")
def olmoe(write_checkpoint) -> tuple[Path, torch.nn.Module]:
    return write_checkpoint("olmoe")


@pytest.fixture(scope="session")
def logits_of():
    """The model's logits for rows of ids, read in one pass: (T, vocabulary), the rows one after another."""

    def read(engine: Engine, rows: list[list[int]]) -> torch.Tensor:
        lengths = [len(row) for row in rows]
        cache = KVCache(engine.config, len(rows), max(lengths), device=engine.device, dtype=engine.dtype)
        with torch.inference_mode():
            hidden = engine.model(engine.ids(rows), Span.of([0] * len(rows), lengths, engine.device), cache)
            return engine.model.logits(hidden)

    return read


@pytest.fixture(scope="session")
def oracle_logits():
    """The same of the oracle, row by row."""

    def read(oracle: torch.nn.Module, rows: list[list[int]]) -> torch.Tensor:
        with torch.inference_mode():
            return torch.cat([oracle(torch.tensor([row])).logits[0] for row in rows])

    return read


@pytest.fixture(scope="session")
def embedded_folder() -> Path:
    try:
        return find("embedded", models_dir())
    except CheckpointError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def embedded(embedded_folder) -> Engine:
    """The installed embedded model, as it is shipped."""
    return Engine.load(embedded_folder, device="cpu")


@pytest.fixture(scope="session")
def exact(embedded_folder) -> Engine:
    """The installed embedded model with its weights in float32."""
    return Engine.load(embedded_folder, device="cpu", is_exact=True)
