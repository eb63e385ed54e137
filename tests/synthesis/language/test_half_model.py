"""A model kept in 16 bits is the model of the rounded weights, and nothing that decides is rounded."""

from __future__ import annotations

import pytest
import torch

from kernels.half_linear import has_half_product
from synthesis.language import half_model
from synthesis.language.engine import Engine
from synthesis.language.experts import Experts
from synthesis.language.half_model import HalfLinear
from synthesis.language.weights import destinations, load_hub_model

pytestmark = pytest.mark.skipif(not has_half_product(), reason="torch has no product of 16 bits on this machine")
CPU = torch.device("cpu")
WHOLE = ("norm", ".mlp.gate.", "router", "shared_expert_gate", "bias")
ROWS = [[3, 1, 4, 1, 5], [9]]


def test_every_familys_logits_are_those_of_its_rounded_weights(checkpoint, logits_of):
    folder, _ = checkpoint
    whole = Engine.load(folder, device="cpu", is_exact=True)
    before = logits_of(whole, ROWS)
    for name, place in destinations(whole.model).items():
        if not any(word in name for word in WHOLE) and not name.endswith("block_sparse_moe.gate.weight"):
            place.copy_(place.half())
    found, expected = logits_of(Engine.load(folder, device="cpu"), ROWS), logits_of(whole, ROWS)
    assert (found - expected).abs().max() / expected.abs().max() < 1e-5
    assert (before - expected).abs().max() / expected.abs().max() > 1e-5


def test_norms_and_routers_stay_as_they_are(olmoe):
    halved, whole = (load_hub_model(olmoe[0], CPU, torch.float32, halves=halves) for halves in (True, False))
    for ours, theirs in zip(halved.layers, whole.layers, strict=True):
        assert isinstance(ours.attention.qkv, HalfLinear) and isinstance(ours.ffn, Experts)
        assert torch.equal(ours.ffn.router.weight, theirs.ffn.router.weight)
        assert torch.equal(ours.attention_norm.weight, theirs.attention_norm.weight)
        assert torch.equal(ours.attention.output.weight, theirs.attention.output.weight.half().float())
    assert halved.embedding.dtype == torch.float16 and halved.dtype == torch.float32


@pytest.mark.parametrize("family", ["llama-tied", "mixtral"])
def test_a_weight_beyond_16_bits_is_kept_whole(write_checkpoint, logits_of, oracle_logits, family):
    def enlarge(oracle: torch.nn.Module) -> None:
        for name, parameter in oracle.named_parameters():
            if parameter.dim() > 1 and "gate.weight" not in name:
                parameter.data.flatten()[0] = 1e5

    folder, oracle = write_checkpoint(family, enlarge)
    engine = Engine.load(folder, device="cpu")
    assert not [part for part in engine.model.modules() if isinstance(part, HalfLinear)]
    found, expected = logits_of(engine, ROWS), oracle_logits(oracle, ROWS)
    assert (found - expected).abs().max() / expected.abs().max() < 1e-4


def test_a_machine_without_the_product_keeps_all_as_it_came(olmoe, monkeypatch):
    monkeypatch.setattr(half_model, "has_half_product", lambda: False)
    engine = Engine.load(olmoe[0], device="cpu")
    assert all(parameter.dtype == torch.float32 for parameter in engine.model.parameters())
    assert sum(parameter.numel() for parameter in engine.model.parameters()) == sum(
        place.numel() for place in destinations(engine.model).values()
    )


def test_few_bits_are_not_halved(write_checkpoint):
    folder, _ = write_checkpoint("qwen3_moe", hidden_size=64, moe_intermediate_size=64, head_dim=16)
    engine = Engine.load(folder, device="cpu", quantise="int8")
    assert not [part for part in engine.model.modules() if isinstance(part, HalfLinear)]
