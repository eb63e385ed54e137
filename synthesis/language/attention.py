"""Llama-like attention on packed tokens: fused projection, optional QK norm, rotary positions, SDPA over the cache."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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
    """RMSNorm of the last dim, in fp32; also the keeper of the weights that the fused add_rms_norm reads."""

    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(size), requires_grad=False)
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        normed = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (normed * self.weight.float()).to(x.dtype)


class Attention(nn.Module):
    """Multi-head or grouped-query attention. The rows of `qkv` are all queries, then keys, then values."""

    def __init__(self, config: LanguageConfig, layer: int):
        super().__init__()
        self.layer, self.scale, self.qk_norm = layer, config.attention_scale, config.qk_norm
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
        query, key, value = self.qkv(x).split(self.sizes, dim=-1)
        if self.qk_norm == "full":
            query, key = self.q_norm(query), self.k_norm(key)
        query, key, value = (part.unflatten(-1, (-1, self.head_dim)) for part in (query, key, value))
        if self.qk_norm == "head":
            query, key = self.q_norm(query), self.k_norm(key)
        query, key = rotary(query, key, *angles)
        keys, values = cache.write(self.layer, span, key, value)
        return self.output(self._attend(query, keys, values, span).flatten(1))

    def _attend(self, query: Tensor, keys: Tensor, values: Tensor, span: Span) -> Tensor:
        """query: (T, H, Dh); keys, values: (rows, Hkv, capacity, Dh). Returns (T, H, Dh)."""
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
        seen = F.scaled_dot_product_attention(
            query.transpose(0, 1)[None],
            keys,
            values,
            attn_mask=stretch.mask,
            is_causal=stretch.mask is None,
            scale=self.scale,
            enable_gqa=True,
        )
        return seen[0].transpose(0, 1)
