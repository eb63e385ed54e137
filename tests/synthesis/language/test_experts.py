"""A token's result is the weighted sum of its experts, whatever the router does with the other tokens."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from kernels.errors import ShapeError
from kernels.quantized import dequantize, quantize
from synthesis.language.experts import Experts
from synthesis.language.families import read_config

CONFIG = read_config(
    {
        "model_type": "mixtral",
        "vocab_size": 11,
        "hidden_size": 16,
        "intermediate_size": 12,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 8,
        "rms_norm_eps": 1e-5,
        "rope_theta": 1e4,
        "num_local_experts": 5,
        "num_experts_per_tok": 2,
    }
)


def experts(**switches) -> Experts:
    torch.manual_seed(0)
    layer = Experts(dataclasses.replace(CONFIG, **switches))
    for parameter in layer.parameters():
        parameter.normal_()
    return layer


def quantised(bits: int) -> Experts:
    """Experts in 8 or 4 bits, or plain ones where `bits` is 0, that a kernel's tiles do not fit evenly."""
    layer = experts(hidden_size=64, expert_size=64 if bits else 40)
    if bits:
        layer.take_weights(*(quantize(weight.detach() / 8, bits, 64) for weight in layer.weights))
    return layer


def tokens(count: int) -> torch.Tensor:
    return torch.randn(count, 64, generator=torch.Generator().manual_seed(count))


def by_hand(layer: Experts, x: torch.Tensor, chosen: list[int], weights: list[float]) -> torch.Tensor:
    out = torch.zeros_like(x)
    for expert, weight in zip(chosen, weights, strict=True):
        gate, up = F.linear(x, layer.gate_up[expert]).chunk(2, dim=-1)
        out += weight * F.linear(F.silu(gate) * up, layer.down[expert])
    return out


@pytest.mark.parametrize("tokens", [1, 7])
def test_equal_logits_choose_the_lowest_experts(tokens):
    layer = experts()
    layer.router.weight.zero_()
    x = torch.randn(tokens, 16)
    torch.testing.assert_close(layer(x), by_hand(layer, x, [0, 1], [0.5, 0.5]))


def test_one_expert_may_take_all_tokens():
    layer = experts(num_experts_per_tok=1)
    layer.router.weight.zero_()
    layer.router.weight[3] = 1.0
    x = torch.rand(9, 16)
    torch.testing.assert_close(layer(x), by_hand(layer, x, [3], [1.0]))


def test_an_expert_that_nobody_chose_is_not_read():
    layer = experts()
    layer.router.weight.zero_()
    layer.gate_up[2:] = torch.nan
    assert layer(torch.randn(4, 16)).isfinite().all()


def test_a_token_does_not_feel_its_neighbours():
    layer, x = experts(), torch.randn(33, 16)
    alone = torch.cat([layer(row[None]) for row in x])
    torch.testing.assert_close(layer(x), alone, rtol=1e-4, atol=1e-4)  # sums of another shape round otherwise


def test_the_shared_expert_is_added_behind_its_sigmoid():
    layer, x = experts(shared_size=20), torch.randn(3, 16)
    expected = layer._routed(x) + torch.sigmoid(layer.shared_router(x)) * layer.shared(x)
    torch.testing.assert_close(layer(x), expected)
    assert not torch.allclose(layer(x), layer._routed(x))


def test_copies_of_one_feed_forward_give_the_dense_result():
    """Upcycling: experts that are permuted copies of one SwiGLU, weights that sum to one, change nothing."""
    layer, x = experts(scoring="softmax_topk_renorm"), torch.randn(6, 16)
    gates, ups = layer.gate_up[0].chunk(2)
    for expert in range(1, 5):
        order = torch.randperm(12)
        layer.gate_up[expert] = torch.cat([gates[order], ups[order]])
        layer.down[expert] = layer.down[0][:, order]
    torch.testing.assert_close(layer(x), by_hand(layer, x, [0], [1.0]))


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("tokens", [1, 9])
def test_quantised_experts_are_what_their_values_stand_for(bits, tokens):
    layer, x = experts(hidden_size=64, expert_size=128), torch.randn(tokens, 64)
    gate_up, down = (quantize(weight.detach(), bits, 64) for weight in (layer.gate_up, layer.down))
    layer.take_weights(dequantize(gate_up, torch.float32), dequantize(down, torch.float32))
    expected = layer(x)
    layer.take_weights(gate_up, down)
    torch.testing.assert_close(layer(x), expected)
    assert {name for name, _ in layer.named_parameters()} == {"router.weight"}


def test_quantised_experts_that_nobody_chose_are_not_read():
    layer = experts(hidden_size=64, expert_size=128)
    layer.router.weight.zero_()
    gate_up, down = (quantize(weight.detach(), 8, 64) for weight in (layer.gate_up, layer.down))
    gate_up.scales[2:] = torch.nan
    layer.take_weights(gate_up, down)
    assert layer(torch.randn(4, 64)).isfinite().all()


def test_weights_of_another_shape_are_refused():
    layer = experts()
    with pytest.raises(ShapeError, match="down"):
        layer.take_weights(layer.gate_up, layer.down[:, :, 1:])


DECODED, GROUPED = 2, 33  # tokens, of two choices each: fewer and more than the five experts
CASES = [(count, bits) for count in (1, DECODED, GROUPED) for bits in (0, 8, 4)]
IN_THE_INTERPRETER = """
import runpy, sys
from safetensors.torch import save_file
here = runpy.run_path(sys.argv[1])
found = {f"{count} {bits}": here["quantised"](bits)(here["tokens"](count)) for count, bits in here["CASES"]}
save_file(found, sys.argv[2])
"""


@pytest.fixture(scope="module")
def by_triton(tmp_path_factory) -> dict[str, torch.Tensor]:
    """What Triton's kernels make of each case, in a process of its own: the interpreter is chosen once for all."""
    pytest.importorskip("triton")
    found = tmp_path_factory.mktemp("experts") / "found.safetensors"
    command = [sys.executable, "-c", IN_THE_INTERPRETER, __file__, str(found)]
    chosen = {"TRITON_INTERPRET": "1", "KERNELS_BACKEND": "triton"}
    project = Path(__file__).resolve().parents[3]
    run = subprocess.run(command, cwd=project, env=os.environ | chosen, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return load_file(found)


@pytest.mark.parametrize(("count", "bits"), CASES)
def test_each_way_gives_the_same_result(by_triton, count, bits):
    torch.testing.assert_close(by_triton[f"{count} {bits}"], quantised(bits)(tokens(count)), rtol=1e-4, atol=1e-4)
