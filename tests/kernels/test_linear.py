from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from kernels.linear import linear


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
@pytest.mark.parametrize(
    ("shape", "outputs"),
    [((1, 5), 3), ((2, 7, 33), 65), ((195, 768), 128)],  # one row; a batch with odd tails; the phoneme model's
)
@pytest.mark.parametrize("has_bias", [True, False])
def test_it_is_torchs_linear(shape, outputs, has_bias, dtype):
    torch.manual_seed(1)
    x, weight = torch.randn(shape).to(dtype), torch.randn(outputs, shape[-1]).to(dtype)
    bias = torch.randn(outputs).to(dtype) if has_bias else None
    rate = 1e-2 if dtype == torch.float16 else 1e-4
    torch.testing.assert_close(linear(x, weight, bias), F.linear(x, weight, bias), atol=rate, rtol=rate)


def test_frames_that_are_not_contiguous_are_taken():
    x, weight = torch.randn(6, 9).T, torch.randn(4, 6)
    torch.testing.assert_close(linear(x, weight), x @ weight.T)


@pytest.mark.parametrize("wanted", [0, 1, 2])  # of the frames, the weight, the bias
def test_a_gradient_still_flows_where_one_is_asked_for(wanted):
    given = [torch.ones(3, 4), torch.ones(2, 4), torch.ones(2)]
    given[wanted].requires_grad_()
    linear(*given).sum().backward()
    assert torch.equal(given[wanted].grad, torch.full_like(given[wanted], [2.0, 3.0, 3.0][wanted]))
