"""Reads the symbols: a phoneme language model (PL-BERT, an ALBERT) for the prosody, a text encoder for the sound.

Sources: Li et al., arXiv:2301.08810 (PL-BERT); Lan et al., arXiv:1909.11942 (ALBERT: one layer, used twelve times).
B batch, T symbols, D model dim, H heads.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.channel_moments import frames_inside
from synthesis.config import SpeechConfig
from synthesis.speech.layers import BiLSTM, Conv, Lengths, Linear, cut


class PhonemeModel(nn.Module):
    """Symbols in their context: (B, T) ids -> (B, T, D)."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.embeddings = _Embeddings(config)
        self.encoder = _SharedStack(config)

    def forward(self, symbols: Tensor, lengths: Lengths = None) -> Tensor:
        seen = None if lengths is None else frames_inside(lengths, symbols.shape[1])[:, None, None]
        hidden: Tensor = self.encoder(self.embeddings(symbols), seen)
        return hidden


class _Embeddings(nn.Module):
    def __init__(self, config: SpeechConfig):
        super().__init__()
        size = config.bert_embedding_size
        self.word_embeddings = nn.Embedding(config.num_symbols, size)
        self.position_embeddings = nn.Embedding(config.max_symbols, size)
        self.token_type_embeddings = nn.Embedding(2, size)
        self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, symbols: Tensor) -> Tensor:
        places = self.position_embeddings.weight[: symbols.shape[1]]
        # All symbols are of the first of BERT's two segments.
        embedded: Tensor = self.LayerNorm(self.word_embeddings(symbols) + self.token_type_embeddings.weight[0] + places)
        return embedded


class _SharedStack(nn.Module):
    """One layer, applied again and again. The nesting is the reference's: a group of groups, each of one."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.num_layers = config.bert_layers
        self.embedding_hidden_mapping_in = Linear(config.bert_embedding_size, config.bert_size)
        group = nn.Module()
        group.albert_layers = nn.ModuleList([_Layer(config)])
        self.albert_layer_groups = nn.ModuleList([group])

    def forward(self, embedded: Tensor, seen: Tensor | None) -> Tensor:
        hidden: Tensor = self.embedding_hidden_mapping_in(embedded)
        layer = self.albert_layer_groups[0].albert_layers[0]  # type: ignore[index]
        for _ in range(self.num_layers):
            hidden = layer(hidden, seen)  # type: ignore[operator]
        return hidden


class _Layer(nn.Module):
    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.attention = _Attention(config)
        self.ffn = Linear(config.bert_size, config.bert_ffn_size)
        self.ffn_output = Linear(config.bert_ffn_size, config.bert_size)
        self.full_layer_layer_norm = nn.LayerNorm(config.bert_size, eps=1e-12)

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        attended = self.attention(hidden, seen)
        fed = self.ffn_output(F.gelu(self.ffn(attended), approximate="tanh"))
        out: Tensor = self.full_layer_layer_norm(fed + attended)
        return out


class _Attention(nn.Module):
    def __init__(self, config: SpeechConfig):
        super().__init__()
        size = config.bert_size
        self.heads = config.bert_heads
        self.query, self.key, self.value = Linear(size, size), Linear(size, size), Linear(size, size)
        self.dense = Linear(size, size)
        self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        """`seen` (B, 1, 1, T): the symbols that may be looked at; None for all."""
        query, key, value = (part(hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self._parts())
        context = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)  # (B, H, T, D / H)
        out: Tensor = self.LayerNorm(hidden + self.dense(context.transpose(1, 2).flatten(2)))
        return out

    def _parts(self) -> tuple[Linear, Linear, Linear]:
        return self.query, self.key, self.value


class TextEncoder(nn.Module):
    """What each symbol sounds like: (B, T) ids -> (B, T, D), by three convolutions and an LSTM in both directions."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        size = config.hidden_size
        self.embedding = nn.Embedding(config.num_symbols, size)
        self.cnn = nn.ModuleList(
            nn.ModuleList([Conv(size, size, config.text_kernel), _ChannelNorm(size)]) for _ in range(config.text_layers)
        )
        self.lstm = BiLSTM(size, size)

    def forward(self, symbols: Tensor, lengths: Lengths = None) -> Tensor:
        x = self.embedding(symbols)
        for layer in self.cnn:
            x = F.leaky_relu(layer[1](layer[0](cut(x, lengths))), 0.2)  # type: ignore[index]
        out: Tensor = self.lstm(x, lengths)
        return out


class _ChannelNorm(nn.Module):
    """Layer norm over the channels, under the reference's parameter names."""

    def __init__(self, channels: int):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.empty(channels)), nn.Parameter(torch.empty(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, self.gamma.shape, self.gamma, self.beta)
