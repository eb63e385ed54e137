"""The layers that the voice model's parts share. Sequences are (B, L, C), so convolutions run channels-last.

Names of parameters follow the reference implementation, so that its weights load by name.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.adain_snake import EPS, Moments, channel_moments


class Conv(nn.Module):
    """A convolution over the frames of (B, L, C_in). Its weight is (C_out, C_in, k), stored channels-last.

    Measured on 2 cores at 128 channels, 48,000 frames: 424-478 GFLOP/s channels-last, 238-330 channels-first.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, dilation: int = 1, stride: int = 1, padding: int | None = None,
        bias: bool = True
    ):  # fmt: skip
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, kernel, inputs).transpose(1, 2))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.stride, self.dilation = stride, dilation
        self.padding = dilation * (kernel - 1) // 2 if padding is None else padding

    def forward(self, x: Tensor) -> Tensor:
        # As an image of height 1; (B, L, C) contiguous is exactly torch's channels-last layout of it.
        image, weight = x.transpose(1, 2).unsqueeze(2), self.weight.unsqueeze(2)
        out = F.conv2d(image, weight, self.bias, (1, self.stride), (0, self.padding), (1, self.dilation))
        return out.squeeze(2).transpose(1, 2).contiguous()


class TransposedConv(nn.Module):
    """An upsampling convolution over the frames of (B, L, C_in). Its weight is (C_in, C_out / groups, k)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, padding: int, *, extra: int = 0, groups: int = 1
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs // groups, kernel))
        self.bias = nn.Parameter(torch.empty(outputs))
        self.stride, self.padding, self.extra, self.groups = stride, padding, extra, groups

    def forward(self, x: Tensor) -> Tensor:
        out = F.conv_transpose1d(
            x.transpose(1, 2), self.weight, self.bias, self.stride, self.padding, self.extra, self.groups
        )
        return out.transpose(1, 2).contiguous()


class Style(nn.Module):
    """The two numbers a channel that a voice's style asks for: (B, S) -> scale (B, C), shift (B, C)."""

    def __init__(self, style_size: int, channels: int):
        super().__init__()
        self.fc = nn.Linear(style_size, 2 * channels)

    def forward(self, style: Tensor) -> tuple[Tensor, Tensor]:
        gamma, beta = self.fc(style).chunk(2, dim=1)
        return 1 + gamma, beta


class StyledBlock(nn.Module):
    """A residual block: twice (adaptive instance norm, leaky ReLU 0.2, convolution), with its input beside it.

    (B, L, C_in) -> (B, L, C_out), or (B, 2 L, C_out) where it upsamples.
    """

    def __init__(self, inputs: int, outputs: int, style_size: int, *, upsamples: bool = False):
        super().__init__()
        self.norm1, self.norm2 = Style(style_size, inputs), Style(style_size, outputs)
        self.conv1, self.conv2 = Conv(inputs, outputs, 3), Conv(outputs, outputs, 3)
        self.conv1x1 = Conv(inputs, outputs, 1, bias=False) if inputs != outputs else None
        self.pool = TransposedConv(inputs, inputs, 3, 2, 1, extra=1, groups=inputs) if upsamples else None

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        out = styled_leaky(x, *self.norm1(style))
        if self.pool is not None:
            out, x = self.pool(out), x.repeat_interleave(2, dim=1)
        out = self.conv2(styled_leaky(self.conv1(out), *self.norm2(style)))
        shortcut = x if self.conv1x1 is None else self.conv1x1(x)
        return (out + shortcut) * 0.5**0.5


def styled_leaky(x: Tensor, scale: Tensor, shift: Tensor, moments: Moments | None = None) -> Tensor:
    """leaky_relu(scale * (x - mean) / sqrt(var + eps) + shift, 0.2), moments of each channel over the frames."""
    mean, variance = channel_moments(x) if moments is None else moments
    gain = scale * torch.rsqrt(variance + EPS)
    offset = shift - mean * gain
    return F.leaky_relu(torch.addcmul(offset[:, None], x, gain[:, None]), 0.2)
