from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from kernels import upsample1d as op
from kernels.errors import ShapeError

SHAPES = [  # batch, frames, channels in, channels out, up
    (1, 1, 1, 1, 2),  # one number
    (1, 64, 32, 16, 10),  # a row of the product more than a tile
    (2, 65, 20, 130, 6),  # two blocks of channels in each phase
    (3, 7, 97, 33, 4),  # primes
]
EXACT = "ieee"  # what fp32 products are on a GPU; by default they are TF32
CLOSE = {torch.float32: {"atol": 1e-4, "rtol": 1e-4}, torch.float16: {"atol": 1e-2, "rtol": 2e-3}}


def layer(batch: int, frames: int, inputs: int, outputs: int, up: int, device: str, dtype=torch.float32):
    torch.manual_seed(frames)
    x = torch.randn(batch, frames, inputs, device=device).to(dtype)
    weight = torch.randn(inputs, outputs, 2 * up, device=device).to(dtype) / (2 * inputs) ** 0.5
    return x, weight, torch.randn(outputs, device=device)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("shape", SHAPES)
def test_matches_reference_and_torch_s_own(device, shape, dtype):
    x, weight, bias = layer(*shape, device, dtype)
    packed = op.pack_upsample1d(weight)
    found = op.upsample1d(x, packed, bias, precision=EXACT)
    assert found.dtype == dtype and found.is_contiguous()
    torch.testing.assert_close(found, op.upsample1d_reference(x, packed, bias), **CLOSE[dtype])
    up = shape[-1]
    own = F.conv_transpose1d(x.float().transpose(1, 2), weight.float(), bias, up, up // 2).transpose(1, 2)
    torch.testing.assert_close(found.float(), own, **CLOSE[dtype])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("lengths", [[70, 1, 65], [64, 69, 7]])  # full; one frame; a tile and one more; a tile
def test_a_row_in_a_batch_is_the_row_alone(device, lengths, dtype):
    x, weight, bias = layer(3, 70, 20, 24, 6, device, dtype)
    for row, length in zip(x, lengths, strict=True):
        row[length:] = float("nan")
    packed, ends = op.pack_upsample1d(weight), torch.tensor(lengths, device=device)
    found = op.upsample1d(x, packed, bias, lengths=ends, precision=EXACT)
    torch.testing.assert_close(found, op.upsample1d_reference(x, packed, bias, lengths=ends), **CLOSE[dtype])
    for b, length in enumerate(lengths):
        alone = op.upsample1d(x[b : b + 1, :length].contiguous(), packed, bias, precision=EXACT)
        assert torch.equal(found[b, : 6 * length], alone[0])
        assert found[b, 6 * length :].eq(0).all()


def test_the_default_precision_is_within_ten_bits(device):
    x, weight, bias = layer(1, 40, 64, 32, 6, device)
    packed = op.pack_upsample1d(weight)
    found, expected = op.upsample1d(x, packed, bias), op.upsample1d_reference(x, packed, bias)
    torch.testing.assert_close(found, expected, atol=4e-3, rtol=2e-3)


def test_without_a_bias(device):
    x, weight, bias = layer(1, 5, 8, 8, 2, device)
    packed = op.pack_upsample1d(weight)
    torch.testing.assert_close(op.upsample1d(x, packed, None), op.upsample1d(x, packed, torch.zeros_like(bias)))


@pytest.mark.parametrize("taps", [6, 5])  # an odd U has no middle; an odd number of taps is not 2 U
def test_other_taps_are_refused(taps):
    with pytest.raises(ShapeError, match="taps"):
        op.pack_upsample1d(torch.zeros(8, 4, taps))


@pytest.mark.parametrize(
    ("weight", "bias"),
    [
        (torch.zeros(2, 4, 2, 7), None),
        (torch.zeros(2, 4, 2, 8).half(), None),
        (torch.zeros(3, 4, 2, 8), None),
        (torch.zeros(2, 4, 8, 2).transpose(2, 3), None),
        (torch.zeros(2, 4, 2, 8), torch.zeros(5)),
    ],
)
def test_what_does_not_fit_is_refused(weight, bias):
    x = torch.zeros(1, 6, 8)
    assert op.upsample1d(x, torch.zeros(2, 4, 2, 8), None).shape == (1, 12, 4)
    with pytest.raises(ShapeError):
        op.upsample1d(x, weight, bias)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="'fp8'"):
        op.upsample1d(torch.zeros(1, 6, 8), torch.zeros(2, 4, 2, 8), None, precision="fp8")  # type: ignore[arg-type]
