"""Reads a dense Llama model and its tokenizer from one GGUF file, de-quantised while it is loaded.

Source: the GGUF specification of ggml, and its reader and de-quantisation in the package `gguf`.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from torch import Tensor

from synthesis.config import LanguageConfig
from synthesis.errors import CheckpointError
from synthesis.language.families import read_config
from synthesis.language.gguf_contents import GgufContents, GgufTensor
from synthesis.language.model import LanguageModel
from synthesis.language.quantized_model import Quantisation, outline
from synthesis.language.tokenizer import Tokenizer
from synthesis.language.weights import check_tensors, destinations, fill_model
from synthesis.types import Progress, no_progress

_QUANTISATIONS = frozenset({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"})
_PLAIN = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_OF_LAYER = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_CONTROL = 3
PIECE = 1 << 19  # numbers that are wide at a time
_DAMAGE = (
    ValueError,
    OSError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
)


class GgufFile:
    """An open GGUF file. Raises CheckpointError if it is damaged or holds something that we do not run."""

    def __init__(self, path: Path):
        self.path = path
        with _damage_named(path):
            contents = GgufContents(path)
        self._fields, self._tensors, self._mapped = contents.fields, contents.tensors, contents.mapped

    def config(self) -> LanguageConfig:
        """The file's fields, read as a hub config.json would be."""
        with _damage_named(self.path):
            return read_config(self._config_row())

    def model(
        self,
        device: torch.device,
        dtype: torch.dtype,
        *,
        quantise: Quantisation | None = None,
        halves: bool = False,
        progress: Progress = no_progress,
    ) -> LanguageModel:
        """The model, its weights de-quantised one tensor at a time; `progress` is told of bytes of the file.

        `halves` keeps them in 16 bits, on a CPU.
        """
        config = self.config()
        tensors = {_hub_name(tensor.name): tensor for tensor in self._tensors}
        shapes = {name: tensor.shape for name, tensor in tensors.items()}
        check_tensors(self.path.name, shapes, destinations(outline(config, torch.device("meta"), dtype, quantise)))
        for tensor in tensors.values():
            self._check_type(tensor)
        model = outline(config, device, dtype, quantise)
        done, total = 0, sum(tensor.rows.nbytes for tensor in tensors.values())
        for name in fill_model(model, device, lambda name: _pieces(name, tensors[name], config), halves=halves):
            done += tensors[name].rows.nbytes
            self._unmap()
            progress(done, total)
        return model

    def tokenizer(self) -> Tokenizer:
        """The tokenizer that the file carries: byte-level BPE with SmolLM's way of splitting."""
        kind, split = self._field("tokenizer.ggml.model"), self._field("tokenizer.ggml.pre", "default")
        if (kind, split) != ("gpt2", "smollm"):
            raise CheckpointError(f"{self.path.name}: tokenizer {kind!r} split as {split!r} is not supported")
        with _damage_named(self.path):
            return self._bpe()

    def _config_row(self) -> dict[str, Any]:
        architecture = self._field("general.architecture")
        if architecture != "llama" or self._field("llama.expert_count", 0):
            raise CheckpointError(f"{self.path.name}: a GGUF of {architecture!r} with experts is not supported")
        if self._field("llama.rope.scaling.type", "none") != "none":
            raise CheckpointError(f"{self.path.name}: scaled rotary positions are not supported")
        heads, dim = self._field("llama.attention.head_count"), self._field("llama.embedding_length")
        head_dim = self._field("llama.attention.key_length", dim // heads)
        if self._field("llama.rope.dimension_count", head_dim) != head_dim:
            raise CheckpointError(f"{self.path.name}: partial rotary positions are not supported")
        return {
            "model_type": "llama",
            "vocab_size": len(self._field("tokenizer.ggml.tokens")),
            "hidden_size": dim,
            "intermediate_size": self._field("llama.feed_forward_length"),
            "num_hidden_layers": self._field("llama.block_count"),
            "num_attention_heads": heads,
            "num_key_value_heads": self._field("llama.attention.head_count_kv", heads),
            "head_dim": head_dim,
            "max_position_embeddings": self._field("llama.context_length"),
            "rms_norm_eps": self._field("llama.attention.layer_norm_rms_epsilon"),
            "rope_theta": self._field("llama.rope.freq_base", 10000.0),
            "tie_word_embeddings": not any(tensor.name == "output.weight" for tensor in self._tensors),
            "eos_token_id": self._field("tokenizer.ggml.eos_token_id", None),
        }

    def _bpe(self) -> Tokenizer:
        tokens, types = self._field("tokenizer.ggml.tokens"), self._field("tokenizer.ggml.token_type")
        control = {token: id for id, (token, type) in enumerate(zip(tokens, types, strict=True)) if type == _CONTROL}
        vocabulary = {token: id for id, token in enumerate(tokens) if token not in control}
        merges = [(left, right) for left, right in (line.split(" ") for line in self._field("tokenizer.ggml.merges"))]
        unknown = {piece for pair in merges for piece in (*pair, "".join(pair))} - vocabulary.keys()
        if unknown:
            raise CheckpointError(f"{self.path.name}: its merges name {min(unknown)!r}, which is no token of it")
        return Tokenizer.from_bpe(
            vocabulary=vocabulary,
            merges=merges,
            control=control,
            chat_template=self._field("tokenizer.chat_template", ""),
        )

    def _field(self, name: str, *default: Any) -> Any:
        if name in self._fields:
            return self._fields[name]
        if default:
            return default[0]
        raise CheckpointError(f"{self.path.name} has no field {name}")

    def _unmap(self) -> None:
        """What was read of the file need not stay in memory beside the weights."""
        mapped = getattr(self._mapped, "_mmap", None)
        if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)

    def _check_type(self, tensor: GgufTensor) -> None:
        kind = tensor.kind.name
        if kind not in _QUANTISATIONS:
            raise CheckpointError(f"{self.path.name}: {tensor.name} is stored as {kind}, which is not supported")


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Turns what a damaged file leads the readers into, which check little by themselves, into one line."""
    try:
        yield
    except _DAMAGE as broken:
        first = str(broken).split("\n")[0]
        raise CheckpointError(f"{path} is damaged or no GGUF file: {first or type(broken).__name__}") from broken


def _pieces(name: str, tensor: GgufTensor, config: LanguageConfig) -> Iterator[Tensor]:
    """The tensor's numbers in the hub's order, 1-D, some rows at a time: heads stay whole."""
    heads = max(1, PIECE // (config.head_dim * config.hidden_size))
    rows = heads * config.head_dim
    for start in range(0, len(tensor.rows), rows):
        values = gguf.quants.dequantize(tensor.rows[start : start + rows], tensor.kind)
        wide = torch.from_numpy(np.require(values, np.float32, "W"))
        yield _pairs_to_halves(name, wide, config).flatten()


def _hub_name(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "blk" and len(parts) == 4 and parts[2] in _OF_LAYER:
        return f"model.layers.{parts[1]}.{_OF_LAYER[parts[2]]}.{parts[3]}"
    return ".".join([_PLAIN.get(parts[0], parts[0]), *parts[1:]])


def _pairs_to_halves(name: str, tensor: Tensor, config: LanguageConfig) -> Tensor:
    """Llama in GGUF keeps the rotary pairs of q and k side by side; the hub's layout, and ours, in two halves."""
    if name.split(".")[-2] not in ("q_proj", "k_proj"):
        return tensor
    return tensor.unflatten(0, (-1, config.head_dim // 2, 2)).transpose(1, 2).flatten(0, 2)
