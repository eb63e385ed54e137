"""The engine writes what the oracle writes, and the same alone as in any batch."""

from __future__ import annotations

import pytest
import torch

from synthesis.errors import CheckpointError, PromptTooLong
from synthesis.language.engine import Engine
from synthesis.language.requests import Request
from synthesis.language.run import Limits

PROMPTS = [[3, 1, 4], [15], [9, 2, 6, 5, 35, 8, 9, 79, 3, 23]]


@pytest.fixture(scope="module")
def engine(olmoe) -> Engine:
    return Engine.load(olmoe[0], device="cpu")


def test_greedy_text_is_the_oracles_token_for_token(checkpoint):
    folder, oracle = checkpoint
    written = Engine.load(folder, device="cpu", is_exact=True).generate(PROMPTS, max_tokens=32)
    for prompt, generation in zip(PROMPTS, written, strict=True):
        ids = torch.tensor([prompt])
        expected = oracle.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=32, do_sample=False, pad_token_id=0
        )
        assert list(generation.tokens) == expected[0, len(prompt) :].tolist()
        assert generation.ended_by == "length"


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_text_is_the_same_alone_and_in_any_batch(engine, temperature):
    seeds = [7, 8, 9]
    together = engine.generate(PROMPTS, max_tokens=24, temperature=temperature, seed=seeds)
    backwards = engine.generate(PROMPTS[::-1], max_tokens=24, temperature=temperature, seed=seeds[::-1])[::-1]
    alone = [
        engine.generate([prompt], max_tokens=24, temperature=temperature, seed=seed)[0]
        for prompt, seed in zip(PROMPTS, seeds, strict=True)
    ]
    assert together == backwards == alone


def test_a_sequence_that_stops_leaves_the_others_as_they_are(engine):
    free = engine.generate(PROMPTS, max_tokens=16)
    stop = free[0].tokens[4]
    stopped = engine.generate(PROMPTS, max_tokens=16, stop=[stop])
    assert stopped[0].ended_by == "stop"
    for before, after in zip(free, stopped, strict=True):
        cut = before.tokens.index(stop) if stop in before.tokens else len(before.tokens)
        assert after.tokens == before.tokens[:cut]


def test_the_models_own_end_token_ends_a_text(write_checkpoint):
    folder, _ = write_checkpoint("mixtral")
    first = Engine.load(folder, device="cpu").generate([[5, 6]], max_tokens=1)[0].tokens[0]
    ended, _ = write_checkpoint("mixtral", eos_token_id=[first, 0])
    generation = Engine.load(ended, device="cpu").generate([[5, 6]], max_tokens=9)[0]
    assert (generation.tokens, generation.ended_by) == ((), "stop")


def test_another_seed_gives_another_text(engine):
    texts = {engine.generate([[3, 1]], max_tokens=16, temperature=1.5, seed=seed)[0].tokens for seed in range(4)}
    assert len(texts) == 4


def test_a_run_keeps_to_the_engines_limits_and_clock(engine):
    limited = Engine(engine.model, limits=Limits(1 << 20, rows=1), clock=iter(range(1000)).__next__)
    run = limited.run([Request(prompt, 5, timeout_s=500.0) for prompt in PROMPTS], counts_experts=True)
    written = dict(run)
    assert [written[n] for n in range(3)] == engine.generate(PROMPTS, max_tokens=5)
    assert run.figures.forward_passes == 15
    assert run.figures.expert_load is not None
    assert written[0].duration_s == int(written[0].duration_s)


def test_a_default_budget_holds_the_whole_context(engine):
    context = engine.config.max_positions
    (generation,) = engine.generate([[1] * (context - 2)], max_tokens=2)
    assert len(generation.tokens) == 2


def test_a_score_is_the_oracles_sum_of_log_probabilities(checkpoint):
    folder, oracle = checkpoint
    continuations = [[7, 8], [1, 2, 3, 4, 5], [44]]
    found = Engine.load(folder, device="cpu", is_exact=True).score(PROMPTS, continuations)
    for context, continuation, score in zip(PROMPTS, continuations, found, strict=True):
        with torch.inference_mode():
            logits = oracle(torch.tensor([[*context, *continuation]])).logits[0, len(context) - 1 : -1]
        expected = torch.log_softmax(logits, -1).gather(1, torch.tensor(continuation)[:, None]).sum()
        assert score == pytest.approx(expected.item(), rel=1e-4)


def test_scores_do_not_depend_on_the_batch(engine, monkeypatch):
    contexts, continuations = [[n + 1] * (n + 1) for n in range(9)], [[5] * (9 - n) for n in range(9)]
    together = engine.score(contexts, continuations)
    assert together == pytest.approx([engine.score([c], [s])[0] for c, s in zip(contexts, continuations, strict=True)])
    monkeypatch.setattr("synthesis.language.engine.SCORED_AT_ONCE", 20)
    monkeypatch.setattr("synthesis.language.engine.LOGITS_AT_ONCE", 3)
    assert engine.score(contexts, continuations) == pytest.approx(together)


def test_an_empty_continuation_is_certain(engine):
    assert engine.score([[1], [2]], [[], [3]])[0] == 0.0


def test_what_does_not_fit_is_refused(engine):
    with pytest.raises(PromptTooLong, match="130 tokens, and the model takes 128"):
        engine.generate([[1] * 100], max_tokens=30)
    with pytest.raises(PromptTooLong):
        engine.score([[1] * 100], [[1] * 29])
    with pytest.raises(ValueError, match="prompt 1 has no tokens"):
        engine.generate([[1], []], max_tokens=3)
    with pytest.raises(ValueError, match="2 seeds for 1"):
        engine.generate([[1]], max_tokens=3, seed=[1, 2])
    with pytest.raises(ValueError, match="temperature"):
        engine.generate([[1]], max_tokens=3, temperature=-1)
    assert engine.generate([], max_tokens=3) == []


def test_a_model_without_a_tokenizer_still_takes_ids(engine):
    with pytest.raises(CheckpointError, match=r"no tokenizer\.json"):
        engine.tokenizer  # noqa: B018


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(CheckpointError, match="there is no model at"):
        Engine.load(tmp_path / "nowhere")


def test_two_gguf_files_in_a_folder_are_one_too_many(tmp_path):
    (tmp_path / "a.gguf").touch()
    (tmp_path / "b.gguf").touch()
    with pytest.raises(CheckpointError, match="2 GGUF files"):
        Engine.load(tmp_path)
