"""Makes the sound: text features, pitch and energy to a waveform, by the iSTFTNet decoder of StyleTTS 2.

Sources: Kaneko et al., arXiv:2203.02395 (iSTFTNet); Wang et al., arXiv:1904.12088 (the harmonic source).
B batch, L frames of 25 ms, S samples, C channels, K frames of the short-time transform (5 samples each).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.adain_snake import Moments, adain_snake, channel_moments
from synthesis.config import SpeechConfig
from synthesis.speech.layers import Conv, Style, StyledBlock, TransposedConv

RESIDUAL_KERNELS = (3, 7, 11)
DILATIONS = (1, 3, 5)
SINE_AMPLITUDE = 0.1
VOICED_NOISE = 0.003
VOICED_ABOVE_HZ = 10.0


class Vocoder(nn.Module):
    """Text features (B, L, D), pitch in Hz and energy (B, 2 L) each, style (B, 128), noise (B, S, 9) -> (B, S)."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        size, wide, style = config.hidden_size, config.decoder_size, config.style_size
        self.F0_conv, self.N_conv = Conv(1, 1, 3, stride=2), Conv(1, 1, 3, stride=2)
        self.asr_res = nn.ModuleList([Conv(size, 64, 1)])
        self.encode = StyledBlock(size + 2, wide, style)
        self.decode = nn.ModuleList([StyledBlock(wide + 66, wide, style) for _ in range(3)])
        self.decode.append(StyledBlock(wide + 66, size, style, upsamples=True))
        self.generator = Generator(config)

    def forward(self, text: Tensor, pitch: Tensor, energy: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        pitch_frames, energy_frames = self.F0_conv(pitch[..., None]), self.N_conv(energy[..., None])
        x = self.encode(torch.cat([text, pitch_frames, energy_frames], dim=-1), style)
        again = torch.cat([self.asr_res[0](text), pitch_frames, energy_frames], dim=-1)
        for block in self.decode:
            x = block(torch.cat([x, again], dim=-1), style)
        waveform: Tensor = self.generator(x, style, pitch, noise)
        return waveform


class Generator(nn.Module):
    """80 frames a second to 24,000 samples: two upsamplings by 10 and 6, then an inverse transform with hop 5."""

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

    def forward(self, x: Tensor, style: Tensor, pitch: Tensor, noise: Tensor) -> Tensor:
        source = self._spectrum(self.m_source(pitch, noise))
        for stage, (noise_conv, noise_block, up) in enumerate(
            zip(self.noise_convs, self.noise_res, self.ups, strict=True)
        ):
            x = up(F.leaky_relu(x, 0.1))
            if stage == 1:
                # The transform of S samples has one frame more than S / 5: the first is made by reflection.
                x = torch.cat([x[:, 1:2], x], dim=1)
            x += noise_block(noise_conv(source), style)
            x = self._mixed(stage, x, style)
        bins = self.config.n_fft // 2 + 1
        log_magnitude, phase = self.conv_post(F.leaky_relu(x, 0.01)).transpose(1, 2).split(bins, dim=1)
        spectrum = torch.polar(log_magnitude.exp(), phase.sin())
        return torch.istft(spectrum, self.config.n_fft, self.config.hop_length, window=self._window(x))

    def _mixed(self, stage: int, x: Tensor, style: Tensor) -> Tensor:
        """The mean of three residual blocks of different reach; all start by normalising the same x."""
        blocks = self.resblocks[3 * stage : 3 * stage + 3]
        moments = channel_moments(x)
        out = blocks[0](x, style, moments)
        for block in blocks[1:]:
            out += block(x, style, moments)
        return out.div_(len(blocks))

    def _spectrum(self, wave: Tensor) -> Tensor:
        """(B, S) -> (B, K, 22): magnitudes, then phases."""
        config = self.config
        spectrum = torch.stft(wave, config.n_fft, config.hop_length, window=self._window(wave), return_complex=True)
        return torch.cat([spectrum.abs(), spectrum.angle()], dim=1).transpose(1, 2).contiguous()

    def _window(self, x: Tensor) -> Tensor:
        return torch.hann_window(self.config.n_fft, device=x.device)


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

    def forward(self, x: Tensor, style: Tensor, moments: Moments | None = None) -> Tensor:
        """(B, L, C) -> (B, L, C), a new tensor; `moments` are those of x, if they are known."""
        for step in range(len(DILATIONS)):
            scale, shift = self.adain1[step](style)
            inner = self.convs1[step](adain_snake(x, scale, shift, self.alpha1[step].flatten(), moments))
            scale, shift = self.adain2[step](style)
            inner = self.convs2[step](adain_snake(inner, scale, shift, self.alpha2[step].flatten()))
            x, moments = inner.add_(x), None
        return x


class HarmonicSource(nn.Module):
    """Pitch to excitation: the fundamental and eight overtones where voiced, noise where not, merged to one wave."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.config = config
        self.l_linear = nn.Linear(config.harmonics, 1)

    def forward(self, pitch: Tensor, noise: Tensor) -> Tensor:
        """(B, 2 L) Hz every 12.5 ms, (B, 600 L, 9) standard normal noise -> (B, 600 L)."""
        samples = self.config.frame_samples // 2
        sines = self._sines(pitch, samples)
        voiced = (pitch > VOICED_ABOVE_HZ).to(sines.dtype).repeat_interleave(samples, dim=1)[..., None]
        level = voiced * VOICED_NOISE + (1 - voiced) * (SINE_AMPLITUDE / 3)
        excitation = torch.addcmul(level * noise, sines, voiced * SINE_AMPLITUDE)
        wave: Tensor = torch.tanh(self.l_linear(excitation))
        return wave[..., 0]

    def _sines(self, pitch: Tensor, samples: int) -> Tensor:
        """(B, P) Hz -> (B, P * samples, 9): the phase is summed once a pitch frame and runs straight between frames.

        The sum is taken in float64 and kept within one turn: in float32 the ninth overtone is a fifth of a turn off
        after a minute.
        """
        harmonics = torch.arange(1, self.config.harmonics + 1, device=pitch.device, dtype=torch.float64)
        turns = (pitch.double()[..., None] * harmonics / self.config.sample_rate) % 1 * samples  # (B, P, 9), a frame
        phase = turns.cumsum(dim=1)
        # Held before the first frame's middle and after the last one's.
        step = torch.cat([torch.zeros_like(turns[:, :1]), turns[:, 1:], torch.zeros_like(turns[:, :1])], dim=1)
        start = torch.cat([phase[:, :1], phase], dim=1) % 1
        ramp = (torch.arange(samples, device=pitch.device, dtype=torch.float32) + 0.5) / samples
        between = start.float()[:, :, None] + step.float()[:, :, None] * ramp[:, None]  # (B, P + 1, samples, 9)
        half = samples // 2
        return between.flatten(1, 2)[:, half : -half or None].mul_(2 * math.pi).sin_()
