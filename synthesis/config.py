"""What a model's own configuration says, as far as our code has a switch for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernels.moe_route import Scoring

QkNorm = Literal["none", "full", "head"]


@dataclass(frozen=True, slots=True)
class LinearRope:
    """Rotary positions divided by `factor`."""

    factor: float


@dataclass(frozen=True, slots=True)
class Llama3Rope:
    """Only long waves are stretched by `factor`; `original_positions` is the context of training."""

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_positions: int


@dataclass(frozen=True, slots=True)
class YarnRope:
    """YaRN; `attention_factor` multiplies cos and sin, and so query . key by its square."""

    factor: float
    attention_factor: float
    original_positions: int
    beta_fast: float = 32.0
    beta_slow: float = 1.0
    truncate: bool = True


RopeScaling = LinearRope | Llama3Rope | YarnRope


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """A language model of the one family that we run: Llama-like attention and SwiGLU experts or dense layers.

    `qk_norm`: over all heads' queries together ("full"), over each head ("head"), or none. `dense_layers` are the
    layers with one SwiGLU of `intermediate_size`; all others have `num_experts` of `expert_size`, and beside them a
    shared expert of `shared_size`, unless that is 0, behind a sigmoid gate or (`has_shared_gate` False) without one.
    `has_router_bias`: the router keeps a bias that has a say in its choice alone; `routed_scale` multiplies the weights
    of the chosen. `attention_scale` multiplies query . key.
    """

    family: str
    vocab_size: int
    hidden_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    max_positions: int
    rms_norm_eps: float
    rope_theta: float
    attention_scale: float
    intermediate_size: int = 0
    dense_layers: frozenset[int] = frozenset()
    num_experts: int = 0
    num_experts_per_tok: int = 0
    expert_size: int = 0
    shared_size: int = 0
    has_shared_gate: bool = True
    has_router_bias: bool = False
    routed_scale: float = 1.0
    scoring: Scoring = "softmax_topk"
    qk_norm: QkNorm = "none"
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    embedding_multiplier: float = 1.0
    residual_multiplier: float = 1.0
    logits_divisor: float = 1.0
    tied_head: bool = False
    eos_ids: frozenset[int] = frozenset()
    rope_scaling: RopeScaling | None = None


@dataclass(frozen=True, slots=True)
class SpeechConfig:
    """Kokoro-82M v1.0. The sizes are those of its weights; rates are a duration frame's, 25 ms at 24 kHz."""

    num_symbols: int = 178
    max_symbols: int = 512
    hidden_size: int = 512
    style_size: int = 128
    text_layers: int = 3
    text_kernel: int = 5
    max_duration: int = 50
    bert_embedding_size: int = 128
    bert_size: int = 768
    bert_heads: int = 12
    bert_ffn_size: int = 2048
    bert_layers: int = 12
    decoder_size: int = 1024
    sample_rate: int = 24_000
    frame_samples: int = 600
    n_fft: int = 20
    hop_length: int = 5
    harmonics: int = 9
