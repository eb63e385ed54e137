"""The acoustic model whole: symbols, a style and noise in, a waveform out, for one utterance or an exact batch.

B utterances, T symbols with the boundary before and after, L frames of 25 ms, S = 600 L samples.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from synthesis.config import SpeechConfig
from synthesis.errors import CheckpointError
from synthesis.speech.encoder import PhonemeModel, TextEncoder
from synthesis.speech.layers import Conv, Lengths, Linear, TransposedConv
from synthesis.speech.prosody import Prosody
from synthesis.speech.vocoder import SnakeBlock, Vocoder


class SpeechModel(nn.Module):
    """Parameters carry the reference's names. Rows shorter than their batch have `lengths`; None: all fill it."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.config = config
        self.bert = PhonemeModel(config)
        self.bert_encoder = Linear(config.bert_size, config.hidden_size)
        self.predictor = Prosody(config)
        self.text_encoder = TextEncoder(config)
        self.decoder = Vocoder(config)

    @classmethod
    def load(
        cls, path: Path, device: torch.device, *, dtype: torch.dtype = torch.float32, is_batched: bool = False
    ) -> SpeechModel:
        """The weights of a safetensors file; `dtype` is that of the decoder's convolutions and what runs between them.

        Styles, Snake's alpha (down to 1e-4), the source and the last convolution stay in float32. What plans durations
        and pitch is never less: in bfloat16 one duration in a hundred flips, and moves all that follows. For batches it
        is float64: a matrix product rounds a row otherwise beside other rows than alone, in float32 by 1e-6 of the
        pitch, which adds up to a phase. Measured on 20 utterances, 8 a batch, against each alone: at worst 50 dB with
        float32, 107 dB with float64.
        Raises CheckpointError if the file does not fit.
        """
        with torch.device("meta"):
            model = cls(SpeechConfig())
        model.to_empty(device=device)
        try:
            model.load_state_dict(load_file(path))
        except RuntimeError as error:
            raise CheckpointError(f"{path} does not fit the voice model: {error}") from error
        for module in model.decoder.modules():
            if isinstance(module, (Conv, TransposedConv)) and module is not model.decoder.generator.conv_post:
                module.to(dtype)
        if is_batched:
            own = model.predictor
            planning = (own.text_encoder, own.lstm, own.duration_proj, own.F0, own.F0_proj)
            for part in (model.bert, model.bert_encoder, *planning):
                part.double()
        for module in model.modules():
            if isinstance(module, (TransposedConv, SnakeBlock)):
                module.pack()
            if isinstance(module, nn.LSTM):
                # One block of memory a network, which a GPU's library wants; nothing happens on a CPU.
                module.flatten_parameters()
        return model.eval().requires_grad_(False)

    def plan(self, symbols: Tensor, style: Tensor, speeds: Tensor, lengths: Lengths = None) -> tuple[Tensor, Tensor]:
        """(B, T) ids, (B, 2 S), speeds (B,) -> frames of each symbol (B, T) int64, and what the prosody makes of the
        symbols (B, T, D + S)."""
        manner = style[:, self.config.style_size :].to(self.bert_encoder.weight.dtype)
        context = self.bert_encoder(self.bert(symbols, lengths))
        durations, styled = self.predictor.durations(context, manner, speeds, lengths)
        return durations, styled.float()

    def sound(
        self,
        symbols: Tensor,
        styled: Tensor,
        durations: Tensor,
        style: Tensor,
        noise: Tensor,
        lengths: Lengths = None,
        frame_lengths: Lengths = None,
    ) -> Tensor:
        """What `plan` planned, with standard normal noise (B, S) -> waveforms (B, S), 0 behind each row's own end.

        S is the longest row's 600 samples a frame, or more where `frame_lengths` (B,) say which are a row's own.
        """
        timbre, manner = style.split(self.config.style_size, dim=1)
        place = _symbol_of_frame(durations, noise.shape[1] // self.config.frame_samples)
        pitch, energy = self.predictor.curves(_taken(styled, place), manner, frame_lengths)
        text = _taken(self.text_encoder(symbols, lengths), place)
        waveform: Tensor = self.decoder(text, pitch, energy, timbre, noise, frame_lengths)
        return waveform


def _symbol_of_frame(durations: Tensor, frames: int) -> Tensor:
    """(B, T) -> (B, L): the symbol that each frame belongs to; frames behind the end count to the last."""
    wanted = torch.arange(frames, device=durations.device).expand(durations.shape[0], -1).contiguous()
    return torch.searchsorted(durations.cumsum(1), wanted, right=True).clamp(max=durations.shape[1] - 1)


def _taken(x: Tensor, place: Tensor) -> Tensor:
    """(B, T, D), (B, L) -> (B, L, D)."""
    return x.gather(1, place[..., None].expand(-1, -1, x.shape[2]))
