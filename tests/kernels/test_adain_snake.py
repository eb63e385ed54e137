from __future__ import annotations

import pytest
import torch

from kernels import adain_snake as op
from kernels.errors import ShapeError

SHAPES = [
    (1, 1, 1),  # one number: no variance at all
    (1, 7, 3),  # fewer than a block
    (2, 513, 22),  # one frame more than some blocks
    (1, 1201, 128),  # the vocoder's width, an odd length
    (3, 40, 97),  # a prime number of channels
]
LENGTHS = [
    ((1, 33, 5), [33]),  # a single row, full
    ((3, 130, 22), [130, 1, 129]),  # a row of one frame; a row that ends where a block begins
    ((2, 300, 97), [31, 128]),  # ends inside and at the end of a block; nobody fills the batch
]


def styled(batch: int, length: int, channels: int, device: str, dtype: torch.dtype = torch.float32):
    torch.manual_seed(length)
    x = torch.randn(batch, length, channels, device=device) * 3 + 5
    scale, shift = torch.randn(2, batch, channels, device=device)
    alpha = torch.rand(channels, device=device) + 0.05
    return x.to(dtype), scale, shift, alpha


def poisoned(x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """x, with NaN past each row's end."""
    outside = torch.arange(x.shape[1], device=x.device) >= lengths[:, None]
    return x.masked_fill(outside[..., None], float("nan"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("shape", SHAPES)
def test_matches_reference(device, shape, dtype):
    x, scale, shift, alpha = styled(*shape, device, dtype)
    found = op.adain_snake(x, scale, shift, alpha)
    assert found.dtype == dtype
    expected = op.adain_snake_reference(x, scale, shift, alpha)
    torch.testing.assert_close(found, expected, atol=2e-4 if dtype == torch.float32 else 4e-3, rtol=2e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("shape", SHAPES)
def test_leaky_matches_reference(device, shape, dtype):
    x, scale, shift, _ = styled(*shape, device, dtype)
    found = op.adain_leaky(x, scale, shift, 0.2)
    assert found.dtype == dtype
    expected = op.adain_leaky_reference(x, scale, shift, 0.2)
    torch.testing.assert_close(found, expected, atol=2e-4 if dtype == torch.float32 else 4e-3, rtol=2e-3)
    assert not torch.allclose(found, op.adain_leaky(x, scale, shift, 0.9), atol=1e-3) or shape == (1, 1, 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_on_a_cpu_match_reference(shape, monkeypatch):
    monkeypatch.setattr(op, "BLOCK_ELEMENTS", 1 << 10)  # many blocks, and an odd last one
    x, scale, shift, alpha = styled(*shape, "cpu")
    found = op.adain_snake(x, scale, shift, alpha)
    torch.testing.assert_close(found, op.adain_snake_reference(x, scale, shift, alpha), atol=2e-4, rtol=2e-3)


def test_snake_on_a_cpu_is_exact_to_a_millionth_of_the_loudest_value_of_a_channel():
    """The voice's own extremes of alpha, and values up to the largest that it was seen to reach."""
    alpha = torch.tensor([9.5e-5, -0.026, 0.5, 1.0, 2.33])
    x = torch.linspace(-270, 270, 40_001)[None, :, None].repeat(1, 1, 5)
    still = torch.zeros(1, 5), torch.ones(1, 5) - op.EPS
    y = x.double()
    expected = y + torch.sin(alpha.double() * y) ** 2 / alpha.double()
    found = op.adain_snake(x, torch.ones(1, 5), torch.zeros(1, 5), alpha, still)
    furthest = (found - expected).abs().amax((0, 1)) / expected.abs().amax((0, 1))
    assert furthest.max() < 1e-6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(("shape", "lengths"), LENGTHS)
def test_a_row_in_a_batch_is_the_row_alone(device, shape, lengths, dtype):
    x, scale, shift, alpha = styled(*shape, device, dtype)
    x = poisoned(x, torch.tensor(lengths, device=device))
    for kind in (torch.int64, torch.int32):
        ends = torch.tensor(lengths, device=device, dtype=kind)
        snake = op.adain_snake(x, scale, shift, alpha, lengths=ends)
        leaky = op.adain_leaky(x, scale, shift, 0.2, lengths=ends)
        for b, length in enumerate(lengths):
            alone = x[b : b + 1, :length].contiguous()
            style = scale[b : b + 1], shift[b : b + 1]
            assert torch.equal(snake[b, :length], op.adain_snake(alone, *style, alpha)[0])
            assert torch.equal(leaky[b, :length], op.adain_leaky(alone, *style, 0.2)[0])
            assert snake[b, length:].eq(0).all() and leaky[b, length:].eq(0).all()


def test_lengths_in_the_reference_are_the_row_alone(device):
    x, scale, shift, alpha = styled(2, 20, 6, device)
    ends = torch.tensor([20, 3], device=device)
    for found, expected in (
        (
            op.adain_snake_reference(poisoned(x, ends), scale, shift, alpha, lengths=ends),
            op.adain_snake_reference(x[1:, :3], scale[1:], shift[1:], alpha),
        ),
        (
            op.adain_leaky_reference(poisoned(x, ends), scale, shift, 0.2, lengths=ends),
            op.adain_leaky_reference(x[1:, :3], scale[1:], shift[1:], 0.2),
        ),
    ):
        torch.testing.assert_close(found[1:, :3], expected)
        assert found[1, 3:].eq(0).all()


def test_given_moments_are_used(device):
    x, scale, shift, alpha = styled(1, 64, 8, device)
    elsewhere = torch.zeros(1, 8, device=device), torch.ones(1, 8, device=device)
    found = op.adain_snake(x, scale, shift, alpha, elsewhere)
    torch.testing.assert_close(found, op.adain_snake_reference(x, scale, shift, alpha, elsewhere), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(found, op.adain_snake(x, scale, shift, alpha))
    found = op.adain_leaky(x, scale, shift, 0.2, elsewhere)
    expected = op.adain_leaky_reference(x, scale, shift, 0.2, elsewhere)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_eps_keeps_a_silent_channel_finite(device):
    x, scale, shift, alpha = styled(1, 64, 8, device)
    x.zero_()
    found = op.adain_snake(x, scale, shift, alpha, eps=1.0)
    torch.testing.assert_close(found, op.adain_snake_reference(x, scale, shift, alpha, eps=1.0))
    x[0, ::2] = 1
    found = op.adain_leaky(x, scale, shift, 0.2, eps=1.0)
    torch.testing.assert_close(found, op.adain_leaky_reference(x, scale, shift, 0.2, eps=1.0))
    assert not torch.allclose(found, op.adain_leaky(x, scale, shift, 0.2))


def test_x_is_left_as_it_was(device):
    x, scale, shift, alpha = styled(1, 600, 8, device)
    before = x.clone()
    op.adain_snake(x, scale, shift, alpha)
    op.adain_leaky(x, scale, shift, 0.2)
    assert torch.equal(x, before)


def test_a_transposed_tensor_is_refused(device):
    x, scale, shift, alpha = styled(1, 16, 8, device)
    with pytest.raises(ShapeError, match="contiguous"):
        op.adain_snake(x.transpose(1, 2), scale, shift, alpha)


def test_a_style_of_other_size_is_refused(device):
    x, scale, shift, alpha = styled(1, 16, 8, device)
    with pytest.raises(ShapeError, match="style"):
        op.adain_snake(x, scale[:, :4], shift, alpha)
    with pytest.raises(ShapeError, match="style"):
        op.adain_leaky(x, scale, shift[:, :4], 0.2)
    with pytest.raises(ShapeError, match="alpha"):
        op.adain_snake(x, scale, shift, alpha[:4])
