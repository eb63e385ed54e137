from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from kernels import conv1d as op
from kernels.channel_moments import channel_moments_reference
from kernels.errors import ShapeError

SHAPES = [  # batch, frames, channels in, channels out, taps, dilation
    (1, 1, 1, 1, 1, 1),  # one number, one tap
    (1, 70, 22, 128, 1, 1),  # no reach; channels in that fill no block
    (2, 65, 128, 22, 7, 1),  # one frame more than a tile; the narrow end of the vocoder
    (1, 9, 16, 16, 11, 5),  # a reach of 25 frames around a row of 9
    (3, 67, 97, 33, 3, 3),  # primes, and one channel more than a block
    (1, 130, 40, 200, 3, 1),  # two blocks of channels out, three of frames
]
EXACT = "ieee"  # what fp32 products are on a GPU; by default they are TF32
CLOSE = {torch.float32: {"atol": 1e-4, "rtol": 1e-4}, torch.float16: {"atol": 2e-2, "rtol": 2e-3}}


def layer(batch: int, frames: int, inputs: int, outputs: int, taps: int, device: str, dtype=torch.float32):
    """Frames, a packed weight, a bias and two residuals."""
    torch.manual_seed(frames)
    x = torch.randn(batch, frames, inputs, device=device).to(dtype)
    weight = op.pack_conv1d(torch.randn(outputs, inputs, taps, device=device) / (inputs * taps) ** 0.5).to(dtype)
    summands = torch.randn(2, batch, frames, outputs, device=device).to(dtype)
    return x, weight, torch.randn(outputs, device=device), tuple(summands.unbind())


def poison(x: torch.Tensor, lengths: list[int]) -> None:
    for row, length in zip(x, lengths, strict=True):
        row[length:] = float("nan")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(("batch", "frames", "inputs", "outputs", "taps", "dilation"), SHAPES)
def test_matches_reference(device, batch, frames, inputs, outputs, taps, dilation, dtype):
    x, weight, bias, residuals = layer(batch, frames, inputs, outputs, taps, device, dtype)
    for options in ({}, {"residual": residuals[0]}, {"residual": residuals, "scale": 1 / 3}):
        found = op.conv1d(x, weight, bias, dilation=dilation, precision=EXACT, **options)
        assert found.dtype == dtype and found.is_contiguous()
        torch.testing.assert_close(
            found, op.conv1d_reference(x, weight, bias, dilation=dilation, **options), **CLOSE[dtype]
        )


def test_the_reference_is_torch_s_own_convolution():
    x, weight, bias, (residual, other) = layer(2, 30, 8, 6, 5, "cpu")
    found = op.conv1d_reference(x, weight, bias, dilation=2, residual=(residual, other), scale=0.5)
    own = F.conv1d(x.transpose(1, 2), weight.transpose(1, 2), bias, padding=4, dilation=2).transpose(1, 2)
    torch.testing.assert_close(found, (own + residual + other) / 2)


def test_a_weight_that_is_channels_last_is_packed_without_a_copy():
    weight = torch.randn(6, 5, 8).transpose(1, 2)
    assert op.pack_conv1d(weight).data_ptr() == weight.data_ptr()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("lengths", [[140, 1, 65], [64, 139, 7]])  # full; one frame; a tile and one more; a tile
def test_a_row_in_a_batch_is_the_row_alone(device, lengths, dtype):
    x, weight, bias, residuals = layer(3, 140, 20, 24, 7, device, dtype)
    for tensor in (x, *residuals):
        poison(tensor, lengths)
    ends = torch.tensor(lengths, device=device)
    options = {"dilation": 5, "scale": 0.5, "moments": True, "precision": EXACT}
    found, moments = op.conv1d(x, weight, bias, residual=residuals, lengths=ends, **options)
    reference = op.conv1d_reference(x, weight, bias, dilation=5, scale=0.5, residual=residuals, lengths=ends)
    torch.testing.assert_close(found, reference, **CLOSE[dtype])
    for b, length in enumerate(lengths):
        summands = tuple(summand[b : b + 1, :length].contiguous() for summand in residuals)
        alone, of_alone = op.conv1d(x[b : b + 1, :length].contiguous(), weight, bias, residual=summands, **options)
        assert torch.equal(found[b, :length], alone[0])
        assert found[b, length:].eq(0).all()
        for moment, of_row in zip(moments, of_alone, strict=True):
            assert torch.equal(moment[b], of_row[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("tile", [64, 128])
def test_moments_are_those_of_a_pass_over_the_result(device, dtype, tile, monkeypatch):
    """At a bias far above what varies, where E[x^2] - mean^2 would be off; in tiles of one part and of two."""
    chosen = op.tiles
    monkeypatch.setattr(op, "tiles", lambda *shape: chosen(*shape)._replace(frames=tile))
    x, weight, bias, _ = layer(2, 200, 16, 20, 3, device, dtype)
    lengths = torch.tensor([200, 65], device=device)
    out, moments = op.conv1d(x, weight, bias + 100, lengths=lengths, moments=True)
    for found, expected in zip(moments, channel_moments_reference(out.double(), lengths), strict=True):
        torch.testing.assert_close(found, expected.float(), atol=1e-4, rtol=1e-5)


def test_the_default_precision_is_within_ten_bits(device):
    x, weight, bias, _ = layer(1, 100, 64, 32, 3, device)
    found, expected = op.conv1d(x, weight, bias), op.conv1d_reference(x, weight, bias)
    torch.testing.assert_close(found, expected, atol=4e-3, rtol=2e-3)


def test_without_a_bias(device):
    x, weight, _, _ = layer(1, 20, 8, 8, 3, device)
    found = op.conv1d(x, weight, None)
    torch.testing.assert_close(found, op.conv1d(x, weight, torch.zeros(8, device=device)))


def test_a_row_s_end_is_a_border_like_the_tensor_s(device):
    x, weight = torch.ones(1, 40, 1, device=device), torch.ones(1, 3, 1, device=device)
    found = op.conv1d(x, weight, None, dilation=2, lengths=torch.tensor([10], device=device))
    assert found[0, :, 0].tolist() == [2.0, 2.0, *[3.0] * 6, 2.0, 2.0, *[0.0] * 30]


def test_few_frames_are_taken_in_small_tiles():
    """So that a GPU has a tile for every processor; and a tile is never deeper than the channels."""
    one, many = op.tiles(8_000, 256, 256, torch.float16), op.tiles(60 * 48_000, 128, 128, torch.float16)
    assert (one.frames, many.frames) == (64, 128)
    assert op.tiles(100, 22, 22, torch.float16)[1:3] == (32, 32)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": torch.zeros(4, 2, 8)},  # even taps have no middle
        {"weight": torch.zeros(4, 3, 7)},
        {"weight": torch.zeros(4, 8, 3).transpose(1, 2)},
        {"weight": torch.zeros(4, 3, 8).half()},
        {"bias": torch.zeros(3)},
        {"residual": torch.zeros(1, 5, 4)},
        {"residual": (None, torch.zeros(1, 6, 4).half())},
        {"lengths": torch.ones(2, dtype=torch.int64)},
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    fits = {"x": torch.zeros(1, 6, 8), "weight": torch.zeros(4, 3, 8), "bias": torch.zeros(4)}
    assert op.conv1d(**fits).shape == (1, 6, 4)
    with pytest.raises(ShapeError):
        op.conv1d(**fits | wrong)


def test_three_products_of_tf32_are_as_exact_as_float32(device):
    x, weight, bias, _ = layer(1, 100, 64, 32, 3, device)
    found = op.conv1d(x, weight, bias, precision="tf32x3")
    torch.testing.assert_close(found, op.conv1d_reference(x, weight, bias), **CLOSE[torch.float32])


def test_an_amd_gpu_needs_no_three_products(monkeypatch):
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert [op.known_precision(name) for name in ("tf32", "tf32x3", "ieee")] == ["tf32", "ieee", "ieee"]


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="'fp8'"):
        op.conv1d(torch.zeros(1, 6, 8), torch.zeros(4, 3, 8), None, precision="fp8")  # type: ignore[call-overload]
