from __future__ import annotations

import pytest
import torch

from kernels import adain_snake as op
from kernels.errors import ShapeError

SHAPES = [
    (1, 1, 1),  # one number: no variance at all
    (1, 7, 3),  # fewer than a block
    (2, 513, 22),  # one frame more than a chunk
    (1, 1201, 128),  # the vocoder's width, an odd length
    (3, 40, 97),  # a prime number of channels
]


def styled(batch: int, length: int, channels: int, device: str, dtype: torch.dtype = torch.float32):
    torch.manual_seed(length)
    x = torch.randn(batch, length, channels, device=device) * 3 + 5
    scale, shift = torch.randn(2, batch, channels, device=device)
    alpha = torch.rand(channels, device=device) + 0.05
    return x.to(dtype), scale, shift, alpha


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("shape", SHAPES)
def test_matches_reference(device, shape, dtype):
    x, scale, shift, alpha = styled(*shape, device, dtype)
    found = op.adain_snake(x, scale, shift, alpha)
    assert found.dtype == dtype
    expected = op.adain_snake_reference(x, scale, shift, alpha)
    torch.testing.assert_close(found, expected, atol=2e-4 if dtype == torch.float32 else 4e-3, rtol=2e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_moments_match_reference_far_from_zero(device, shape):
    x = styled(*shape, device)[0] + 1000
    for found, expected in zip(op.channel_moments(x), op.channel_moments_reference(x.double()), strict=True):
        torch.testing.assert_close(found, expected.float(), atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_on_a_cpu_match_reference(shape, monkeypatch):
    monkeypatch.setattr(op, "BLOCK_ELEMENTS", 1 << 10)  # many blocks, and an odd last one
    x, scale, shift, alpha = styled(*shape, "cpu")
    moments = op._moments_by_blocks(x)
    for found, expected in zip(moments, op.channel_moments_reference(x), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    found = op._snake_by_blocks(x, scale, shift, alpha, moments, op.EPS)
    torch.testing.assert_close(found, op.adain_snake_reference(x, scale, shift, alpha), atol=2e-4, rtol=2e-3)


def test_given_moments_are_used(device):
    x, scale, shift, alpha = styled(1, 64, 8, device)
    elsewhere = torch.zeros(1, 8, device=device), torch.ones(1, 8, device=device)
    found = op.adain_snake(x, scale, shift, alpha, elsewhere)
    torch.testing.assert_close(found, op.adain_snake_reference(x, scale, shift, alpha, elsewhere), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(found, op.adain_snake(x, scale, shift, alpha))


def test_eps_keeps_a_silent_channel_finite(device):
    x, scale, shift, alpha = styled(1, 64, 8, device)
    x.zero_()
    found = op.adain_snake(x, scale, shift, alpha, eps=1.0)
    torch.testing.assert_close(found, op.adain_snake_reference(x, scale, shift, alpha, eps=1.0))


def test_x_is_left_as_it_was(device):
    x, scale, shift, alpha = styled(1, 600, 8, device)
    before = x.clone()
    op.adain_snake(x, scale, shift, alpha)
    assert torch.equal(x, before)


def test_a_transposed_tensor_is_refused(device):
    x, scale, shift, alpha = styled(1, 16, 8, device)
    with pytest.raises(ShapeError, match="contiguous"):
        op.adain_snake(x.transpose(1, 2), scale, shift, alpha)


def test_a_style_of_other_size_is_refused(device):
    x, scale, shift, alpha = styled(1, 16, 8, device)
    with pytest.raises(ShapeError, match="style"):
        op.adain_snake(x, scale[:, :4], shift, alpha)
