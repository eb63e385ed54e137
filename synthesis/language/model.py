"""The decoder: token ids in, hidden states and logits out, for every family that `families` reads."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kernels.add_rms_norm import add_rms_norm
from synthesis.config import LanguageConfig
from synthesis.language.attention import Attention, Linear, RMSNorm
from synthesis.language.experts import Experts, SwiGLU
from synthesis.language.kv_cache import KVCache, Span
from synthesis.language.rope import rotary_angles


class Layer(nn.Module):
    def __init__(self, config: LanguageConfig, index: int):
        super().__init__()
        self.attention_norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.attention = Attention(config, index)
        self.ffn_norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.ffn: nn.Module
        if index in config.dense_layers:
            self.ffn = SwiGLU(config.hidden_size, config.intermediate_size, bias=config.mlp_bias)
        else:
            self.ffn = Experts(config)


class LanguageModel(nn.Module):
    """A decoder over packed tokens: no padding reaches a projection or an expert."""

    def __init__(self, config: LanguageConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.empty(config.vocab_size, config.hidden_size), requires_grad=False)
        self.layers = nn.ModuleList(Layer(config, index) for index in range(config.num_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.head: nn.Module | None = None if config.tied_head else Linear(config.hidden_size, config.vocab_size)

    @classmethod
    def allocate(cls, config: LanguageConfig, device: torch.device, dtype: torch.dtype) -> LanguageModel:
        """The model with its parameters allocated once, on `device`, unfilled: the loader fills every one of them."""
        with torch.device("meta"):
            model = cls(config).to(dtype)
        for layer in model.modules():
            # A choice hangs on differences that 16 bits don't hold.
            if isinstance(layer, Experts) and layer.router_bias is not None:
                layer.router_bias.data = layer.router_bias.data.float()
        return model.to_empty(device=device)

    @property
    def device(self) -> torch.device:
        return self.norm.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Of the hidden states; a weight may be kept in fewer bits."""
        return self.norm.weight.dtype

    def forward(self, tokens: Tensor, span: Span, cache: KVCache) -> Tensor:
        """tokens: (T,) int64, packed rows. Returns the normalised hidden states (T, D); `logits` reads them."""
        config = self.config
        angles = rotary_angles(config, span.positions)
        x = _scaled(F.embedding(tokens, self.embedding).to(self.dtype), config.embedding_multiplier)
        residual = torch.zeros_like(x)
        for layer in self.layers:
            assert isinstance(layer, Layer)
            x, residual = self._add_norm(x, residual, layer.attention_norm)
            x = _scaled(layer.attention(x, angles, span, cache), config.residual_multiplier)
            x, residual = self._add_norm(x, residual, layer.ffn_norm)
            x = _scaled(layer.ffn(x), config.residual_multiplier)
        return self._add_norm(x, residual, self.norm)[0]

    def logits(self, hidden: Tensor) -> Tensor:
        """hidden: (T, D) of `forward`, or rows of it. Returns (T, vocabulary) float32."""
        scores = F.linear(hidden, self.embedding) if self.head is None else self.head(hidden)
        return scores.float() if self.config.logits_divisor == 1.0 else scores.float() / self.config.logits_divisor

    @staticmethod
    def _add_norm(x: Tensor, residual: Tensor, norm: RMSNorm) -> tuple[Tensor, Tensor]:
        return add_rms_norm(x, residual, norm.weight, norm.eps)


def _scaled(x: Tensor, factor: float) -> Tensor:
    """Most families scale by 1: nothing is launched for them."""
    return x if factor == 1.0 else x * factor
