"""A recorded step says what the step itself says, whatever it is filled up with, until the cache is moved.

Without a GPU a recording is the work itself, done again, or its trace, which has no Python left that could look at a
length; that GPUs record it is for machines that have one.
"""

from __future__ import annotations

import random
import warnings

import pytest
import torch

from synthesis.language.engine import Engine
from synthesis.language.kv_cache import KVCache, Span
from synthesis.language.model import LanguageModel
from synthesis.language.recorded_steps import BUCKETS, GraphRecorder, RecordedSteps, Work
from synthesis.language.requests import Request
from synthesis.language.run import Limits, Run
from tests.synthesis.language.test_run import AMPLE, Pattern, Watch, finish, prompt

CPU = torch.device("cpu")
PATTERN = ({1, 2}, 3, 4, 5, {6, 7}, {8}, 9, 10, 11, 12, {13, 14})


class Recorder:
    """Counts what is recorded, and how often it is replayed."""

    def __init__(self) -> None:
        self.generations = self.recorded = self.replayed = 0

    def __call__(self):
        self.generations += 1
        return self._record

    def _record(self, work: Work) -> Work:
        self.recorded += 1

        def replay():
            self.replayed += 1
            return work()

        return replay


@pytest.fixture(scope="module")
def model(olmoe) -> LanguageModel:
    return Engine.load(olmoe[0], device="cpu").model


def requests(count: int) -> list[Request]:
    """Texts of many lengths, every third held to a pattern that forces runs of tokens."""
    dice = random.Random(count)
    return [
        Request(
            [*range(20), *prompt(n, dice.randint(1, 9))],
            dice.randint(1, 24) if n % 3 else 40,
            dice.choice([0.0, 0.9]),
            seed=n,
            constraint=None if n % 3 else Pattern(*PATTERN),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("rows", [1, 5, 64])
def test_texts_are_those_of_plain_steps(model, rows):
    expected = finish(Run(model, requests(12), Limits(AMPLE, rows=rows)))
    recorder = Recorder()
    run = Run(model, requests(12), Limits(AMPLE, rows=rows), recorder=recorder)
    assert finish(run) == expected
    assert recorder.replayed == run.figures.decode_passes > recorder.recorded


def test_what_other_rows_have_read_is_left_alone(model):
    """A row that has no text any more is still read from: the next text that begins like it copies it."""
    texts = [Request([*range(40), n], 3 + 9 * n) for n in range(3)]
    later = Request([*range(40), 50], 5)
    recorder = Recorder()
    run = Run(model, texts, Limits(AMPLE), recorder=recorder)
    next(run)
    run.submit(later)
    written = dict(run)
    (alone,) = finish(Run(model, [later], Limits(AMPLE)))
    assert written[3] == alone and run.figures.shared >= 3 * 40


def test_each_bucket_is_recorded_once_until_the_cache_is_moved(model):
    recorder, cache = Recorder(), KVCache(model.config, 9, 32, device=CPU, dtype=torch.float32)
    steps = RecordedSteps(model, cache, recorder)
    with torch.inference_mode():
        for place in range(4):
            for rows in (1, 3, 4, 9):
                assert steps.logits([[5]] * rows, [place] * rows).shape == (rows, model.config.vocab_size)
        assert (recorder.generations, recorder.recorded, recorder.replayed) == (1, 3, 16)
        cache.resize(9, 64)
        steps.logits([[5]], [4])
    assert (recorder.generations, recorder.recorded) == (2, 4)


def test_a_larger_recording_serves_fewer_tokens_unless_it_is_much_too_large(model):
    recorder = Recorder()
    steps = RecordedSteps(model, KVCache(model.config, 9, 32, device=CPU, dtype=torch.float32), recorder)
    with torch.inference_mode():
        for rows, recorded in ((9, 1), (8, 1), (4, 1), (3, 2), (9, 2), (1, 2)):
            steps.logits([[5]] * rows, [0] * rows)
            assert recorder.recorded == recorded, rows


def test_more_tokens_than_the_largest_bucket_go_by_themselves(model):
    """A long run that is forced in each of many rows."""
    recorder = Recorder()
    long = [Request(prompt(n), 40, constraint=Pattern({1}, *range(2, 12), {13})) for n in range(8)]
    expected = [Request(prompt(n), 40, constraint=Pattern({1}, *range(2, 12), {13})) for n in range(8)]
    assert finish(Run(model, long, Limits(AMPLE), recorder=recorder)) == finish(Run(model, expected, Limits(AMPLE)))
    assert BUCKETS[-1] < 8 * 11 and recorder.recorded == 0


def test_nothing_is_recorded_where_experts_are_counted(model):
    recorder = Recorder()
    run = Run(model, requests(3), Limits(AMPLE), counts_experts=True, recorder=recorder)
    finish(run)
    assert run.figures.expert_load is not None and run.figures.expert_load.sum() > 0
    assert recorder.recorded == 0


def test_a_step_that_runs_out_of_memory_is_forgotten(model, monkeypatch):
    expected = finish(Run(model, requests(8), Limits(AMPLE)))
    Watch(model, monkeypatch, most_rows=4)
    recorder = Recorder()
    run = Run(model, requests(8), Limits(AMPLE), recorder=recorder)
    assert finish(run) == expected
    assert run.figures.out_of_memory >= 1 and recorder.generations >= 2


def test_a_trace_of_a_step_serves_rows_of_any_length(write_checkpoint):
    """What a CUDA graph would hold: the operations alone, and every number that Python knew at the time."""
    model = Engine.load(write_checkpoint("llama")[0], device="cpu", is_exact=True).model

    def traced():
        def record(work: Work) -> Work:
            with warnings.catch_warnings(action="ignore"):
                trace = torch.jit.trace(lambda unused: work(), (torch.zeros(1),), check_trace=False)
            return lambda: trace(torch.zeros(1))

        return record

    expected = finish(Run(model, requests(7), Limits(AMPLE)))
    assert finish(Run(model, requests(7), Limits(AMPLE), recorder=traced)) == expected


def test_a_loose_span_attends_as_rows_and_stretches_do(model):
    """Two rows with one new token, and one with three."""
    feeds, starts = [[3], [4, 5, 6], [7]], [2, 0, 5]
    cache = KVCache(model.config, 3, 16, device=CPU, dtype=torch.float32)
    with torch.inference_mode():
        for row, start in enumerate(starts):
            if start:
                read = list(range(10, 10 + start))
                model(torch.tensor(read), Span.of([0], [start], CPU, [row]), cache)
        span = Span.of(starts, [len(feed) for feed in feeds], CPU)
        expected = model.logits(model(torch.tensor(sum(feeds, [])), span, cache)[span.last])
        steps = RecordedSteps(model, cache, Recorder())
        torch.testing.assert_close(steps.logits(feeds, starts), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_gpu_replays_what_it_recorded(write_checkpoint):
    model = Engine.load(write_checkpoint("qwen3_moe")[0], device="cuda").model.float()
    expected = finish(Run(model, requests(12), Limits(AMPLE)))
    assert finish(Run(model, requests(12), Limits(AMPLE), recorder=GraphRecorder)) == expected
