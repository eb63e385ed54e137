from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.quantized import quantize
from kernels.quantized_linear import MOST_TOKENS, quantized_linear, quantized_linear_reference

pytestmark = pytest.mark.usefixtures("unwritten_is_nan")


def given(tokens: int, outputs: int, inputs: int, bits: int, group: int, device: str):
    torch.manual_seed(tokens)
    weight = quantize(torch.randn(outputs, inputs, device=device) / inputs**0.5, bits, group)
    return torch.randn(tokens, inputs, device=device), weight, torch.randn(outputs, device=device)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize(
    ("tokens", "outputs", "inputs", "group"),
    [
        (1, 37, 64, 64),  # one token, a tail of outputs
        (1, 16, 576, 64),  # several steps, the last not full
        (3, 37, 128, 128),  # tokens that fill no tile
        (17, 70, 192, 64),  # two tiles' worth of tokens, an odd number of groups
        (MOST_TOKENS + 1, 8, 64, 64),  # more than the kernels take
    ],
)
def test_matches_reference(device, tokens, outputs, inputs, group, bits, dtype):
    x, weight, bias = given(tokens, outputs, inputs, bits, group, device)
    tolerance = {} if dtype == torch.float32 else {"rtol": 4e-3, "atol": 4e-3}
    for added in (None, bias.to(dtype)):
        found = quantized_linear(x.to(dtype), weight, added)
        torch.testing.assert_close(found, quantized_linear_reference(x.to(dtype), weight, added), **tolerance)


def test_no_tokens_are_no_work(device):
    _, weight, bias = given(1, 8, 64, 8, 64, device)
    assert quantized_linear(torch.empty(0, 64, device=device), weight, bias).shape == (0, 8)


def test_what_does_not_fit_is_refused(device):
    x, weight, bias = given(2, 8, 64, 8, 64, device)
    for wrong in ((x.T, weight, bias), (x[:, :32].contiguous(), weight, bias), (x, weight, bias[:3]), (x[0], weight)):
        with pytest.raises(ShapeError):
            quantized_linear(*wrong)
