"""Decides how it is said: how long each symbol lasts, and how pitch and energy run.

Source: Li et al., arXiv:2306.07691 (StyleTTS 2). B batch, T symbols, L frames of 25 ms, D model dim, S style size.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from synthesis.config import SpeechConfig
from synthesis.speech.crew import idle_crew
from synthesis.speech.layers import BiLSTM, Conv, Lengths, Style, StyledBlock, cut


class Prosody(nn.Module):
    """Durations, pitch (Hz, 0 where unvoiced) and energy of the symbols, in a voice's style."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        size, style = config.hidden_size, config.style_size
        self.text_encoder = _StyledEncoder(config)
        self.lstm = BiLSTM(size + style, size)
        self.duration_proj = nn.ModuleDict({"linear_layer": nn.Linear(size, config.max_duration)})
        self.shared = BiLSTM(size + style, size)
        self.F0, self.N = _curve_blocks(size, style), _curve_blocks(size, style)
        self.F0_proj, self.N_proj = Conv(size // 2, 1, 1), Conv(size // 2, 1, 1)

    def durations(
        self, context: Tensor, style: Tensor, speeds: Tensor, lengths: Lengths = None
    ) -> tuple[Tensor, Tensor]:
        """(B, T, D), speeds (B,) -> frames that each symbol lasts (B, T) int64, and the symbols styled (B, T, D + S).

        Each lasts at least a frame. The first and the last, which stand for the silence around the words, keep their
        usual length at any speed: stretched they fill with murmur, shortened they cut the last word off.
        """
        styled = self.text_encoder(context, style, lengths)
        logits = self.duration_proj["linear_layer"](self.lstm(styled, lengths))
        usual = torch.sigmoid(logits).sum(-1)
        place = torch.arange(usual.shape[1], device=usual.device)
        last = usual.shape[1] - 1 if lengths is None else lengths[:, None] - 1
        is_spoken = (place > 0) & (place < last)
        frames = usual / torch.where(is_spoken, speeds[:, None], 1.0)
        return cut(frames.round().clamp(min=1).long(), lengths), styled

    def curves(self, frames: Tensor, style: Tensor, lengths: Lengths = None) -> tuple[Tensor, Tensor]:
        """Styled symbols stretched to frames (B, L, D + S) -> pitch and energy, (B, 2 L) each: every 12.5 ms."""
        x = self.shared(frames, lengths)
        halves = ((self.F0, self.F0_proj), (self.N, self.N_proj))
        parts = [partial(_curve, x, style, lengths, blocks, projection) for blocks, projection in halves]
        crew = idle_crew()
        pitch, energy = crew.together(parts) if crew else [part() for part in parts]
        return pitch, energy


def _curve(x: Tensor, style: Tensor, lengths: Lengths, blocks: nn.ModuleList, projection: Conv) -> Tensor:
    """(B, L, D) -> (B, 2 L) float32, 0 behind each row's end; computed in the projection's number type."""
    dtype: torch.dtype = projection.weight.dtype
    x, style = x.to(dtype), style.to(dtype)
    for block in blocks:
        x = block(x, style, lengths)
        if block.pool is not None and lengths is not None:
            lengths = 2 * lengths
    return cut(projection(x)[..., 0].float(), lengths)


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
            layers += [BiLSTM(size + style, size), Style(style, size)]
        self.lstms = nn.ModuleList(layers)

    def forward(self, context: Tensor, style: Tensor, lengths: Lengths = None) -> Tensor:
        beside = style[:, None].expand(-1, context.shape[1], -1)
        x = torch.cat([context, beside], dim=-1)
        for lstm, norm in zip(self.lstms[::2], self.lstms[1::2], strict=True):
            scale, shift = norm(style)
            hidden = lstm(x, lengths)
            hidden = F.layer_norm(hidden, hidden.shape[-1:]) * scale[:, None] + shift[:, None]
            x = torch.cat([hidden, beside], dim=-1)
        return x
