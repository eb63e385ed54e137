"""The language benchmarks count what they say they count, name what is absent, and run in small on any machine."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from synthesis import checkpoint
from synthesis.bench import __main__ as bench
from synthesis.bench import carving, invented_news, judging, language, language_runners, language_shapes
from synthesis.bench.judging_cases import ANSWERS, PAIRS
from synthesis.bench.language_runners import OURS, PEER, Telling, Timing
from synthesis.bench.packages import PeerAbsent
from synthesis.errors import CheckpointError
from synthesis.language.engine import Engine
from synthesis.language.model import LanguageModel
from tests.synthesis.random_writer import random_engine, trained_tokenizer

CPU = torch.device("cpu")
TINY = replace(
    language_shapes.QWEN3,
    vocab_size=101,
    hidden_size=32,
    num_layers=2,
    num_heads=4,
    num_kv_heads=2,
    head_dim=8,
    max_positions=256,
    num_experts=8,
    num_experts_per_tok=2,
    expert_size=16,
)
DENSE = replace(
    TINY, family="llama", qk_norm="none", dense_layers=frozenset({0, 1}), intermediate_size=24, num_experts=0
)


class Pretended:
    """A runner of so many tokens a second; a peer may fail in a later round."""

    def __init__(self, name: str, models_dir: object):
        if name == PEER and self.absent:
            raise PeerAbsent("transformers cannot be imported")
        self.name, self.asked = name, []

    absent = False
    fails_at = 1000

    def time(self, prompts, new_tokens):
        self.asked.append((len(prompts), new_tokens))
        if self.name == PEER and len(self.asked) > self.fails_at:
            raise PeerAbsent("transformers failed: BrokenProcessPool")
        rate = 40.0 if self.name == OURS else 20.0
        decoded = len(prompts) * (new_tokens - 1)
        return Timing(64 * len(prompts), len(prompts) / 10, decoded, decoded / rate)

    def tell(self, stories, facts, rows):
        texts = ((1, 2), (3,), (4 if rows == 1 else 5,))
        return Telling(20.0 if rows == 1 else 5.0, 1000, 280, 720, 1.5, texts)

    def sizes(self):
        return {"weights": 10_000, "cached": 10}

    def bytes_a_second(self):
        return 1e6

    def peak_memory_bytes(self):
        return 900 << 20

    def close(self):
        self.name = "closed"


@pytest.fixture
def pretended(monkeypatch):
    monkeypatch.setattr(language, "Runner", type("Runner", (Pretended,), {}))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return language.Runner


def test_ratios_shares_and_skipped_tokens_are_of_one_run(pretended, capsys):
    assert bench.main(["language", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["ratio_to_transformers"] == {"1": 2.0, "8": 2.0, "32": 2.0}
    assert figures["decode"]["8"] == {"ours": 40.0, "transformers": 20.0}
    assert figures["prefill"]["1"] == {"ours": 640.0, "transformers": 640.0}
    # 40 steps a second, each of 10,000 bytes and 80.5 places of 10.
    assert figures["bandwidth_share"]["1"] == pytest.approx(40 * (10_000 + 805) / 1e6, abs=1e-3)
    assert figures["grammar"] == {"written": 1000, "skipped": 280, "share_skipped": 0.28, "passes": 720}
    assert figures["stories"]["same_texts"] == 2
    assert figures["stories"]["ratio"] == 0.25 and figures["stories"]["tokens_a_second"] == 200.0
    assert figures["peak_memory_bytes"]["8"] == {"ours": 900 << 20, "transformers": 900 << 20}
    assert list(figures["absent"]) == ["shapes"]


def test_a_peer_that_is_not_there_or_fails_is_named_and_the_rest_is_told(pretended):
    pretended.absent = True
    figures = language.measure(stories=1)
    assert figures["ratio_to_transformers"] == {"1": None, "8": None, "32": None}
    assert figures["absent"][PEER] == "transformers cannot be imported"
    assert figures["stories"]["ratio"] == 1.0
    pretended.absent, pretended.fails_at = False, language.ROUNDS + 3
    figures = language.measure(stories=1)
    assert figures["ratio_to_transformers"] == {"1": 2.0, "8": None, "32": None}
    assert "BrokenProcessPool" in figures["absent"][PEER]


def test_prompts_share_no_beginning():
    firsts = {prompt[0] for prompt in language._prompts(32)}
    assert len(firsts) == 32


def test_a_gpus_shapes_are_measured_beside_torchs_own_ways():
    """The command's own path, in small and on a CPU."""
    figures = language_shapes.measure(
        CPU, {"tiny": TINY}, batches=(1, 3), context=20, new_tokens=6, copied_bytes=1 << 20
    )
    assert figures["bytes_a_second"] > 0
    tiny = figures["tiny"]
    for batch in ("1", "3"):
        assert set(tiny["experts"][batch]) == {"moe", "moe_grouped_mm", "moe_gathered"}
        assert all(way["us"] > 0 and 0 <= way["bandwidth_share"] < 2 for way in tiny["experts"][batch].values())
        assert set(tiny["texts"][batch]) == {"prefill", "decode", "bandwidth_share"}
        assert all(tiny["texts"][batch][phase] > 0 for phase in ("prefill", "decode"))
    assert 1 <= tiny["texts"]["expert_load"]["busiest_over_mean"] <= 8 / 2


def test_a_shape_that_does_not_fit_is_named_and_the_others_are_told(monkeypatch):
    def full(config, device):
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate")

    monkeypatch.setattr(language_shapes, "random_model", full)
    figures = language_shapes.measure(CPU, {"a": TINY, "b": TINY}, batches=(1,), copied_bytes=1 << 20)
    assert figures["a"] == figures["b"] == {"absent": "there is no room for it: CUDA out of memory."}


def test_the_shapes_are_those_of_the_models():
    """Weights in billions, as their cards have them."""
    for config, billions in ((language_shapes.OLMOE, 6.92), (language_shapes.QWEN3, 30.53)):
        with torch.device("meta"):
            model = LanguageModel(config)
        assert sum(parameter.numel() for parameter in model.parameters()) / 1e9 == pytest.approx(billions, abs=0.01)


def test_what_a_step_reads_grows_with_the_experts_that_are_hit():
    engine = Engine(language_shapes.random_model(TINY, CPU))
    of_experts = 8 * 3 * 16 * 32 * 2 * 4
    one, all_of_them = (language_shapes._read_bytes(engine, batch, 0.0) for batch in (1, 1000))
    assert all_of_them - one == pytest.approx(of_experts * 3 / 4)


def test_only_what_is_written_behind_the_skipped_tokens_is_decoding():
    engine = Engine(language_shapes.random_model(replace(TINY, eos_ids=frozenset(range(101))), CPU))
    timing = language_runners.ours(engine, skipped=3)([[1, 2, 3], [4, 5, 6]], 7)
    assert (timing.prefilled, timing.decoded) == (6, 2 * (7 - 3))
    assert timing.prefill > 0 and timing.decode > 0
    assert engine.config.eos_ids == frozenset(range(101))


def test_carving_with_all_experts_is_the_dense_layer():
    model = language_shapes.random_model(DENSE, CPU)
    ffn, x = model.layers[0].ffn, torch.randn(50, 32)
    for active, furthest in ((6, 1e-5), (3, None)):
        out = carving.Carved(ffn, x, 6, active)(x)
        apart = float((out - ffn(x)).abs().max())
        assert apart < furthest if furthest else apart > 1e-2


def test_neurons_that_are_busy_together_are_one_expert():
    torch.manual_seed(3)
    owner = torch.arange(24) % 4
    vectors = torch.eye(4)[owner].repeat(1, 5) + 0.01 * torch.rand(24, 20)
    found = carving.balanced_clusters(vectors, 4)
    assert found.bincount().tolist() == [6] * 4
    assert all(len(found[owner == group].unique()) == 1 for group in range(4))
    with pytest.raises(ValueError, match="evenly"):
        carving.balanced_clusters(vectors, 5)


def test_a_carved_engine_is_whole_again_afterwards(write_tokenizer_engine):
    engine = write_tokenizer_engine
    before = [layer.ffn for layer in engine.model.layers]
    with carving.carved(engine, ["abc", "cab"], experts=6, active=3):
        assert all(isinstance(layer.ffn, carving.Carved) for layer in engine.model.layers)
        engine.score([[1]], [[2, 3]])
    assert [layer.ffn for layer in engine.model.layers] == before


@pytest.fixture
def write_tokenizer_engine() -> Engine:
    class Letters:
        def encode(self, text: str) -> list[int]:
            return [ord(letter) % 101 for letter in text]

    return Engine(language_shapes.random_model(DENSE, CPU), Letters())


class Knows:
    """A ranker that is right about the first `right` questions, and prefers a wrong line of one kind."""

    def __init__(self, right: int, wrong_kind: str):
        self._right, self._wrong = right, wrong_kind

    def prefer_many(self, pairs):
        order = list(ANSWERS)
        return [
            1.0
            if ANSWERS[question] == answer and order.index(question) < self._right
            else 0.5 * (question == order[-1])
            for answer, question in pairs
        ]

    def support(self, lines):
        kinds = {pair.right: pair.kind for pair in PAIRS}
        return [1.0 if line in kinds and kinds[line] != self._wrong else 0.5 for line, _ in lines]


def test_judgements_are_counted_by_kind():
    judged = judging._judged(Knows(5, "swap"))
    assert judged["ranking"]["right"] == 5 + 1 and judged["ranking"]["of"] == len(ANSWERS) == 16
    assert judged["checking"] == {"right": 18, "of": 24, "number": 6, "swap": 0, "name": 6, "negation": 6}


def test_every_pair_differs_and_every_answer_is_its_own():
    assert len({pair.right for pair in PAIRS} | {pair.wrong for pair in PAIRS}) == 2 * len(PAIRS)
    assert len(set(ANSWERS.values())) == 16


def test_stories_are_told_under_their_grammars_and_forced_tokens_take_no_pass(tmp_path, monkeypatch):
    texts = [invented_news.story(number).articles[0].text for number in range(3)]
    engine = random_engine(trained_tokenizer(texts, tmp_path))
    monkeypatch.setattr(language_runners, "_engine", engine, raising=False)
    at_once, one_by_one = language_runners._tell(3, 1, 3), language_runners._tell(3, 1, 1)
    assert at_once.written == one_by_one.written > 100 and at_once.forced == one_by_one.forced > 20
    assert at_once.texts == one_by_one.texts
    assert at_once.passes < one_by_one.passes <= one_by_one.written
    assert 0 < at_once.first_token_s < at_once.seconds


@pytest.mark.writer
def test_the_runner_times_real_weights():
    try:
        runner = language_runners.Runner(OURS, checkpoint.models_dir())
    except CheckpointError as missing:
        pytest.skip(str(missing))
    try:
        timing = runner.time([[1000, 1001, 1002], [1010, 1011, 1012]], 3)
        assert (timing.prefilled, timing.decoded) == (6, 4)
        # In 16 bits, but for the last columns of the head.
        assert 2 * 134_515_008 < runner.sizes()["weights"] < 2.1 * 134_515_008
    finally:
        runner.close()
