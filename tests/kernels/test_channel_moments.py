from __future__ import annotations

import pytest
import torch

from kernels import channel_moments as op
from kernels.errors import ShapeError

SHAPES = [
    (1, 1, 1),  # one number: no variance at all
    (1, 7, 3),  # fewer than a block
    (2, 513, 22),  # one frame more than some blocks
    (1, 1201, 128),  # the vocoder's width, an odd length
    (3, 40, 97),  # a prime number of channels
    (1, 128 * 257 + 1, 2),  # more blocks than are merged at once
]


def frames(batch: int, length: int, channels: int, device: str) -> torch.Tensor:
    torch.manual_seed(length)
    return torch.randn(batch, length, channels, device=device) * 3


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("shape", SHAPES)
def test_matches_reference(device, shape, dtype):
    x = frames(*shape, device).to(dtype)
    for found, expected in zip(op.channel_moments(x), op.channel_moments_reference(x.double()), strict=True):
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, expected.float(), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_squares_cancel_nothing_far_from_zero(device, shape):
    """E[x^2] - mean^2 in float32 is off by about 1 here, of a variance of 9."""
    x = frames(*shape, device) + 3000
    mean, variance = op.channel_moments(x)
    expected_variance, expected_mean = torch.var_mean(x.double(), dim=1, correction=0)
    torch.testing.assert_close(mean, expected_mean.float(), atol=0, rtol=3e-7)
    torch.testing.assert_close(variance, expected_variance.float(), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_on_a_cpu_match_reference(shape, monkeypatch):
    monkeypatch.setattr(op, "BLOCK_ELEMENTS", 1 << 10)  # many blocks, and an odd last one
    x = frames(*shape, "cpu") + 50
    for found, expected in zip(op.channel_moments(x), op.channel_moments_reference(x), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", [torch.int32, torch.int64])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("lengths", [[300, 1, 128], [2, 129, 299]])  # full; one frame; a block's end; just past it
def test_a_row_in_a_batch_is_the_row_alone(device, lengths, dtype, kind):
    x = frames(3, 300, 20, device).to(dtype)
    for row, length in zip(x, lengths, strict=True):
        row[length:] = float("nan")
    found = op.channel_moments(x, torch.tensor(lengths, dtype=kind, device=device))
    expected = op.channel_moments_reference(x, torch.tensor(lengths, device=device))
    for b, length in enumerate(lengths):
        alone = op.channel_moments(x[b : b + 1, :length].contiguous())
        for moment, of_reference, of_row in zip(found, expected, alone, strict=True):
            assert torch.equal(moment[b], of_row[0])
            torch.testing.assert_close(moment[b], of_reference[b], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "lengths", [torch.ones(3, dtype=torch.int64), torch.ones(2), torch.ones(2, 1, dtype=torch.int64)]
)  # a row too many; no whole numbers; a column
def test_lengths_that_do_not_fit_are_refused(device, lengths):
    with pytest.raises(ShapeError, match="lengths"):
        op.channel_moments(frames(2, 8, 4, device), lengths.to(device))


@pytest.mark.parametrize("length", [0, 9])
def test_a_length_outside_the_frames_is_refused_where_it_costs_nothing_to_look(length):
    with pytest.raises(ShapeError, match="valid frames"):
        op.channel_moments(frames(2, 8, 4, "cpu"), torch.tensor([8, length]))


def test_a_transposed_tensor_is_refused(device):
    with pytest.raises(ShapeError, match="contiguous"):
        op.channel_moments(frames(1, 16, 8, device).transpose(1, 2))
