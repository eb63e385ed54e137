"""Every family's logits are those of `transformers` on the same checkpoint."""

from __future__ import annotations

import pytest
import torch

from synthesis.language.engine import Engine

LENGTHS = [1, 9, 4]  # one token alone, and ragged rows: padding must touch nothing


def test_logits_agree_with_the_oracle(checkpoint, logits_of, oracle_logits):
    folder, oracle = checkpoint
    rows = [torch.randint(0, 97, (length,)).tolist() for length in LENGTHS]
    found, expected = logits_of(Engine.load(folder, device="cpu"), rows), oracle_logits(oracle, rows)
    assert (found - expected).abs().max() / expected.abs().max() < 1e-4


def test_each_switch_of_the_config_changes_the_logits(write_checkpoint):
    """A switch that is read but not used would pass parity only by chance."""
    folder, _ = write_checkpoint("granitemoe")
    engine = Engine.load(folder, device="cpu")
    assert (engine.config.embedding_multiplier, engine.config.residual_multiplier) == (12.0, 0.22)
    assert (engine.config.attention_scale, engine.config.logits_divisor) == (0.015625, 6.0)
    assert engine.model.head is None


@pytest.mark.writer
def test_smollm2_has_the_logits_of_transformers_on_the_same_weights(embedded, transformers, logits_of, oracle_logits):
    from synthesis.language.weights import destinations

    config, tokens = embedded.config, embedded.tokenizer.encode("The probe passed 5,000 km above Mars on 12 March.")
    oracle = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            num_hidden_layers=config.num_layers,
            num_attention_heads=config.num_heads,
            num_key_value_heads=config.num_kv_heads,
            rms_norm_eps=config.rms_norm_eps,
            rope_theta=config.rope_theta,
            tie_word_embeddings=True,
        )
    ).eval()
    oracle.load_state_dict(destinations(embedded.model), strict=False)
    found, expected = logits_of(embedded, [tokens]), oracle_logits(oracle, [tokens])
    assert (found - expected).abs().max() / expected.abs().max() < 1e-4
    # English, and not noise: a model whose q and k rows are in the wrong order fails here.
    assert embedded.score([tokens[:1]], [tokens[1:]])[0] / (len(tokens) - 1) > -4
