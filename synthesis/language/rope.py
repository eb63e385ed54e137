"""Rotary positions: the angles of each position, plain or stretched to a longer context (linear, llama3, YaRN).

Sources: Su et al., arXiv:2104.09864; Peng et al., arXiv:2309.00071 (YaRN: ramp and attention factor); the `llama3` rule
is that of Llama 3.1's own code. The names of the options are those of a checkpoint's config.json.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor

from synthesis.config import LanguageConfig, LinearRope, Llama3Rope, RopeScaling, YarnRope
from synthesis.errors import CheckpointError

Row = Mapping[str, Any]
_TRAINED = "original_max_position_embeddings"
_COMMON = {"rope_type", "type", "rope_theta", "partial_rotary_factor", _TRAINED}
_LLAMA3 = ("factor", "low_freq_factor", "high_freq_factor")
_YARN = ("factor", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate")


def read_rope(row: Row) -> tuple[float, RopeScaling | None]:
    """The base and the stretching that a config.json asks for, in its older and its newer spelling.

    Raises CheckpointError naming what is not supported, KeyError if an option is missing.
    """
    rope = {**(row.get("rope_scaling") or {}), **(row.get("rope_parameters") or {})}
    if any(isinstance(value, Mapping) for value in rope.values()):
        raise CheckpointError("rope_parameters of their own for each kind of layer are not supported")
    partial = rope.get("partial_rotary_factor", row.get("partial_rotary_factor"))
    if partial not in (None, 1, 1.0):
        raise CheckpointError(f"partial_rotary_factor {partial} is not supported")
    theta = rope.get("rope_theta") or row.get("rope_theta")
    if theta is None and row["model_type"] != "llama":
        raise KeyError("rope_theta")
    return float(theta or 10000.0), _read_scaling(rope, row)


def _read_scaling(rope: Row, row: Row) -> RopeScaling | None:
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind not in _SCALINGS:
        raise CheckpointError(f"rope_type {kind!r} is not supported; supported are {', '.join(_SCALINGS)}")
    options, read = _SCALINGS[kind]
    unknown = {name for name, value in rope.items() if value is not None} - _COMMON - set(options)
    if unknown:
        raise CheckpointError(f"{min(unknown)} is not supported beside rope_type {kind!r}")
    named = {name: rope[name] for name in options if rope.get(name) is not None}
    trained = row.get(_TRAINED) or rope.get(_TRAINED) or row["max_position_embeddings"]
    return read(named, trained)


def _read_llama3(named: Row, trained: int) -> RopeScaling:
    return Llama3Rope(**{name: float(named[name]) for name in _LLAMA3}, original_positions=trained)


def _read_yarn(named: Row, trained: int) -> RopeScaling:
    factor = float(named["factor"])
    attention = named.get("attention_factor") or _attention_factor(
        factor, named.get("mscale", 0.0), named.get("mscale_all_dim", 0.0)
    )
    ramp = {name: named[name] for name in ("beta_fast", "beta_slow", "truncate") if name in named}
    return YarnRope(factor, float(attention), trained, **ramp)


def _attention_factor(factor: float, mscale: float, mscale_all_dim: float) -> float:
    """What cos and sin are multiplied by where config.json names no `attention_factor`."""

    def scale(weight: float) -> float:
        return 0.1 * weight * math.log(factor) + 1.0 if factor > 1 else 1.0

    return scale(mscale) / scale(mscale_all_dim) if mscale and mscale_all_dim else scale(1.0)


_SCALINGS: dict[str, tuple[tuple[str, ...], Callable[[Row, int], RopeScaling | None]]] = {
    "default": ((), lambda named, trained: None),
    "linear": (("factor",), lambda named, trained: LinearRope(float(named["factor"]))),
    "llama3": (_LLAMA3, _read_llama3),
    "yarn": (_YARN, _read_yarn),
}


def rotary_angles(config: LanguageConfig, positions: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin of each position's angles, (T, Dh / 2) float32 each, times the attention factor of YaRN."""
    angle = positions[:, None].float() * _frequencies(config, positions.device)
    scaling = config.rope_scaling
    factor = scaling.attention_factor if isinstance(scaling, YarnRope) else 1.0
    return angle.cos() * factor, angle.sin() * factor


@cache
def _frequencies(config: LanguageConfig, device: torch.device) -> Tensor:
    """Radians that a position adds to each pair, (Dh / 2,) float32: made once, so that a step uploads nothing."""
    exponent = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    plain = 1.0 / config.rope_theta**exponent
    return _stretched(plain, config).to(device)


def _stretched(plain: Tensor, config: LanguageConfig) -> Tensor:
    scaling = config.rope_scaling
    if isinstance(scaling, LinearRope):
        return plain / scaling.factor
    if isinstance(scaling, Llama3Rope):
        return _llama3(plain, scaling)
    if isinstance(scaling, YarnRope):
        share = _share_kept(scaling, config)
        return plain / scaling.factor * (1 - share) + plain * share
    return plain


def _llama3(plain: Tensor, rope: Llama3Rope) -> Tensor:
    """Waves that turned often enough in training stay, long ones are stretched, between them the two are blended."""
    turns = rope.original_positions * plain / (2 * math.pi)
    share = ((turns - rope.low_freq_factor) / (rope.high_freq_factor - rope.low_freq_factor)).clamp(0, 1)
    return plain / rope.factor * (1 - share) + plain * share


def _share_kept(rope: YarnRope, config: LanguageConfig) -> Tensor:
    """How much of each pair's plain frequency YaRN keeps: 1 where it turns more than `beta_fast` times, 0 below
    `beta_slow` times, a line between the two pairs. (Dh / 2,)."""
    low, high = (_pair_of(turns, rope, config) for turns in (rope.beta_fast, rope.beta_slow))
    if rope.truncate:
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, config.head_dim - 1)
    if low == high:
        high += 0.001
    pairs = torch.arange(config.head_dim // 2, dtype=torch.float32)
    return 1 - ((pairs - low) / (high - low)).clamp(0, 1)


def _pair_of(turns: float, rope: YarnRope, config: LanguageConfig) -> float:
    """The pair, as a fraction, that turns so often within the context of training."""
    wave = rope.original_positions / (turns * 2 * math.pi)
    return config.head_dim * math.log(wave) / (2 * math.log(config.rope_theta))
