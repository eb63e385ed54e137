"""Makes the sound: text features, pitch and energy to a waveform, by the iSTFTNet decoder of StyleTTS 2.

Sources: Kaneko et al., arXiv:2203.02395 (iSTFTNet); Wang et al., arXiv:1904.12088 (the harmonic source).
B batch, L frames of 25 ms, S samples, C channels, K frames of the short-time transform (5 samples each).
"""

from __future__ import annotations

from functools import partial, reduce
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.adain_snake import Moments, adain_snake
from kernels.channel_moments import channel_moments
from kernels.overlap_add import overlap_add
from kernels.sine_source import sine_source
from kernels.stft import stft
from synthesis.config import SpeechConfig
from synthesis.speech.crew import idle_crew
from synthesis.speech.layers import Conv, Lengths, Style, StyledBlock, TransposedConv, cut

RESIDUAL_KERNELS = (3, 7, 11)
DILATIONS = (1, 3, 5)


class Vocoder(nn.Module):
    """Text features (B, L, D), pitch in Hz and energy (B, 2 L) each, style (B, 128), noise (B, S) -> (B, S).

    `lengths` (B,): the frames of each row that are its own, None for all; pitch and energy must be 0 behind them.
    """

    def __init__(self, config: SpeechConfig):
        super().__init__()
        size, wide, style = config.hidden_size, config.decoder_size, config.style_size
        self.F0_conv, self.N_conv = Conv(1, 1, 3, stride=2), Conv(1, 1, 3, stride=2)
        self.asr_res = nn.ModuleList([Conv(size, 64, 1)])
        self.encode = StyledBlock(size + 2, wide, style)
        self.decode = nn.ModuleList([StyledBlock(wide + 66, wide, style) for _ in range(3)])
        self.decode.append(StyledBlock(wide + 66, size, style, upsamples=True))
        self.generator = Generator(config)

    @property
    def dtype(self) -> torch.dtype:
        """That of the convolutions, and of what runs between them."""
        weight: Tensor = self.F0_conv.weight
        return weight.dtype

    def forward(
        self, text: Tensor, pitch: Tensor, energy: Tensor, style: Tensor, noise: Tensor, lengths: Lengths = None
    ) -> Tensor:
        pitch_lengths = None if lengths is None else 2 * lengths
        source = self.generator.source(pitch, noise, pitch_lengths).to(self.dtype)
        decoded = partial(self._decoded, text, pitch, energy, style, lengths)
        if crew := idle_crew():
            x, ahead = crew.together((decoded, partial(self.generator.noise, 0, source, style, pitch_lengths)))
        else:
            x, ahead = decoded(), None
        waveform: Tensor = self.generator(x, style, source, pitch_lengths, ahead)
        return waveform

    def _decoded(self, text: Tensor, pitch: Tensor, energy: Tensor, style: Tensor, lengths: Lengths) -> Tensor:
        """(B, 2 L, D): what the generator starts from."""
        dtype = self.dtype
        features = text.to(dtype)
        curves = [self.F0_conv(pitch[..., None].to(dtype)), self.N_conv(energy[..., None].to(dtype))]
        x: Tensor = self.encode(torch.cat([features, *curves], dim=-1), style, lengths)
        again = torch.cat([self.asr_res[0](features), *curves], dim=-1)
        for block in self.decode:
            x = block(torch.cat([x, again], dim=-1), style, lengths)
        return x


class Generator(nn.Module):
    """80 frames a second to 24,000 samples: two upsamplings by 10 and 6, then an inverse transform with hop 5.

    The source and the last convolution, whose phases run to 88 radians, are computed in float32 whatever the rest is.
    """

    def __init__(self, config: SpeechConfig):
        super().__init__()
        first, second = config.hidden_size // 2, config.hidden_size // 4
        style, bins = config.style_size, config.n_fft + 2
        self.config = config
        self.m_source = HarmonicSource(config)
        self.noise_convs = nn.ModuleList([Conv(bins, first, 12, stride=6, padding=3), Conv(bins, second, 1)])
        self.noise_res = nn.ModuleList([SnakeBlock(first, 7, style), SnakeBlock(second, 11, style)])
        self.ups = nn.ModuleList(
            [TransposedConv(config.hidden_size, first, 20, 10, 5), TransposedConv(first, second, 12, 6, 3)]
        )
        self.resblocks = nn.ModuleList(
            SnakeBlock(channels, kernel, style) for channels in (first, second) for kernel in RESIDUAL_KERNELS
        )
        self.conv_post = Conv(second, bins, 7)

    def source(self, pitch: Tensor, noise: Tensor, pitch_lengths: Lengths = None) -> Tensor:
        """Pitch (B, P) at 80 frames a second and noise (B, 300 P) -> the excitation's transform (B, K, n_fft + 2)."""
        wave = self.m_source(pitch, noise, pitch_lengths)
        return stft(wave, self.config.n_fft, self.config.hop_length, _frames_of(1, pitch_lengths))

    def noise(
        self, stage: int, source: Tensor, style: Tensor, pitch_lengths: Lengths, beside: Tensor | None = None
    ) -> Tensor:
        """What the source adds to a stage, and what stands beside it."""
        lengths = _frames_of(stage, pitch_lengths)
        out: Tensor = self.noise_res[stage](
            self.noise_convs[stage](source, lengths), style, lengths=lengths, beside=beside
        )
        return out

    def forward(
        self, x: Tensor, style: Tensor, source: Tensor, pitch_lengths: Lengths = None, ahead: Tensor | None = None
    ) -> Tensor:
        """(B, P, D) at 80 frames a second, the source's transform -> (B, 300 P); zeros behind each row's own samples.

        `ahead`: what `noise` makes of the source for the first stage, if it is at hand; it is overwritten.
        """
        stage = partial(self._stage, 0, x, source, style, pitch_lengths, ahead)
        if crew := idle_crew():
            x, ahead = crew.together((stage, partial(self.noise, 1, source, style, pitch_lengths)))
        else:
            x, ahead = stage(), None
        x = self._stage(1, x, source, style, pitch_lengths, ahead)
        last = _frames_of(1, pitch_lengths)
        spectrum = self.conv_post(F.leaky_relu(cut(x, last), 0.01).float(), last)
        return overlap_add(spectrum, self.config.n_fft, self.config.hop_length, last)

    def _stage(
        self, stage: int, x: Tensor, source: Tensor, style: Tensor, pitch_lengths: Lengths, noise: Tensor | None
    ) -> Tensor:
        """One upsampling, and its residual blocks."""
        before = _frames_of(stage - 1, pitch_lengths)
        x = self.ups[stage](F.leaky_relu(cut(x, before), 0.1), before)
        if stage == 1:
            # The transform of S samples has one frame more than S / 5: the first is made by reflection.
            x = torch.cat([x[:, 1:2], x], dim=1)
        x = self.noise(stage, source, style, pitch_lengths, x) if noise is None else noise.add_(x)
        return self._mixed(stage, x, style, _frames_of(stage, pitch_lengths))

    def _mixed(self, stage: int, x: Tensor, style: Tensor, lengths: Lengths) -> Tensor:
        """The mean of three residual blocks of different reach; all start by normalising the same x.

        Sums are in one order whether each block adds the one before or an idle core made it: the same bits.
        """
        first, *others, last = self.resblocks[3 * stage : 3 * stage + 3]
        moments = channel_moments(x, lengths)
        if crew := idle_crew():
            blocks = (last, *others[::-1], first)  # the longest first
            longest, *rest = crew.together([partial(block, x, style, moments, lengths=lengths) for block in blocks])
            return longest.add_(reduce(lambda total, more: more.add_(total), rest[::-1])).mul_(1 / len(blocks))
        out = first(x, style, moments, lengths=lengths)
        for block in others:
            out = block(x, style, moments, lengths=lengths, beside=out)
        mixed: Tensor = last(x, style, moments, lengths=lengths, beside=out, scale=1 / (len(others) + 2))
        return mixed


def _frames_of(stage: int, pitch_lengths: Lengths) -> Lengths:
    """The valid frames of each row at the rate of the first stage, 0, or the second, 1; before them, -1."""
    return None if pitch_lengths is None else (pitch_lengths, 10 * pitch_lengths, 60 * pitch_lengths + 1)[stage + 1]


class SnakeBlock(nn.Module):
    """Three residual steps of growing dilation, each twice (adaptive instance norm, Snake, convolution)."""

    def __init__(self, channels: int, kernel: int, style_size: int):
        super().__init__()
        steps = range(len(DILATIONS))
        self.convs1 = nn.ModuleList(Conv(channels, channels, kernel, dilation=dilation) for dilation in DILATIONS)
        self.convs2 = nn.ModuleList(Conv(channels, channels, kernel) for _ in steps)
        self.adain1 = nn.ModuleList(Style(style_size, channels) for _ in steps)
        self.adain2 = nn.ModuleList(Style(style_size, channels) for _ in steps)
        self.alpha1 = nn.ParameterList(nn.Parameter(torch.empty(1, channels, 1)) for _ in steps)
        self.alpha2 = nn.ParameterList(nn.Parameter(torch.empty(1, channels, 1)) for _ in steps)

    def pack(self) -> None:
        """Lay the weights out for the faster convolution, where there is one. Done once, when they are loaded."""
        for conv in (*self.convs1, *self.convs2):
            cast(Conv, conv).pack()

    def forward(
        self, x: Tensor, style: Tensor, moments: Moments | None = None, *, lengths: Lengths = None,
        beside: Tensor | None = None, scale: float = 1.0,
    ) -> Tensor:  # fmt: skip
        """(B, L, C) -> (block(x) + beside) * scale, a new tensor; `moments` are those of x, if they are known."""
        last = len(DILATIONS) - 1
        for step in range(len(DILATIONS)):
            first, second = cast(Conv, self.convs1[step]), cast(Conv, self.convs2[step])
            # Written so that no tensor outlives its use: a long turn's are 60 MB each.
            bent = self._bent(x, self.adain1[step](style), self.alpha1[step], moments, lengths)
            bent, moments = first.with_moments(bent, lengths)
            bent = self._bent(bent, self.adain2[step](style), self.alpha2[step], moments, lengths)
            if step < last:
                x, moments = second.with_moments(bent, lengths, residual=x)
            else:
                x = second(bent, lengths, residual=x if beside is None else (x, beside), scale=scale)
            del bent
        return x

    @staticmethod
    def _bent(
        x: Tensor, style: tuple[Tensor, Tensor], alpha: Tensor, moments: Moments | None, lengths: Lengths
    ) -> Tensor:
        scale, shift = style
        return adain_snake(x, scale, shift, alpha.flatten(), moments, lengths=lengths)


class HarmonicSource(nn.Module):
    """Pitch to excitation: the fundamental and eight overtones where voiced, noise where not, merged to one wave.

    The reference adds noise to each harmonic and merges the nine with weights w. Their sum is normal with standard
    deviation |w|, so one noise a sample stands for the nine.
    """

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.config = config
        self.l_linear = nn.Linear(config.harmonics, 1)

    def forward(self, pitch: Tensor, noise: Tensor, lengths: Lengths = None) -> Tensor:
        """(B, P) Hz every 12.5 ms, (B, 300 P) standard normal noise -> (B, 300 P), 0 behind `lengths` pitch frames."""
        weight, bias = self.l_linear.weight[0], self.l_linear.bias
        return sine_source(pitch, noise, weight, bias, self.config.sample_rate, self.config.frame_samples // 2, lengths)
