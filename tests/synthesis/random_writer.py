"""A tiny random mixture-of-experts model with a vocabulary of its own: it writes nonsense, and fast."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import tokenizers
import torch
from tokenizers import decoders, models, pre_tokenizers, trainers

from synthesis.config import LanguageConfig
from synthesis.language.engine import Engine
from synthesis.language.model import LanguageModel
from synthesis.language.tokenizer import Tokenizer

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "[INST]", "</s>", "<think>", "<tool_call>"]
FORM = '{"cites":["1.0","1.1"],"host":"Ava","kind":"fact","text":"A."},{"cites":[],"kind":"question"? \\"."}]'


def trained_tokenizer(texts: Iterable[str], folder: Path) -> Tokenizer:
    """A small byte-level vocabulary of the texts' own pieces and of JSON's, with control tokens and a chat template."""
    trained = tokenizers.Tokenizer(models.BPE())
    trained.pre_tokenizer, trained.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=900, initial_alphabet=alphabet, show_progress=False)
    trained.train_from_iterator([*texts, *[FORM] * 20], trainer)
    trained.add_special_tokens(SPECIAL)
    trained.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text("{% for m in messages %}<|im_start|>{{ m['content'] }}{% endfor %}")
    return Tokenizer.from_hub(folder)


def size_of(tokenizer: Tokenizer) -> int:
    return max([*tokenizer.spellings(), *tokenizer.control.values()]) + 1


def random_engine(tokenizer: Tokenizer) -> Engine:
    config = LanguageConfig(
        family="olmoe",
        vocab_size=size_of(tokenizer),
        hidden_size=32,
        num_layers=2,
        num_heads=4,
        num_kv_heads=2,
        head_dim=8,
        max_positions=8192,
        rms_norm_eps=1e-5,
        rope_theta=10000.0,
        attention_scale=8**-0.5,
        num_experts=4,
        num_experts_per_tok=2,
        expert_size=16,
        eos_ids=frozenset({tokenizer.control["<|im_end|>"]}),
    )
    model = LanguageModel.allocate(config, torch.device("cpu"), torch.float32)
    torch.manual_seed(4)
    for name, parameter in model.named_parameters():
        parameter.data.normal_(1.0 if "norm" in name else 0.0, 0.3)
    return Engine(model, tokenizer)
