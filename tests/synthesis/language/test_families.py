"""What this runtime does not have is refused in one line that names it."""

from __future__ import annotations

import pytest

from synthesis.errors import CheckpointError
from synthesis.language.families import read_config

LLAMA = {
    "model_type": "llama",
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-5,
}
MIXTRAL = {**LLAMA, "model_type": "mixtral", "rope_theta": 1e6, "num_local_experts": 4, "num_experts_per_tok": 2}


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"model_type": "deepseek_v2"}, "deepseek_v2"),
        ({}, "None"),
        ({key: value for key, value in MIXTRAL.items() if key != "rope_theta"}, "has no 'rope_theta'"),
        ({**LLAMA, "partial_rotary_factor": 0.5}, "partial_rotary_factor 0.5"),
        ({**LLAMA, "hidden_act": "gelu"}, "gelu"),
        ({**LLAMA, "clip_qkv": 8.0}, "clip_qkv"),
        ({**LLAMA, "quantization_config": {"quant_method": "gptq"}}, "gptq"),
        ({**MIXTRAL, "sliding_window": 64}, "sliding_window 64"),
        ({**LLAMA, "layer_types": ["full_attention", "sliding_attention"]}, "layer_types"),
        ({**LLAMA, "num_key_value_heads": 3}, "key-value heads"),
        ({**LLAMA, "head_dim": 7}, "head_dim 7 is odd"),
        ({**LLAMA, "hidden_size": -32, "head_dim": 8}, "hidden_size is -32"),
        ({**LLAMA, "vocab_size": "97"}, "vocab_size is '97'"),
        ({**LLAMA, "num_hidden_layers": None}, "of the wrong kind"),
        ({**LLAMA, "num_hidden_layers": 1 << 30}, "num_hidden_layers 1073741824"),
        ({**MIXTRAL, "num_local_experts": 1 << 20}, "num_experts is 1048576"),
        ({**LLAMA, "num_attention_heads": 0}, "of the wrong kind"),
        ({**MIXTRAL, "num_experts_per_tok": 5}, "5 of 4 experts"),
        ({**MIXTRAL, "n_group": 2}, "n_group 2"),
        ({key: value for key, value in LLAMA.items() if key != "vocab_size"}, "vocab_size"),
    ],
)
def test_what_is_not_supported_is_named(row, named):
    with pytest.raises(CheckpointError) as refusal:
        read_config(row)
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_window_that_is_switched_off_or_never_reached_is_no_window():
    plain = read_config(MIXTRAL)
    assert read_config({**MIXTRAL, "sliding_window": 64, "use_sliding_window": False}) == plain
    assert read_config({**MIXTRAL, "sliding_window": 128}) == plain


def test_the_older_spelling_of_the_rotary_base_is_read():
    assert read_config({**LLAMA, "rope_theta": 5e5}).rope_theta == 5e5
    assert read_config({**LLAMA, "rope_parameters": {"rope_theta": 1e6, "rope_type": "default"}}).rope_theta == 1e6


def test_one_end_token_or_several_are_read():
    assert read_config({**LLAMA, "eos_token_id": 2}).eos_ids == {2}
    assert read_config({**LLAMA, "eos_token_id": [2, 5]}).eos_ids == {2, 5}
