"""The layers that the voice model's parts share. Sequences are (B, L, C), so convolutions run channels-last.

A batch is exact: where its rows differ in length, `lengths` (B,) says how many frames of each are its own, every norm
takes its moments over those alone and writes zeros behind them, which is what a convolution finds past the end of an
utterance that stands alone. `lengths` is None where all rows are full. Names of parameters follow the reference
implementation, so that its weights load by name.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.adain_snake import Moments, adain_leaky
from kernels.channel_moments import channel_moments, frames_inside
from kernels.conv1d import Residuals, conv1d
from kernels.fast_conv1d import PackedConv1d, fast_conv1d, pack_fast_conv1d
from kernels.linear import linear
from kernels.upsample1d import pack_upsample1d, upsample1d
from synthesis.speech.crew import idle_crew

Lengths = Tensor | None


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
        self.keeps_length = stride == 1 and padding is None and kernel % 2 == 1
        self.packed: PackedConv1d | None = None

    def pack(self) -> None:
        """On a CPU, lay the weight out for the convolution of fewer products, and keep no other. Done once, when it is
        loaded, by layers that take time."""
        if self.keeps_length and self.weight.dtype == torch.float32 and self.weight.device.type == "cpu":
            self.packed = pack_fast_conv1d(self.weight.detach().transpose(1, 2))
            self.weight = nn.Parameter(self.weight.new_empty(0))

    def forward(self, x: Tensor, lengths: Lengths = None, *, residual: Residuals = None, scale: float = 1.0) -> Tensor:
        """(B, L, C_in) -> (B, L', C_out): (convolution + residuals) * scale, 0 behind a row's end where L' = L."""
        if self.packed is not None:
            crew = idle_crew()
            return fast_conv1d(
                x, self.packed, self.bias, dilation=self.dilation, residual=residual, scale=scale, lengths=lengths,
                together=crew.together if crew else None,
            )  # fmt: skip
        if self.keeps_length and x.dtype != torch.float64:
            weight = self.weight.transpose(1, 2)
            return conv1d(
                x, weight, self.bias, dilation=self.dilation, residual=residual, scale=scale, lengths=lengths,
                precision="tf32x3",
            )  # fmt: skip
        # As an image of height 1; (B, L, C) contiguous is exactly torch's channels-last layout of it.
        image, weight = x.transpose(1, 2).unsqueeze(2), self.weight.unsqueeze(2)
        out = F.conv2d(image, weight, self.bias, (1, self.stride), (0, self.padding), (1, self.dilation))
        out = out.squeeze(2).transpose(1, 2).contiguous()
        for summand in residual if isinstance(residual, tuple) else (residual,):
            out = out if summand is None else out + summand
        out = out if scale == 1 else out * scale
        return cut(out, lengths) if self.keeps_length else out

    def with_moments(self, x: Tensor, lengths: Lengths, residual: Tensor | None = None) -> tuple[Tensor, Moments]:
        """As `forward`, with the moments of the result, which the next norm takes: where a kernel convolves, they cost
        no pass over memory."""
        if self.packed is not None:
            out = self.forward(x, lengths, residual=residual)
            return out, channel_moments(out, lengths)
        weight = self.weight.transpose(1, 2)
        return conv1d(
            x, weight, self.bias, dilation=self.dilation, residual=residual, lengths=lengths, moments=True,
            precision="tf32x3",
        )  # fmt: skip


class Linear(nn.Linear):
    """A product with the last dimension, by the faster of torch's libraries."""

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight, self.bias)


class TransposedConv(nn.Module):
    """An upsampling convolution over the frames of (B, L, C_in). Its weight is (C_in, C_out / groups, k)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, padding: int, *, extra: int = 0, groups: int = 1
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs // groups, kernel))
        self.bias = nn.Parameter(torch.empty(outputs))
        self.stride, self.padding, self.extra, self.groups = stride, padding, extra, groups
        self.packed: Tensor | None = None

    def pack(self) -> None:
        """Lay the weight out for the faster op, if there is one for this shape. Done once, when it is loaded."""
        if self.groups == 1 and not self.extra and self.weight.shape[2] == 2 * self.stride == 4 * self.padding:
            self.packed = pack_upsample1d(self.weight.detach())

    def forward(self, x: Tensor, lengths: Lengths = None) -> Tensor:
        """x must be 0 behind each row's end (`lengths`), and so is what comes of it behind `stride` times as much."""
        if self.packed is not None:
            return upsample1d(x, self.packed, self.bias, lengths=lengths, precision="tf32x3")
        out = F.conv_transpose1d(
            x.transpose(1, 2), self.weight, self.bias, self.stride, self.padding, self.extra, self.groups
        )
        return cut(out.transpose(1, 2).contiguous(), None if lengths is None else self.stride * lengths)


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

    def forward(self, x: Tensor, style: Tensor, lengths: Lengths = None) -> Tensor:
        out = styled_leaky(x, self.norm1(style), lengths)
        if self.pool is not None:
            out, x = self.pool(out, lengths), x.repeat_interleave(2, dim=1)
            lengths = None if lengths is None else 2 * lengths
        shortcut = x if self.conv1x1 is None else self.conv1x1(x, lengths)
        bent = styled_leaky(self.conv1(out, lengths), self.norm2(style), lengths)
        return self.conv2(bent, lengths, residual=shortcut, scale=0.5**0.5)


class BiLSTM(nn.LSTM):
    """A recurrent network read in both directions, (B, T, C_in) -> (B, T, C_out), each row from its own ends.

    The backward half reads each row turned round within its own length, so that neither half meets the padding before
    it has read the row. Nothing here waits for the device, as packed sequences would.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs // 2, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor, lengths: Lengths = None) -> Tensor:  # type: ignore[override]
        if lengths is None:
            out: Tensor = super().forward(x)[0]
            return out
        turned = _turned(x.shape[1], lengths)
        forward, backward = self._half(x, ""), self._half(_rows(x, turned), "_reverse")
        return torch.cat([forward, _rows(backward, turned)], dim=-1)

    def _half(self, x: Tensor, suffix: str) -> Tensor:
        weights = [getattr(self, f"{name}_l0{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        state = x.new_zeros(1, x.shape[0], self.hidden_size)
        out: Tensor = torch._VF.lstm(x, (state, state), weights, True, 1, 0.0, False, False, True)[0]
        return out


def _turned(length: int, lengths: Tensor) -> Tensor:
    """(B, T): for each place the one that is as far from the other end of its row; padding stays where it is."""
    place = torch.arange(length, device=lengths.device)
    mirrored = lengths[:, None] - 1 - place
    return torch.where(mirrored >= 0, mirrored, place)


def _rows(x: Tensor, places: Tensor) -> Tensor:
    return x.gather(1, places[..., None].expand(-1, -1, x.shape[2]))


def cut(x: Tensor, lengths: Lengths) -> Tensor:
    """(B, L, ...) with zeros behind each row's end; x itself where all rows are full."""
    if lengths is None:
        return x
    own = frames_inside(lengths, x.shape[1])
    return torch.where(own.reshape(*own.shape, *[1] * (x.dim() - 2)), x, 0)


def styled_leaky(x: Tensor, style: tuple[Tensor, Tensor], lengths: Lengths = None) -> Tensor:
    """leaky_relu(scale * (x - mean) / sqrt(var + eps) + shift, 0.2), moments of each channel over a row's frames."""
    scale, shift = style
    return adain_leaky(x, scale, shift, 0.2, lengths=lengths)
