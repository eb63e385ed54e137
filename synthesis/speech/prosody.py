"""Decides how it is said: how long each symbol lasts, and how pitch and energy run.

Source: Li et al., arXiv:2306.07691 (StyleTTS 2). B batch, T symbols, L frames of 25 ms, D model dim, S style size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from synthesis.config import SpeechConfig
from synthesis.speech.layers import Conv, Style, StyledBlock


class Prosody(nn.Module):
    """Durations, pitch (Hz, 0 where unvoiced) and energy of the symbols, in a voice's style."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        size, style = config.hidden_size, config.style_size
        self.text_encoder = _StyledEncoder(config)
        self.lstm = nn.LSTM(size + style, size // 2, batch_first=True, bidirectional=True)
        self.duration_proj = nn.ModuleDict({"linear_layer": nn.Linear(size, config.max_duration)})
        self.shared = nn.LSTM(size + style, size // 2, batch_first=True, bidirectional=True)
        self.F0, self.N = _curve_blocks(size, style), _curve_blocks(size, style)
        self.F0_proj, self.N_proj = Conv(size // 2, 1, 1), Conv(size // 2, 1, 1)

    def durations(self, context: Tensor, style: Tensor, speed: float) -> tuple[Tensor, Tensor]:
        """(B, T, D) -> frames that each symbol lasts (B, T) int64, at least 1, and the symbols styled (B, T, D + S)."""
        styled = self.text_encoder(context, style)
        logits = self.duration_proj["linear_layer"](self.lstm(styled)[0])
        frames = torch.sigmoid(logits).sum(-1) / speed
        return frames.round().clamp(min=1).long(), styled

    def curves(self, frames: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        """Styled symbols stretched to frames (B, L, D + S) -> pitch and energy, (B, 2 L) each: every 12.5 ms."""
        x = self.shared(frames)[0]
        pitch, energy = x, x
        for pitch_block, energy_block in zip(self.F0, self.N, strict=True):
            pitch, energy = pitch_block(pitch, style), energy_block(energy, style)
        return self.F0_proj(pitch)[..., 0], self.N_proj(energy)[..., 0]


def _curve_blocks(size: int, style: int) -> nn.ModuleList:
    half = size // 2
    return nn.ModuleList(
        [StyledBlock(size, size, style), StyledBlock(size, half, style, upsamples=True), StyledBlock(half, half, style)]
    )


class _StyledEncoder(nn.Module):
    """LSTMs with the style beside every symbol, each followed by a layer norm that the style scales and shifts."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        size, style = config.hidden_size, config.style_size
        layers: list[nn.Module] = []
        for _ in range(config.text_layers):
            layers += [nn.LSTM(size + style, size // 2, batch_first=True, bidirectional=True), Style(style, size)]
        self.lstms = nn.ModuleList(layers)

    def forward(self, context: Tensor, style: Tensor) -> Tensor:
        beside = style[:, None].expand(-1, context.shape[1], -1)
        x = torch.cat([context, beside], dim=-1)
        for lstm, norm in zip(self.lstms[::2], self.lstms[1::2], strict=True):
            scale, shift = norm(style)
            hidden = lstm(x)[0]
            hidden = F.layer_norm(hidden, hidden.shape[-1:]) * scale[:, None] + shift[:, None]
            x = torch.cat([hidden, beside], dim=-1)
        return x
