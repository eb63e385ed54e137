from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from synthesis.speech.layers import Conv, StyledBlock, TransposedConv, styled_leaky


def filled(module: nn.Module) -> nn.Module:
    torch.manual_seed(1)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    return module.requires_grad_(False)


@pytest.mark.parametrize(
    ("kernel", "dilation", "stride", "padding"), [(3, 1, 1, None), (11, 5, 1, None), (12, 1, 6, 3), (1, 1, 1, None)]
)
def test_channels_last_convolution_is_the_usual_one(kernel, dilation, stride, padding):
    conv = filled(Conv(5, 7, kernel, dilation=dilation, stride=stride, padding=padding))
    x = torch.randn(2, 31, 5)
    pad = dilation * (kernel - 1) // 2 if padding is None else padding
    expected = F.conv1d(x.transpose(1, 2), conv.weight, conv.bias, stride, pad, dilation).transpose(1, 2)
    found = conv(x)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert found.is_contiguous()


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, None), (12, 6, 3)])  # keeps the length; shortens it
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_convolution_adds_its_residuals_and_scales(kernel, stride, padding, dtype):
    conv = filled(Conv(5, 7, kernel, stride=stride, padding=padding)).to(dtype)
    x = torch.randn(2, 30, 5, dtype=dtype)
    alone = conv(x)
    one, two = torch.randn_like(alone), torch.randn_like(alone)
    torch.testing.assert_close(conv(x, residual=one, scale=0.5), (alone + one) / 2)
    torch.testing.assert_close(conv(x, residual=(one, two)), alone + one + two)


def test_a_loaded_weight_keeps_its_layout():
    conv, weight = Conv(5, 7, 3), torch.randn(7, 5, 3)
    conv.load_state_dict({"weight": weight, "bias": torch.zeros(7)})
    assert torch.equal(conv.weight, weight) and conv.weight.stride(1) == 1


def test_upsampling_doubles_the_frames():
    assert filled(TransposedConv(6, 6, 3, 2, 1, extra=1, groups=6))(torch.randn(1, 9, 6)).shape == (1, 18, 6)
    assert filled(StyledBlock(6, 4, 3, upsamples=True))(torch.randn(1, 9, 6), torch.randn(1, 3)).shape == (1, 18, 4)


def test_styled_leaky_is_instance_norm_with_a_style():
    x, scale, shift = torch.randn(2, 50, 6) + 3, torch.randn(2, 6), torch.randn(2, 6)
    normal = F.instance_norm(x.transpose(1, 2)).transpose(1, 2)
    expected = F.leaky_relu(normal * scale[:, None] + shift[:, None], 0.2)
    torch.testing.assert_close(styled_leaky(x, (scale, shift)), expected, atol=1e-5, rtol=1e-4)


def test_a_packed_upsampling_is_the_usual_one():
    up = filled(TransposedConv(6, 4, 12, 6, 3))
    x = torch.randn(2, 7, 6)
    expected = up(x)
    up.pack()
    assert up.packed is not None
    torch.testing.assert_close(up(x), expected, atol=1e-5, rtol=1e-4)
    doubling = filled(TransposedConv(6, 6, 3, 2, 1, extra=1, groups=6))
    doubling.pack()
    assert doubling.packed is None  # no faster op for it
