from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from kernels import half_linear as op
from kernels.errors import ShapeError
from kernels.half_linear import BLOCK, fits_half, half_linear, half_linear_reference, halve, has_half_product, unpack

pytestmark = pytest.mark.skipif(not has_half_product(), reason="torch has no such product on this machine")


def given(tokens: int, outputs: int, inputs: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(outputs)
    weight = torch.randn(outputs, inputs) / inputs**0.5
    weight[0, :3] = torch.tensor([3e-6, -1e-7, 0.0])[:inputs]  # of which float16 has few bits, or none
    return torch.randn(tokens, inputs), weight, torch.randn(outputs)


@pytest.mark.parametrize("spares", [True, False])
@pytest.mark.parametrize(
    ("tokens", "outputs", "inputs"),
    [
        (1, 1, 3),  # one of all
        (7, 37, 65),  # odd tails
        (2, 33, BLOCK),  # a full block
        (33, 70, BLOCK + 64),  # a block and a rest
        (5, 16, 3 * BLOCK + 1),
        (0, 8, 64),  # no tokens are no work
    ],
)
def test_matches_reference(tokens, outputs, inputs, spares, monkeypatch):
    """Where it spares memory the last columns are oneDNN's: all of them, where they fill no block."""
    monkeypatch.setattr(op, "SPARED_AT_LEAST", -(10**9) if spares else 10**9)
    x, weight, bias = given(tokens, outputs, inputs)
    for added in (None, bias):
        halved = halve(weight, added)
        assert (halved.rest is not None) == (spares and inputs % BLOCK > 0)
        assert torch.equal(unpack(halved), weight.half().float())
        found = half_linear(x, halved)
        torch.testing.assert_close(found, half_linear_reference(x, halved))
        torch.testing.assert_close(found, F.linear(x, weight.half().float(), added))


@pytest.mark.parametrize(("outputs", "inputs"), [(96, 576), (576, 1536), (40_000, 576)])
def test_a_token_has_the_same_bits_in_any_company(outputs, inputs):
    x, weight, _ = given(100, outputs, inputs)
    halved = halve(weight)
    together = half_linear(x, halved)
    for tokens in (1, 2, 3, 5, 8, 13, 32, 64):
        assert torch.equal(half_linear(x[:tokens], halved), together[:tokens])


def test_a_large_weight_keeps_its_last_columns_apart_and_a_small_one_does_not():
    assert halve(torch.ones(40_000, BLOCK + 64)).split == BLOCK
    assert halve(torch.ones(40_000, 2 * BLOCK - 1)).split == 2 * BLOCK - 1
    assert halve(torch.ones(100, BLOCK + 64)).split == BLOCK + 64
    sizes = [halve(torch.ones(40_000, columns)).size_bytes for columns in (BLOCK, BLOCK + 1)]
    assert sizes == [40_000 * 2 * BLOCK, 40_000 * (2 * BLOCK + 4)]


def test_what_float16_cannot_hold_is_told():
    assert fits_half(torch.tensor([[65504.0, -65504.0]]))
    for number in (7e4, -7e4, float("inf"), float("nan")):
        assert not fits_half(torch.tensor([[1.0, number]]))


def test_what_does_not_fit_is_refused():
    x, weight, bias = given(2, 8, 6)
    for wrong in ((weight[0], None), (weight.double(), None), (weight[:0], None), (weight, bias[:3])):
        with pytest.raises(ShapeError):
            halve(*wrong)
    halved = halve(weight)
    for tokens in (x[0], x[:, :5], x.double()):
        with pytest.raises(ShapeError):
            half_linear(tokens, halved)


@pytest.mark.parametrize("engine", ["qnnpack", "none"])
def test_another_machine_has_no_such_product(engine, monkeypatch):
    monkeypatch.setattr(op, "quantized_engine", lambda: engine)
    assert not has_half_product.__wrapped__()
