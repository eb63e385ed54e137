"""The angles of rotary positions are those of `transformers`, for every way of stretching that we read."""

from __future__ import annotations

import pytest
import torch

from synthesis.errors import CheckpointError
from synthesis.language.families import read_config
from synthesis.language.rope import rotary_angles

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
ROPES = [
    {"rope_type": "default"},
    {"rope_type": "linear", "factor": 2.5},
    LLAMA3,
    YARN,
    {**YARN, "beta_fast": 16, "beta_slow": 2},
    {**YARN, "truncate": False},
    {**YARN, "attention_factor": 1.5},
    {**YARN, "mscale": 0.7, "mscale_all_dim": 1.0},
    {**YARN, "beta_fast": 1, "beta_slow": 1},  # a ramp of no width
]


def row_of(rope, **changes):
    return {
        "model_type": "llama",
        "vocab_size": 97,
        "hidden_size": 64,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-5,
        "rope_parameters": {"rope_theta": 10000.0, **rope},
        **changes,
    }


@pytest.mark.parametrize("rope", ROPES, ids=str)
def test_angles_are_those_of_the_oracle(transformers, rope):
    row = row_of(rope)
    options = {name: value for name, value in row.items() if name != "model_type"}
    oracle = transformers.models.llama.modeling_llama.LlamaRotaryEmbedding(transformers.LlamaConfig(**options))
    positions = torch.arange(256)
    expected = oracle(torch.zeros(1), positions[None])
    for found, wanted in zip(rotary_angles(read_config(row), positions), expected, strict=True):
        torch.testing.assert_close(found, wanted[0, :, :16], atol=2e-5, rtol=1e-5)


def test_the_older_spelling_is_read_alike():
    older = row_of({}, rope_parameters=None, rope_theta=10000.0, rope_scaling={"type": "yarn", "factor": 4.0})
    newer = row_of({"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256})
    assert read_config(older) == read_config(newer)
    assert read_config({**older, "original_max_position_embeddings": 64}) == read_config(row_of(YARN))


@pytest.mark.parametrize(
    ("rope", "named"),
    [
        ({"rope_type": "longrope", "factor": 2.0}, "'longrope'"),
        ({"rope_type": "dynamic", "factor": 2.0}, "'dynamic'"),
        ({"rope_type": "yarn"}, "has no 'factor'"),
        ({"rope_type": "linear", "factor": "two"}, "of the wrong kind"),
        ({"rope_type": "default", "mrope_section": [1, 2]}, "mrope_section is not supported"),
        ({"full_attention": {"rope_type": "default"}}, "each kind of layer"),
    ],
)
def test_what_is_not_supported_is_named(rope, named):
    with pytest.raises(CheckpointError, match=named):
        read_config(row_of(rope))
