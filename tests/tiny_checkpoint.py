"""A random mixture-of-experts model of a few kilobytes in the hub's layout, with a tokenizer of single bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import tokenizers
from safetensors.numpy import save_file
from tokenizers import AddedToken, decoders, models, pre_tokenizers

from synthesis.model_cards import ModelCard, Shape

CONFIG = {
    "model_type": "olmoe",
    "vocab_size": 260,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "intermediate_size": 16,
    "num_experts": 4,
    "num_experts_per_tok": 2,
    "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "eos_token_id": 257,
}
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)
SHAPE = Shape("olmoe", 2, 16)
CARD = ModelCard(
    "tiny-1k", "Tiny-1K-Instruct", "Apache-2.0", "someone/Tiny-1K-Instruct", "tests", "1", tier="small",
    repo="someone/Tiny-1K-Instruct", shape=SHAPE, about_bytes=30_000,
)  # fmt: skip


def write(folder: Path, *, shards: int = 2, size: int = 16) -> Path:
    """Write the checkpoint into `folder`, which may be there already, and return it. `size` is its width."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG | {"hidden_size": size, "intermediate_size": size}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE}))
    _tokenizer().save(str(folder / "tokenizer.json"))
    tensors = _tensors(size)
    if shards == 1:
        save_file(tensors, folder / "model.safetensors")
        return folder
    files = {name: f"model-{place % shards + 1:05d}-of-{shards:05d}.safetensors" for place, name in enumerate(tensors)}
    for file in sorted(set(files.values())):
        save_file({name: tensors[name] for name in tensors if files[name] == file}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}))
    return folder


def _tensors(size: int) -> dict[str, np.ndarray]:
    d, f, experts, vocabulary = size, size, 4, 260
    shapes: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (vocabulary, d),
        "model.norm.weight": (d,),
        "lm_head.weight": (vocabulary, d),
    }
    for layer in range(2):
        at = f"model.layers.{layer}"
        shapes |= {f"{at}.{name}.weight": (d,) for name in ("input_layernorm", "post_attention_layernorm")}
        shapes |= {f"{at}.self_attn.{name}_norm.weight": (d,) for name in "qk"}
        shapes |= {f"{at}.self_attn.{name}_proj.weight": (d, d) for name in "qkvo"}
        shapes[f"{at}.mlp.gate.weight"] = (experts, d)
        for expert in range(experts):
            shapes |= {f"{at}.mlp.experts.{expert}.{name}_proj.weight": (f, d) for name in ("gate", "up")}
            shapes[f"{at}.mlp.experts.{expert}.down_proj.weight"] = (d, f)
    random = np.random.default_rng(0)
    return {
        name: np.ones(shape, np.float32) if len(shape) == 1 else random.normal(0, 0.2, shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def _tokenizer() -> tokenizers.Tokenizer:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = tokenizers.Tokenizer(models.BPE(vocab={letter: id for id, letter in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(text, special=True) for text in ("<|im_start|>", "<|im_end|>")])
    return made
