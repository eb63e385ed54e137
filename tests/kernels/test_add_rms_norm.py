from __future__ import annotations

import pytest
import torch

from kernels.add_rms_norm import add_rms_norm, add_rms_norm_reference
from kernels.errors import ShapeError

SHAPES = [(1, 64), (7, 97), (3, 576), (63, 512), (2, 1)]  # one row; odd tail; no power of two; many rows; one column


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(("tokens", "dim"), SHAPES)
def test_matches_reference(device, tokens, dim, dtype):
    torch.manual_seed(dim)
    x, residual = (torch.randn(tokens, dim, device=device).to(dtype) for _ in range(2))
    weight = torch.randn(dim, device=device).to(dtype)
    found, expected = add_rms_norm(x, residual, weight), add_rms_norm_reference(x, residual, weight)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_reads_nothing_beyond_its_rows(device):
    """Rows cut out of a poisoned buffer, with a dim that does not fill its block."""
    buffer = torch.full((9, 11), float("nan"), device=device)
    buffer[2:5] = 1.0
    out, summed = add_rms_norm(buffer[2:5], buffer[2:5], torch.ones(11, device=device))
    torch.testing.assert_close(out, torch.ones_like(out))
    torch.testing.assert_close(summed, torch.full_like(summed, 2.0))
    assert buffer[:2].isnan().all() and buffer[5:].isnan().all()


def test_eps_keeps_a_row_of_zeros_finite(device):
    zeros, weight = torch.zeros(2, 8, device=device), torch.ones(8, device=device)
    assert add_rms_norm(zeros, zeros, weight)[0].tolist() == zeros.tolist()
    small = torch.full((1, 8), 1e-3, device=device)
    assert add_rms_norm(small, zeros[:1], weight, eps=1.0)[0].max() < 2e-3


def test_no_tokens_are_no_work(device):
    empty = torch.empty(0, 8, device=device)
    assert add_rms_norm(empty, empty, torch.ones(8, device=device))[0].shape == (0, 8)


@pytest.mark.parametrize(
    ("x", "residual", "weight"),
    [
        (torch.zeros(2, 8), torch.zeros(3, 8), torch.zeros(8)),
        (torch.zeros(2, 8), torch.zeros(2, 8), torch.zeros(7)),
        (torch.zeros(2, 8), torch.zeros(2, 8).half(), torch.zeros(8)),
        (torch.zeros(8, 2).T, torch.zeros(2, 8), torch.zeros(8)),
        (torch.zeros(8), torch.zeros(8), torch.zeros(8)),
    ],
)
def test_what_does_not_fit_is_refused(x, residual, weight):
    with pytest.raises(ShapeError):
        add_rms_norm(x, residual, weight)
