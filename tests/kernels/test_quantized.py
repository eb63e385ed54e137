from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.quantized import QuantizedWeight, dequantize, quantize

FORMATS = [(8, 64), (8, 128), (4, 64), (4, 128)]


@pytest.mark.parametrize(("bits", "group"), FORMATS)
@pytest.mark.parametrize("shape", [(1, 128), (5, 7, 384)])  # one row of one or two groups; odd counts
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_no_value_is_further_off_than_half_a_scale(bits, group, shape, dtype):
    weight = torch.randn(*shape, generator=torch.Generator().manual_seed(bits)).to(dtype)
    weight[..., :group] *= 50  # an outlier costs its own group alone
    found = quantize(weight, bits, group)
    assert found.shape == weight.shape and found.scales.dtype == dtype
    half = found.scales.float().repeat_interleave(group, -1) / 2
    # A scale that was itself rounded down leaves the largest value a little outside.
    slack = weight.float().abs() * torch.finfo(dtype).eps
    assert ((dequantize(found, torch.float32) - weight.float()).abs() <= half + slack).all()


def test_what_is_a_multiple_of_the_scale_comes_back_exactly():
    for bits, largest in ((8, 127), (4, 7)):
        steps = torch.arange(-127, 1).clamp(-largest).float()[None] * 0.25
        assert torch.equal(dequantize(quantize(steps, bits, 128), torch.float32), steps)


def test_the_low_half_of_a_byte_is_the_even_column():
    weight = torch.zeros(1, 64)
    weight[0, :4] = torch.tensor([7.0, -7.0, 1.0, -3.0])
    assert quantize(weight, 4, 64).values[0, :3].tolist() == [15 | 1 << 4, 9 | 5 << 4, 8 | 8 << 4]


@pytest.mark.parametrize("bits", [8, 4])
def test_zeros_and_what_is_too_small_for_a_scale_are_zeros(bits):
    for weight in (torch.zeros(2, 64), torch.full((2, 64), 6e-8, dtype=torch.float16)):
        assert not dequantize(quantize(weight, bits, 64), torch.float32).any()


@pytest.mark.parametrize(("bits", "group", "size_bytes"), [(8, 64, 3 * 256 + 24), (4, 128, 3 * 128 + 12)])
def test_it_is_as_small_as_it_says(bits, group, size_bytes):
    assert quantize(torch.ones(3, 256, dtype=torch.bfloat16), bits, group).size_bytes == size_bytes


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("index", [2, torch.tensor([3, 0, 3]), slice(1, 3)])
def test_experts_are_taken_by_index(bits, index):
    whole = quantize(torch.randn(4, 6, 128), bits, 64)
    assert torch.equal(dequantize(whole[index], torch.float32), dequantize(whole, torch.float32)[index])


def test_it_moves_to_another_device_whole():
    moved = quantize(torch.ones(2, 64), 8, 64).to("meta")
    assert moved.device == moved.scales.device == torch.device("meta")


def test_a_plain_weight_is_only_cast():
    weight = torch.randn(3, 5)
    assert torch.equal(dequantize(weight, torch.float16), weight.half())


@pytest.mark.parametrize(
    ("weight", "bits", "group"),
    [
        (torch.zeros(3, 96), 8, 64),  # one and a half groups
        (torch.zeros(64), 8, 64),
        (torch.zeros(3, 64, dtype=torch.int32), 8, 64),
        (torch.zeros(3, 64), 6, 64),
        (torch.zeros(3, 64), 4, 32),
    ],
)
def test_what_has_no_groups_is_refused(weight, bits, group):
    with pytest.raises(ShapeError):
        quantize(weight, bits, group)


@pytest.mark.parametrize(
    ("values", "scales", "bits"),
    [
        (torch.zeros(2, 64, dtype=torch.int8), torch.zeros(2, 2), 8),
        (torch.zeros(2, 64, dtype=torch.int8), torch.zeros(2, 1), 4),
        (torch.zeros(2, 64, dtype=torch.uint8), torch.zeros(2, 1), 4),  # 128 columns
        (torch.zeros(2, 64, dtype=torch.int8), torch.zeros(2, 1, dtype=torch.float64), 8),
        (torch.zeros(2, 96, dtype=torch.int8), torch.zeros(2, 1), 8),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(values, scales, bits):
    with pytest.raises(ShapeError):
        QuantizedWeight(values, scales, bits, 64)
