from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.fast_conv1d import fast_conv1d, fast_conv1d_reference, pack_fast_conv1d, transform

SHAPES = [  # frames, channels in, channels out, taps, dilation
    (1, 1, 1, 3, 1),  # one number
    (7, 4, 3, 7, 5),  # less than a tile, and than the reach
    (44, 16, 16, 11, 1),  # two tiles to the frame
    (45, 16, 16, 11, 1),  # and one frame more
    (317, 33, 17, 11, 3),  # primes
    (1501, 128, 128, 7, 5),  # blocks of groups, the last cut
    (1601, 128, 64, 3, 3),
]
CLOSE = {"atol": 1e-5, "rtol": 1e-5}


def layer(batch, frames, inputs, outputs, taps):
    torch.manual_seed(frames)
    weight = torch.randn(outputs, taps, inputs) / (taps * inputs) ** 0.5
    return torch.randn(batch, frames, inputs), weight, torch.randn(outputs)


@pytest.mark.parametrize(("frames", "inputs", "outputs", "taps", "dilation"), SHAPES)
def test_it_is_the_direct_convolution(frames, inputs, outputs, taps, dilation):
    x, weight, bias = layer(2, frames, inputs, outputs, taps)
    residuals = torch.randn(2, frames, outputs), torch.randn(2, frames, outputs)
    found = fast_conv1d(x, pack_fast_conv1d(weight), bias, dilation=dilation, residual=residuals, scale=0.5)
    expected = fast_conv1d_reference(
        x.double(), weight.double(), bias, dilation=dilation, residual=residuals, scale=0.5
    )
    torch.testing.assert_close(found.double(), expected, **CLOSE)


@pytest.mark.parametrize("taps", [3, 5, 7, 9, 11, 13, 15])
def test_any_odd_number_of_taps_to_fifteen(taps):
    x, weight, _ = layer(1, 200, 24, 24, taps)
    found = fast_conv1d(x, pack_fast_conv1d(weight), None, dilation=2)
    expected = fast_conv1d_reference(x.double(), weight.double(), None, dilation=2)
    torch.testing.assert_close(found.double(), expected, **CLOSE)


@pytest.mark.parametrize("taps", [3, 7, 11])
def test_a_row_in_a_batch_is_the_row_alone(taps):
    x, weight, bias = layer(3, 500, 64, 64, taps)
    lengths, residual = [500, 1, 499], torch.randn(3, 500, 64)
    for row, length in zip(x, lengths, strict=True):
        row[length:] = float("nan")
    packed = pack_fast_conv1d(weight)
    found = fast_conv1d(x, packed, bias, dilation=3, residual=residual, lengths=torch.tensor(lengths))
    for b, length in enumerate(lengths):
        own = slice(b, b + 1), slice(0, length)
        alone = fast_conv1d(x[own].contiguous(), packed, bias, dilation=3, residual=residual[own])
        assert torch.equal(found[own], alone)
        assert found[b, length:].eq(0).all()


@pytest.mark.parametrize("dilation", [1, 5])
def test_two_halves_at_once_give_the_same_bits(dilation):
    x, weight, bias = layer(1, 8000, 32, 32, 11)
    packed, residual, halves = pack_fast_conv1d(weight), torch.randn(1, 8000, 32), []

    def together(parts):
        halves.extend(parts)
        for part in reversed(parts):
            part()

    settings = {"dilation": dilation, "residual": (residual, x), "scale": 0.5}
    found = fast_conv1d(x, packed, bias, **settings, together=together)
    assert len(halves) == 2 and torch.equal(found, fast_conv1d(x, packed, bias, **settings))


@pytest.mark.parametrize(("taps", "products"), [(3, 4 / 9), (7, 47 / (26 * 7)), (11, 47 / (22 * 11))])
def test_the_products_are_as_few_as_its_docstring_says(taps, products):
    of = transform(taps)
    assert len(of.forward) / (of.step * taps) == pytest.approx(products)


@pytest.mark.parametrize("shape", [(4, 4, 3), (4, 17, 3), (4, 1, 3), (4, 3)])
def test_other_weights_are_refused(shape):
    with pytest.raises(ShapeError, match="odd k"):
        pack_fast_conv1d(torch.zeros(shape))


@pytest.mark.parametrize(
    ("x", "bias", "residual", "message"),
    [
        (torch.zeros(1, 9, 5), None, None, "frames"),
        (torch.zeros(1, 9, 4).double(), None, None, "float32"),
        (torch.zeros(1, 4, 9).transpose(1, 2), None, None, "contiguous"),
        (torch.zeros(1, 9, 4), torch.zeros(4), None, "bias"),
        (torch.zeros(1, 9, 4), None, torch.zeros(1, 8, 3), "residual"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(x, bias, residual, message):
    with pytest.raises(ShapeError, match=message):
        fast_conv1d(x, pack_fast_conv1d(torch.zeros(3, 3, 4)), bias, residual=residual)
