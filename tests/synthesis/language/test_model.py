"""Every family's logits are those of `transformers` on the same checkpoint."""

from __future__ import annotations

import re

import pytest
import torch

from synthesis.language.engine import Engine
from synthesis.language.weights import destinations

LENGTHS = [1, 9, 4]  # one token alone, and ragged rows: padding must touch nothing


def test_logits_agree_with_the_oracle(checkpoint, logits_of, oracle_logits):
    folder, oracle = checkpoint
    rows = [torch.randint(0, 97, (length,)).tolist() for length in LENGTHS]
    found, expected = logits_of(Engine.load(folder, device="cpu", is_exact=True), rows), oracle_logits(oracle, rows)
    assert (found - expected).abs().max() / expected.abs().max() < 1e-4


def test_greedy_text_is_the_oracles_over_64_steps_with_the_cache(checkpoint):
    folder, oracle = checkpoint
    prompts = [[3, 1, 4, 1, 5], [9]]
    written = Engine.load(folder, device="cpu", is_exact=True).generate(prompts, max_tokens=64)
    for prompt, generation in zip(prompts, written, strict=True):
        ids = torch.tensor([prompt])
        expected = oracle.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=64, do_sample=False, pad_token_id=0
        )
        assert list(generation.tokens) == expected[0, len(prompt) :].tolist()


@pytest.mark.parametrize("family", ["olmoe", "mixtral", "granitemoe"])
def test_routers_that_cannot_decide_agree_with_the_oracle(write_checkpoint, logits_of, oracle_logits, family):
    """All experts are alike and every router logit is 0: whoever is chosen of equals, the logits are one."""

    def tie(oracle: torch.nn.Module) -> None:
        for name, parameter in oracle.named_parameters():
            if name.endswith((".gate.weight", "router.layer.weight")):
                parameter.data.zero_()
            elif parameter.dim() == 3:
                parameter.data.copy_(parameter.data[:1].expand_as(parameter))

    folder, oracle = write_checkpoint(family, tie)
    rows = [[3, 1, 4, 1, 5], [9]]
    found, expected = logits_of(Engine.load(folder, device="cpu", is_exact=True), rows), oracle_logits(oracle, rows)
    assert (found - expected).abs().max() / expected.abs().max() < 1e-4


def test_of_equal_experts_the_first_takes_all_and_the_empty_ones_touch_nothing(write_checkpoint, logits_of):
    """With one expert a token, routers of zeros and wild weights in all other experts: the first one's logits."""
    folder, _ = write_checkpoint("mixtral", num_experts_per_tok=1)
    first, copies = (Engine.load(folder, device="cpu", is_exact=True) for _ in range(2))
    for name, place in destinations(first.model).items():
        if ".gate." in name:
            place.zero_()
        elif ".experts." in name and ".experts.0." not in name:
            place.fill_(1e3)
    places = destinations(copies.model)
    for name, place in places.items():
        if ".experts." in name:
            place.copy_(places[re.sub(r"experts\.\d+", "experts.0", name)])
    rows = [[3, 1, 4, 1, 5], [9]]
    torch.testing.assert_close(logits_of(first, rows), logits_of(copies, rows))


def test_each_switch_of_the_config_changes_the_logits(write_checkpoint):
    """A switch that is read but not used would pass parity only by chance."""
    folder, _ = write_checkpoint("granitemoe")
    engine = Engine.load(folder, device="cpu", is_exact=True)
    assert (engine.config.embedding_multiplier, engine.config.residual_multiplier) == (12.0, 0.22)
    assert (engine.config.attention_scale, engine.config.logits_divisor) == (0.015625, 6.0)
    assert engine.model.head is None
