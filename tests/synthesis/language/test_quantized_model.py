"""A model loaded in few bits: which weights are rounded, how far, and what that does to its logits."""

from __future__ import annotations

import pytest
import torch

from kernels.quantized import QuantizedWeight, dequantize
from synthesis.errors import CheckpointError
from synthesis.language.engine import Engine
from synthesis.language.weights import destinations, load_hub_model

CPU = torch.device("cpu")
WHOLE = ("norm.weight", "layernorm.weight", "embed_tokens.weight", "lm_head.weight", "gate.weight", ".bias")
ROUNDED = {  # family: its sizes, and what beside its other experts and projections is rounded
    "llama": ({"head_dim": 32}, "mlp.down_proj"),
    "qwen3_moe-dense-layers": ({"moe_intermediate_size": 64}, "mlp.experts.4.up_proj"),
    "qwen2_moe": ({"moe_intermediate_size": 64, "shared_expert_intermediate_size": 64}, "mlp.shared_expert.gate_proj"),
    "granitemoe": ({}, "block_sparse_moe.input_linear"),
}


@pytest.fixture(scope="module", params=ROUNDED)
def family(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(family, write_checkpoint):
    return write_checkpoint(family, hidden_size=128, intermediate_size=64, **ROUNDED[family][0])[0]


@pytest.mark.parametrize(("quantise", "steps"), [("int8", 127), ("int4", 7)])
def test_experts_and_projections_are_rounded_and_nothing_else(family, folder, quantise, steps):
    whole = destinations(load_hub_model(folder, CPU, torch.float32))
    kept = destinations(load_hub_model(folder, CPU, torch.float32, quantise=quantise))
    assert whole.keys() == kept.keys()
    assert any(ROUNDED[family][1] in name for name, weight in kept.items() if isinstance(weight, QuantizedWeight))
    for name, weight in kept.items():
        if not isinstance(weight, QuantizedWeight):
            assert name.endswith((*WHOLE, "router.layer.weight"))
            assert torch.equal(weight, whole[name])
            continue
        assert not name.endswith(WHOLE)
        largest = whole[name].unflatten(-1, (-1, weight.group)).abs().amax(-1, keepdim=True)
        off = (dequantize(weight, torch.float32) - whole[name]).abs().unflatten(-1, (-1, weight.group))
        assert (off <= largest / steps / 2 * 1.001).all()


@pytest.mark.parametrize("quantise", ["int8", "int4"])
def test_logits_are_those_of_the_rounded_weights(folder, logits_of, quantise):
    rows = [torch.randint(0, 97, (length,)).tolist() for length in (1, 9)]
    kept, whole = (load_hub_model(folder, CPU, torch.float32, quantise=how) for how in (quantise, None))
    before = logits_of(Engine(whole), rows)
    rounded = destinations(kept)
    for name, place in destinations(whole).items():
        place.copy_(dequantize(rounded[name], torch.float32))
    found, expected = logits_of(Engine(kept), rows), logits_of(Engine(whole), rows)
    assert (found - expected).abs().max() / expected.abs().max() < 1e-5
    assert not torch.allclose(before, expected)


def test_a_weight_without_groups_is_refused(olmoe):
    with pytest.raises(CheckpointError, match="32 columns cannot be kept in 4 bits, in groups of 64"):
        load_hub_model(olmoe[0], CPU, torch.float32, quantise="int4")


def test_an_unknown_quantisation_is_refused(olmoe):
    with pytest.raises(ValueError, match="'int2'"):
        load_hub_model(olmoe[0], CPU, torch.float32, quantise="int2")  # type: ignore[arg-type]


def test_an_engine_loads_in_few_bits_and_tells_the_bytes_read(write_checkpoint):
    folder, _ = write_checkpoint("llama", hidden_size=128, intermediate_size=64, head_dim=32)
    told = []
    engine = Engine.load(folder, device="cpu", quantise="int4", progress=lambda done, total: told.append((done, total)))
    assert any(isinstance(weight, QuantizedWeight) for weight in destinations(engine.model).values())
    assert told == sorted(told) and told[-1][0] == told[-1][1] > 0
    assert len(engine.generate([[3, 1, 4]], max_tokens=4)[0].tokens) == 4
