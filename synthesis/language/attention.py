"""Llama-like attention on packed tokens: fused projection, optional QK norm, rotary positions, the cache's rows."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kernels.decode_attention import decode_attention
from kernels.rotary import rotary
from synthesis.config import LanguageConfig
from synthesis.language.kv_cache import KVCache, Span, Step, Stretch


class Linear(nn.Module):
    """A projection whose weight (out, in) is left as it is allocated: a checkpoint fills it."""

    def __init__(self, in_size: int, out_size: int, *, bias: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_size, in_size), requires_grad=False)
        self.bias = nn.Parameter(torch.empty(out_size), requires_grad=False) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)


class RMSNorm(nn.Module):
    """The weight and epsilon of a norm; who applies it fuses it with what comes before or after."""

    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(size), requires_grad=False)
        self.eps = eps


class Attention(nn.Module):
    """Multi-head or grouped-query attention. The rows of `qkv` are all queries, then keys, then values."""

    def __init__(self, config: LanguageConfig, layer: int):
        super().__init__()
        self.layer, self.scale, self.eps = layer, config.attention_scale, config.rms_norm_eps
        self.qk_norm = config.qk_norm
        self.heads, self.kv_heads, self.head_dim = config.num_heads, config.num_kv_heads, config.head_dim
        self.sizes = [self.heads * self.head_dim, self.kv_heads * self.head_dim, self.kv_heads * self.head_dim]
        self.qkv = Linear(config.hidden_size, sum(self.sizes), bias=config.qkv_bias)
        self.output = Linear(self.sizes[0], config.hidden_size, bias=config.output_bias)
        if config.qk_norm != "none":
            is_full = config.qk_norm == "full"
            self.q_norm = RMSNorm(self.sizes[0] if is_full else self.head_dim, config.rms_norm_eps)
            self.k_norm = RMSNorm(self.sizes[1] if is_full else self.head_dim, config.rms_norm_eps)

    def forward(self, x: Tensor, angles: tuple[Tensor, Tensor], span: Span, cache: KVCache) -> Tensor:
        """x: (T, D) packed tokens, placed by `span`. Returns (T, D)."""
        query, key, value = (part.unflatten(-1, (-1, self.head_dim)) for part in self.qkv(x).split(self.sizes, dim=-1))
        query, key = rotary(query, key, *angles, **self._norms(), eps=self.eps)
        keys, values = cache.write(self.layer, span, key, value)
        return self.output(self._attend(query, keys, values, span).flatten(1))

    def _norms(self) -> dict[str, Tensor]:
        return {} if self.qk_norm == "none" else {"query_norm": self.q_norm.weight, "key_norm": self.k_norm.weight}

    def _attend(self, query: Tensor, keys: Tensor, values: Tensor, span: Span) -> Tensor:
        """query: (T, H, Dh); keys, values: (rows, Hkv, capacity, Dh). Returns (T, H, Dh)."""
        if span.is_loose:
            return decode_attention(query, keys, values, span.rows, span.positions, self.scale)
        if span.step is not None and not span.stretches:
            return self._step(query, keys, values, span.step)
        seen = torch.empty_like(query)
        if span.step is not None:
            seen[span.last] = self._step(query[span.last], keys, values, span.step)
        for stretch in span.stretches:
            seen[stretch.tokens] = self._stretch(query[stretch.tokens], keys, values, stretch)
        return seen

    def _step(self, query: Tensor, keys: Tensor, values: Tensor, step: Step) -> Tensor:
        """query: (B, H, Dh), one token for each of the rows 0..B-1. Returns (B, H, Dh)."""
        # The heads that share keys stand as so many queries of one head: no backend has to know of groups.
        grouped = query.unflatten(1, (self.kv_heads, -1))
        keys, values = (room[: len(query), :, : step.width] for room in (keys, values))
        seen = F.scaled_dot_product_attention(grouped, keys, values, attn_mask=step.mask, scale=self.scale)
        return seen.flatten(1, 2)

    def _stretch(self, query: Tensor, keys: Tensor, values: Tensor, stretch: Stretch) -> Tensor:
        """query: (L, H, Dh), the stretch's tokens. Returns (L, H, Dh)."""
        keys, values = (room[None, stretch.row, :, : stretch.width] for room in (keys, values))
        if stretch.mask is not None:
            return self._masked_stretch(query, keys, values, stretch.mask)
        seen = F.scaled_dot_product_attention(
            query.transpose(0, 1)[None],
            keys,
            values,
            is_causal=True,
            scale=self.scale,
            enable_gqa=True,
        )
        return seen[0].transpose(0, 1)

    def _masked_stretch(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """Behind tokens that were read before. keys, values: (1, Hkv, width, Dh); mask: (L, width)."""
        # No fast backend of a GPU takes groups of heads beside a mask: they stand as more queries of one head.
        grouped = query.unflatten(1, (self.kv_heads, -1)).permute(1, 2, 0, 3)  # (Hkv, G, L, Dh)
        every = mask.repeat(grouped.shape[1], 1)
        seen = F.scaled_dot_product_attention(
            grouped.flatten(1, 2)[None], keys, values, attn_mask=every, scale=self.scale
        )
        return seen.view(grouped.shape).permute(2, 0, 1, 3).flatten(1, 2)
