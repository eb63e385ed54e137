"""A small BERT that makes a vector of a text: texts on one matter point the same way.

The model is all-MiniLM-L6-v2: six layers of post-norm attention and GELU, the mean over the tokens' last states, scaled
to length 1. Source: Reimers & Gurevych, arXiv:1908.10084; Wang et al., arXiv:2002.10957.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import tokenizers
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from synthesis import checkpoint
from synthesis.errors import CheckpointError
from synthesis.language.weights import read_json

CARD = "grouping"
MOST_TOKENS = 256  # the length that it was trained on
BATCH = 16
PADDING, EPSILON_KEY = 0, "layer_norm_eps"


class SentenceEncoder:
    """Weights by their published names, float32. Letters are H hidden size, A heads, B batch, T tokens."""

    def __init__(
        self, weights: Mapping[str, Tensor], config: Mapping[str, int | float], tokenizer: tokenizers.Tokenizer
    ):
        self._weights = weights
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._epsilon = float(config[EPSILON_KEY])
        self._tokenizer = tokenizer
        tokenizer.enable_truncation(MOST_TOKENS)
        tokenizer.enable_padding(pad_id=PADDING)

    @classmethod
    def load(cls, models_dir: Path) -> SentenceEncoder:
        """The installed model. Raises CheckpointError if it is missing or damaged."""
        return cls.read(checkpoint.find(CARD, models_dir))

    @classmethod
    def read(cls, folder: Path) -> SentenceEncoder:
        """A folder's model. Raises CheckpointError if it is of another kind."""
        config = read_json(folder / "config.json")
        if (config.get("model_type"), config.get("hidden_act")) != ("bert", "gelu"):
            raise CheckpointError(f"{folder} holds no BERT with GELU")
        weights = load_file(folder / "model.safetensors")
        return cls(weights, config, tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")))

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Tensor:
        """(N, H) float32, each row of length 1; of a text its first 256 tokens count."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        rows = torch.empty(len(texts), self._weights["embeddings.LayerNorm.weight"].numel())
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            rows[chosen] = self._encode([texts[at] for at in chosen])
        return rows

    def _encode(self, texts: list[str]) -> Tensor:
        encoded = self._tokenizer.encode_batch(texts)
        tokens = torch.tensor([row.ids for row in encoded])  # (B, T)
        mask = torch.tensor([row.attention_mask for row in encoded], dtype=torch.bool)  # (B, T)
        states = self._embed(tokens)
        for layer in range(self._layers):
            states = self._layer(f"encoder.layer.{layer}", states, mask)
        weights = mask[..., None].float()
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)

    def _embed(self, tokens: Tensor) -> Tensor:
        words = self._weights["embeddings.word_embeddings.weight"][tokens]
        places = self._weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        kinds = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm("embeddings.LayerNorm", words + places + kinds)

    def _layer(self, name: str, states: Tensor, mask: Tensor) -> Tensor:
        states = self._norm(f"{name}.attention.output.LayerNorm", states + self._attend(name, states, mask))
        wide = functional.gelu(self._linear(f"{name}.intermediate.dense", states))
        return self._norm(f"{name}.output.LayerNorm", states + self._linear(f"{name}.output.dense", wide))

    def _attend(self, name: str, states: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (
            self._linear(f"{name}.attention.self.{part}", states).unflatten(-1, (self._heads, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )  # (B, A, T, H / A)
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
        return self._linear(f"{name}.attention.output.dense", found.transpose(1, 2).flatten(2))

    def _linear(self, name: str, states: Tensor) -> Tensor:
        return functional.linear(states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, name: str, states: Tensor) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(states, weight.shape, weight, bias, self._epsilon)
