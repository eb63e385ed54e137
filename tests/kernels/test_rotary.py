from __future__ import annotations

import math

import pytest
import torch

from kernels.errors import ShapeError
from kernels.rotary import rotary, rotary_reference


def angles(tokens: int, half: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    angle = torch.rand(tokens, half, device=device) * 100
    return angle.cos(), angle.sin()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(
    ("tokens", "heads", "kv_heads", "dim"),
    [(1, 4, 4, 64), (7, 9, 3, 64), (5, 3, 1, 10), (40, 32, 4, 128)],  # one row; SmolLM2; odd half; Qwen3
)
def test_matches_reference(device, tokens, heads, kv_heads, dim, dtype):
    torch.manual_seed(tokens)
    query, key = (torch.randn(tokens, n, dim, device=device).to(dtype) for n in (heads, kv_heads))
    cos, sin = angles(tokens, dim // 2, device)
    found, expected = rotary(query, key, cos, sin), rotary_reference(query, key, cos, sin)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("whole", [False, True])  # each head by itself, as in Qwen3; all together, as in OLMoE
@pytest.mark.parametrize(("heads", "kv_heads", "dim"), [(3, 1, 10), (8, 2, 64)])
def test_norms_come_before_the_turn(device, heads, kv_heads, dim, whole, dtype):
    torch.manual_seed(dim)
    fused = torch.randn(5, heads + kv_heads, dim, device=device).to(dtype) * 3
    query, key = fused[:, :heads], fused[:, heads:]
    norms = {
        name: torch.rand(n * dim if whole else dim, device=device).to(dtype) + 0.5
        for name, n in (("query_norm", heads), ("key_norm", kv_heads))
    }
    angle = angles(5, dim // 2, device)
    found = rotary(query, key, *angle, **norms, eps=1e-3)
    expected = rotary_reference(query, key, *angle, **norms, eps=1e-3)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)
    last = (-2, -1) if whole else -1
    wide = query.float()
    normed = wide / (wide.square().mean(last, keepdim=True) + 1e-3).sqrt()
    turned, _ = rotary_reference(normed * norms["query_norm"].view(-1, dim), key.float(), *angle)
    torch.testing.assert_close(found[0].float(), turned, rtol=2e-3, atol=2e-3)


def test_a_norm_of_another_size_is_refused():
    query, cos = torch.zeros(2, 3, 8), torch.zeros(2, 4)
    with pytest.raises(ShapeError, match="norm"):
        rotary(query, query, cos, cos, key_norm=torch.ones(16))


def test_reads_slices_of_a_fused_projection(device):
    fused = torch.randn(5, 3, 4, 8, device=device)
    query, key = fused[:, 0], fused[:, 1]
    cos, sin = angles(5, 4, device)
    found, expected = rotary(query, key, cos, sin), rotary(query.contiguous(), key.contiguous(), cos, sin)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_a_quarter_turn_moves_the_first_half_to_the_second(device):
    x = torch.tensor([[[1.0, 2.0, 0.0, 0.0]]], device=device)
    angle = torch.full((1, 2), math.pi / 2, device=device)
    turned, _ = rotary(x, x, angle.cos(), angle.sin())
    torch.testing.assert_close(turned, torch.tensor([[[0.0, 0.0, 1.0, 2.0]]], device=device))


def test_no_tokens_are_no_work(device):
    empty, cos = torch.empty(0, 2, 8, device=device), torch.empty(0, 4, device=device)
    assert rotary(empty, empty, cos, cos)[0].shape == (0, 2, 8)


@pytest.mark.parametrize(
    ("query", "cos"),
    [
        (torch.zeros(2, 3, 7), torch.zeros(2, 3)),
        (torch.zeros(2, 3, 8), torch.zeros(3, 4)),
        (torch.zeros(2, 3, 8), torch.zeros(2, 8)),
        (torch.zeros(2, 3, 8), torch.zeros(2, 4).half()),
        (torch.zeros(2, 8, 3).transpose(1, 2), torch.zeros(2, 4)),
    ],
)
def test_what_does_not_fit_is_refused(query, cos):
    with pytest.raises(ShapeError):
        rotary(query, query, cos, cos)
