"""Which open models our runtime takes, read from their own config.json; anything else is refused in one line.

Sources: the published config.json of each family, and the modelling code of `transformers`, the oracle of our tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synthesis.config import LanguageConfig
from synthesis.errors import CheckpointError
from synthesis.language.rope import read_rope

Row = Mapping[str, Any]
# What a model may be made of. Beyond it a number is damaged, and would be counted to for hours.
_BOUNDS = {
    "vocab_size": (1, 1 << 22),
    "hidden_size": (1, 1 << 20),
    "num_layers": (1, 1000),
    "num_heads": (1, 10_000),
    "num_kv_heads": (1, 10_000),
    "head_dim": (2, 10_000),
    "max_positions": (1, 1 << 31),
    "intermediate_size": (0, 1 << 20),
    "num_experts": (0, 10_000),
    "num_experts_per_tok": (0, 10_000),
    "expert_size": (0, 1 << 20),
    "shared_size": (0, 1 << 20),
}


def read_config(row: Row) -> LanguageConfig:
    """The switches that a hub checkpoint's config.json sets.

    Raises CheckpointError naming the first thing that this runtime does not have.
    """
    family = row.get("model_type")
    if family not in _FAMILIES:
        raise CheckpointError(f"model_type {family!r} is not supported; supported are {', '.join(sorted(_FAMILIES))}")
    try:
        _refuse_unsupported(row)
        if not 1 <= row["num_hidden_layers"] <= _BOUNDS["num_layers"][1]:
            raise CheckpointError(f"num_hidden_layers {row['num_hidden_layers']} is not supported")
        config = LanguageConfig(**{**_shape(row), **_FAMILIES[family](row)})
    except KeyError as missing:
        raise CheckpointError(f"config.json of a {family} has no {missing}") from missing
    except (TypeError, ValueError, AttributeError, ZeroDivisionError) as wrong:
        raise CheckpointError(f"config.json of a {family} has a value of the wrong kind: {wrong}") from wrong
    _refuse_impossible(config)
    return config


def _refuse_unsupported(row: Row) -> None:
    if row.get("hidden_act", "silu") != "silu":
        raise CheckpointError(f"hidden_act {row['hidden_act']!r} is not supported, only 'silu'")
    if row.get("clip_qkv") is not None:
        raise CheckpointError("clip_qkv is not supported")
    if (row.get("n_group") or 1) != 1:
        raise CheckpointError(f"n_group {row['n_group']} is not supported: the router chooses among all experts")
    if row.get("quantization_config"):
        method = row["quantization_config"].get("quant_method", "unknown")
        raise CheckpointError(f"quantization {method!r} is not supported in a hub checkpoint; take the plain weights")
    _refuse_sliding_window(row)


def _refuse_sliding_window(row: Row) -> None:
    kinds = set(row.get("layer_types") or ())
    if kinds - {"full_attention"}:
        raise CheckpointError("layer_types other than full_attention are not supported")
    window = row.get("sliding_window") if row.get("use_sliding_window", not kinds) else None
    if window and window < row.get("max_position_embeddings", 0):
        raise CheckpointError(f"sliding_window {window} is not supported")


def _refuse_impossible(config: LanguageConfig) -> None:
    for name, (least, most) in _BOUNDS.items():
        count = getattr(config, name)
        if not isinstance(count, int) or not least <= count <= most:
            raise CheckpointError(f"{name} is {count!r}, and must be a whole number from {least} to {most}")
    if config.num_heads % config.num_kv_heads:
        raise CheckpointError(f"{config.num_heads} heads do not share {config.num_kv_heads} key-value heads evenly")
    if config.head_dim % 2:
        raise CheckpointError(f"head_dim {config.head_dim} is odd, and rotary positions need pairs")
    has_experts = len(config.dense_layers) < config.num_layers
    if has_experts and not 1 <= config.num_experts_per_tok <= config.num_experts:
        raise CheckpointError(f"{config.num_experts_per_tok} of {config.num_experts} experts a token is impossible")


def _shape(row: Row) -> dict[str, Any]:
    heads = row["num_attention_heads"]
    head_dim = row.get("head_dim") or row["hidden_size"] // heads
    rope_theta, rope_scaling = read_rope(row)
    eos = row.get("eos_token_id")
    return {
        "family": row["model_type"],
        "vocab_size": row["vocab_size"],
        "hidden_size": row["hidden_size"],
        "num_layers": row["num_hidden_layers"],
        "num_heads": heads,
        "num_kv_heads": row.get("num_key_value_heads") or heads,
        "head_dim": head_dim,
        "max_positions": row["max_position_embeddings"],
        "rms_norm_eps": row["rms_norm_eps"],
        "rope_theta": rope_theta,
        "rope_scaling": rope_scaling,
        "attention_scale": head_dim**-0.5,
        "tied_head": bool(row.get("tie_word_embeddings", False)),
        "eos_ids": frozenset(eos if isinstance(eos, list) else [] if eos is None else [eos]),
    }


def _experts(row: Row, size: str = "moe_intermediate_size") -> dict[str, Any]:
    count = row.get("num_local_experts") or row["num_experts"]
    return {"num_experts": count, "num_experts_per_tok": row["num_experts_per_tok"], "expert_size": row[size]}


def _dense_layers(row: Row) -> frozenset[int]:
    named, step = set(row.get("mlp_only_layers") or ()), row.get("decoder_sparse_step", 1)
    return frozenset(i for i in range(row["num_hidden_layers"]) if i in named or (i + 1) % step)


def _renormalised(row: Row) -> dict[str, Any]:
    return {"scoring": "softmax_topk_renorm" if row.get("norm_topk_prob") else "softmax_topk"}


def _attention_bias(row: Row) -> dict[str, Any]:
    bias = bool(row.get("attention_bias", False))
    return {"qkv_bias": bias, "output_bias": bias}


def _llama(row: Row) -> dict[str, Any]:
    return {
        **_attention_bias(row),
        "intermediate_size": row["intermediate_size"],
        "dense_layers": frozenset(range(row["num_hidden_layers"])),
        "mlp_bias": bool(row.get("mlp_bias", False)),
    }


def _olmoe(row: Row) -> dict[str, Any]:
    return {**_attention_bias(row), **_experts(row, "intermediate_size"), **_renormalised(row), "qk_norm": "full"}


def _qwen3_moe(row: Row) -> dict[str, Any]:
    return {
        **_attention_bias(row),
        **_experts(row),
        **_renormalised(row),
        "qk_norm": "head",
        "dense_layers": _dense_layers(row),
        "intermediate_size": row["intermediate_size"],
    }


def _qwen2_moe(row: Row) -> dict[str, Any]:
    return {
        **_experts(row),
        **_renormalised(row),
        "qkv_bias": bool(row.get("qkv_bias", True)),
        "dense_layers": _dense_layers(row),
        "intermediate_size": row["intermediate_size"],
        "shared_size": row["shared_expert_intermediate_size"],
    }


def _mixtral(row: Row) -> dict[str, Any]:
    return {**_experts(row, "intermediate_size"), "scoring": "softmax_topk_renorm"}


def _granitemoe(row: Row) -> dict[str, Any]:
    return {
        **_attention_bias(row),
        **_experts(row, "intermediate_size"),
        "scoring": "topk_softmax",
        "attention_scale": row["attention_multiplier"],
        "embedding_multiplier": row["embedding_multiplier"],
        "residual_multiplier": row["residual_multiplier"],
        "logits_divisor": row["logits_scaling"],
    }


def _dots1(row: Row) -> dict[str, Any]:
    return {
        **_attention_bias(row),
        "num_experts": row["n_routed_experts"],
        "num_experts_per_tok": row["num_experts_per_tok"],
        "expert_size": row["moe_intermediate_size"],
        "scoring": "sigmoid_topk_renorm" if row.get("norm_topk_prob") else "sigmoid_topk",
        "has_router_bias": True,
        "routed_scale": float(row.get("routed_scaling_factor", 1.0)),
        "qk_norm": "head",
        "dense_layers": frozenset(range(row.get("first_k_dense_replace", 0))),
        "intermediate_size": row["intermediate_size"],
        "shared_size": row["n_shared_experts"] * row["moe_intermediate_size"],
        "has_shared_gate": False,
    }


_FAMILIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "llama": _llama,
    "olmoe": _olmoe,
    "qwen3_moe": _qwen3_moe,
    "qwen2_moe": _qwen2_moe,
    "mixtral": _mixtral,
    "granitemoe": _granitemoe,
    "dots1": _dots1,
}
