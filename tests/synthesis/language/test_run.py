"""Many requests at once: each gets the text that it would get alone, in fewer passes, within the room there is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

import pytest
import torch

from synthesis.errors import GrammarRejected, PromptTooLong
from synthesis.language.engine import Engine
from synthesis.language.kv_cache import KVCache
from synthesis.language.model import LanguageModel
from synthesis.language.requests import Generation, Request, Ticket
from synthesis.language.run import Limits, Run

VOCABULARY = 97
AMPLE = 1 << 30
SYSTEM = [(7 * n + 3) % VOCABULARY for n in range(40)]


def prompt(number: int, length: int = 6) -> list[int]:
    return random.Random(number).choices(range(VOCABULARY), k=length)


@pytest.fixture(scope="module")
def model(olmoe) -> LanguageModel:
    return Engine.load(olmoe[0], device="cpu").model


@pytest.fixture(scope="module")
def alone(model) -> Callable[[Request], tuple[int, ...]]:
    """The text of a request that has an engine to itself."""

    def write(request: Request) -> tuple[int, ...]:
        (ended,) = Run(model, [request], Limits(AMPLE))
        return ended[1].tokens

    return write


def finish(run: Run) -> list[Generation]:
    written = dict(run)
    return [written[number] for number in range(len(run.tickets))]


def tokens_of(model: LanguageModel, tokens: int) -> Limits:
    """Limits with a cache of so many tokens."""
    return Limits(tokens * KVCache.bytes_per_token(model.config, model.dtype))


class Watch:
    """Stands before the model's forward, and sees each pass: its tokens, the cache's bytes and what may go wrong."""

    def __init__(self, model: LanguageModel, monkeypatch: pytest.MonkeyPatch, *, most_rows: int = 1000):
        self.tokens: list[int] = []
        self.cache_bytes: list[int] = []
        self.error: Exception = torch.OutOfMemoryError("the card is full")
        self._forward, self._most_rows = model.forward, most_rows
        monkeypatch.setattr(model, "forward", self)

    def __call__(self, tokens, span, cache):
        if len(span.last) > self._most_rows:
            raise self.error
        self.tokens.append(len(tokens))
        self.cache_bytes.append(cache.size_bytes)
        return self._forward(tokens, span, cache)


class Clock:
    """Tells a time that only a test moves on."""

    def __init__(self) -> None:
        self.time_s = 0.0

    def __call__(self) -> float:
        return self.time_s


class Pattern:
    """A constraint: a number must come next, or one of a set of numbers."""

    def __init__(self, *parts: int | set[int]):
        self._parts, self._place = parts, 0

    @property
    def is_finished(self) -> bool:
        return self._place == len(self._parts)

    def forced(self) -> list[int]:
        ahead = self._parts[self._place :]
        stop = next((n for n, part in enumerate(ahead) if isinstance(part, set)), len(ahead))
        return [part for part in ahead[:stop] if isinstance(part, int)]

    def allowed(self) -> torch.Tensor:
        part = self._parts[self._place]
        mask = torch.zeros(VOCABULARY, dtype=torch.bool)
        mask[sorted(part) if isinstance(part, set) else part] = True
        return mask

    def advance(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            part = self._parts[self._place]
            assert token in part if isinstance(part, set) else token == part
            self._place += 1


class TestBatches:
    def test_ten_at_once_take_far_fewer_passes_than_one_after_another(self, model, alone):
        requests = [Request(prompt(n, 3 + n), 20 + n) for n in range(10)]
        run = Run(model, requests, Limits(AMPLE))
        assert [generation.tokens for generation in finish(run)] == [alone(request) for request in requests]
        one_after_another = 0
        for request in requests:
            single = Run(model, [request], Limits(AMPLE))
            finish(single)
            one_after_another += single.figures.forward_passes
        assert run.figures.forward_passes == 29  # the longest text's, with the one that read the prompts
        assert one_after_another == sum(20 + n for n in range(10))

    @pytest.mark.parametrize("temperature", [0.0, 0.8])
    @pytest.mark.parametrize("mix", range(4))
    def test_a_text_alone_is_its_text_in_a_random_mix(self, model, alone, temperature, mix):
        dice = random.Random(mix)
        shared = [SYSTEM, SYSTEM[:20], []]
        requests = [
            Request(
                [*dice.choice(shared), *prompt(dice.randrange(1000), dice.randint(1, 12))],
                dice.randint(1, 30),
                dice.choice([temperature, temperature, 0.0, 1.3]),
                seed=dice.randrange(1000),
                stop=frozenset(dice.sample(range(VOCABULARY), 2)),
                constraint=None,
            )
            for _ in range(14)
        ]
        limits = Limits(AMPLE, rows=dice.randint(2, 9), prefill_tokens=dice.randint(5, 60))
        written = finish(Run(model, requests, limits))
        assert [generation.tokens for generation in written] == [alone(request) for request in requests]

    def test_results_come_as_they_end(self, model):
        run = Run(model, [Request(prompt(n), budget) for n, budget in enumerate([9, 2, 5])], Limits(AMPLE))
        assert [(number, len(generation.tokens)) for number, generation in run] == [(1, 2), (2, 5), (0, 9)]

    def test_a_free_slot_is_taken_at_once(self, model):
        budgets = [4, 12, 4, 4]
        run = Run(model, [Request(prompt(n), budget) for n, budget in enumerate(budgets)], Limits(AMPLE, rows=2))
        finish(run)
        assert run.figures.decode_passes <= 12  # three short texts pass by the long one

    def test_more_may_be_asked_while_others_are_written(self, model, alone):
        requests = [Request(prompt(n), 5 + n) for n in range(3)]
        run = Run(model, requests[:2], Limits(AMPLE))
        first = next(run)
        ticket = run.submit(requests[2])
        written = dict([first, *run])
        assert [written[n].tokens for n in range(3)] == [alone(request) for request in requests]
        assert ticket.generation == written[2]

    def test_a_budget_of_nothing_is_spent_at_once(self, model):
        run = Run(model, [Request(prompt(0), 0), Request(prompt(1), 1)], Limits(AMPLE))
        assert [(len(g.tokens), g.ended_by) for g in finish(run)] == [(0, "length"), (1, "length")]
        assert run.figures.forward_passes == 1

    def test_a_long_prompt_is_read_in_portions(self, model, alone, monkeypatch):
        requests = [Request(prompt(n, 50), 3) for n in range(3)]
        expected = [alone(request) for request in requests]
        watch = Watch(model, monkeypatch)
        written = finish(Run(model, requests, Limits(AMPLE, prefill_tokens=40)))
        assert [generation.tokens for generation in written] == expected
        assert watch.tokens[:4] == [40, 40, 40, 30]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"prompt": []}, "no tokens"),
            ({"temperature": -0.1}, "temperature is -0.1"),
            ({"max_tokens": -1}, "max_tokens is -1"),
            ({"timeout_s": -2.0}, "timeout_s is -2.0"),
        ],
    )
    def test_a_request_that_means_nothing_is_refused(self, wrong: dict[str, Any], said):
        with pytest.raises(ValueError, match=said):
            Request(**{"prompt": [1], "max_tokens": 3, **wrong})


class TestCache:
    def test_a_full_cache_makes_requests_wait_and_none_fail(self, model, alone, monkeypatch):
        requests = [Request(prompt(n, 10), 20) for n in range(7)]
        expected = [alone(request) for request in requests]
        watch = Watch(model, monkeypatch)
        limits = tokens_of(model, 100)  # three of 30 tokens, and not four
        assert [generation.tokens for generation in finish(Run(model, requests, limits))] == expected
        assert max(watch.cache_bytes) <= limits.cache_bytes
        assert max(watch.tokens[1:20]) == 3

    def test_what_could_never_fit_is_refused_at_once(self, model):
        with pytest.raises(PromptTooLong, match="31 tokens, and the model takes 30"):
            Run(model, [Request(prompt(0, 11), 20)], tokens_of(model, 30))
        with pytest.raises(PromptTooLong, match="129 tokens, and the model takes 128"):
            Run(model, [Request(prompt(0, 100), 29)], Limits(AMPLE))
        assert len(finish(Run(model, [Request(prompt(0, 10), 20)], tokens_of(model, 30)))) == 1

    def test_a_long_request_gets_its_turn_before_later_short_ones(self, model):
        requests = [Request(prompt(0), 10), Request(prompt(1, 80), 20), *(Request(prompt(n), 4) for n in range(2, 6))]
        run = Run(model, requests, tokens_of(model, 100))
        assert [number for number, _ in run] == [0, 1, 2, 3, 4, 5]

    def test_the_room_of_one_long_request_is_then_that_of_many_short_ones(self, model, alone, monkeypatch):
        requests = [Request(prompt(0, 100), 20), *(Request(prompt(n), 8) for n in range(1, 9))]
        expected = [alone(request) for request in requests]
        watch = Watch(model, monkeypatch)
        limits = tokens_of(model, 120)
        assert [generation.tokens for generation in finish(Run(model, requests, limits))] == expected
        assert watch.tokens[-7:] == [8] * 7
        assert max(watch.cache_bytes) <= limits.cache_bytes


class TestSharedBeginnings:
    def test_a_system_prompt_is_read_once(self, model, alone):
        requests = [Request([*SYSTEM, n, *prompt(n)], 8) for n in range(10)]
        run = Run(model, requests, Limits(AMPLE))
        assert [generation.tokens for generation in finish(run)] == [alone(request) for request in requests]
        assert run.figures.prefilled == len(SYSTEM) + 10 * 7
        assert run.figures.shared == 9 * len(SYSTEM)

    def test_who_comes_later_shares_too(self, model, alone):
        requests = [Request([*SYSTEM, n, *prompt(n)], 8) for n in range(5)]
        run = Run(model, requests, Limits(AMPLE, rows=1))
        assert [generation.tokens for generation in finish(run)] == [alone(request) for request in requests]
        assert run.figures.prefilled == len(SYSTEM) + 5 * 7

    def test_one_prompt_with_many_seeds_is_read_once(self, model, alone):
        requests = [Request(SYSTEM, 6, 1.0, seed) for seed in range(5)]
        run = Run(model, requests, Limits(AMPLE))
        assert [generation.tokens for generation in finish(run)] == [alone(request) for request in requests]
        assert run.figures.prefilled == len(SYSTEM)

    def test_a_few_words_alike_are_not_worth_a_copy(self, model):
        run = Run(model, [Request([*SYSTEM[:9], n], 2) for n in range(4)], Limits(AMPLE))
        finish(run)
        assert (run.figures.shared, run.figures.prefill_passes) == (0, 1)


class TestInterruption:
    def test_a_cancelled_text_keeps_what_it_has_and_frees_its_slot(self, model, alone):
        requests = [Request(prompt(n), 20) for n in range(3)]

        def stop_the_first(ticket: Ticket, _: tuple[int, ...]) -> None:
            if ticket.number == 0 and len(ticket.tokens) == 5:
                ticket.cancel()

        run = Run(model, requests, Limits(AMPLE, rows=2), on_progress=stop_the_first)
        first, second, third = finish(run)
        assert (first.tokens, first.ended_by) == (alone(requests[0])[:5], "cancelled")
        assert [second.tokens, third.tokens] == [alone(request) for request in requests[1:]]
        assert second.ended_by == third.ended_by == "length"
        assert run.figures.decode_passes < 20 + 10  # the third did not wait for the second

    def test_another_thread_may_cancel(self, model):
        def cancel_from_a_thread(ticket: Ticket, _: tuple[int, ...]) -> None:
            thread = Thread(target=ticket.cancel)
            thread.start()
            thread.join()

        (generation,) = finish(Run(model, [Request(prompt(0), 9)], Limits(AMPLE), on_progress=cancel_from_a_thread))
        assert (len(generation.tokens), generation.ended_by) == (1, "cancelled")

    def test_who_still_waits_may_be_cancelled(self, model):
        run = Run(model, [Request(prompt(n), 5) for n in range(3)], Limits(AMPLE, rows=1))
        run.tickets[1].cancel()
        assert [(len(g.tokens), g.ended_by) for g in finish(run)] == [(5, "length"), (0, "cancelled"), (5, "length")]

    def test_who_has_ended_is_not_cancelled(self, model):
        run = Run(model, [Request(prompt(0), 5)], Limits(AMPLE))
        (generation,) = finish(run)
        run.tickets[0].cancel()
        assert run.tickets[0].generation == generation
        assert generation.ended_by == "length"

    def test_a_text_ends_when_its_time_is_over(self, model, alone):
        clock = Clock()

        def pass_a_second(ticket: Ticket, _: tuple[int, ...]) -> None:
            clock.time_s += ticket.number == 0

        requests = [Request(prompt(0), 20, timeout_s=7.0), Request(prompt(1), 10), Request(prompt(2), 9, timeout_s=6.5)]
        run = Run(model, requests, Limits(AMPLE, rows=2), on_progress=pass_a_second, clock=clock)
        first, second, waited = finish(run)
        assert (first.tokens, first.ended_by, first.duration_s) == (alone(requests[0])[:7], "timeout", 7.0)
        assert (second.tokens, second.ended_by) == (alone(requests[1]), "length")
        assert (waited.tokens, waited.ended_by, waited.first_token_s) == ((), "timeout", None)

    def test_the_callers_error_loses_no_text(self, model, alone):
        requests = [Request(prompt(n), 6) for n in range(3)]
        calls = Counter[int]()

        def fail_once(ticket: Ticket, _: tuple[int, ...]) -> None:
            calls[ticket.number] += 1
            if calls[1] == 3:
                calls[1] += 1
                raise KeyError("the caller's own")

        run = Run(model, requests, Limits(AMPLE), on_progress=fail_once)
        with pytest.raises(KeyError):
            finish(run)
        assert [generation.tokens for generation in finish(run)] == [alone(request) for request in requests]

    def test_the_callers_error_loses_no_one_who_waits(self, model):
        def fail(_: Ticket, new: tuple[int, ...]) -> None:
            if new == (1,):
                raise KeyError("the caller's own")

        requests = [Request(prompt(n), 5, constraint=Pattern(n)) for n in range(3)]
        run = Run(model, requests, Limits(AMPLE), on_progress=fail)
        with pytest.raises(KeyError):
            finish(run)
        assert dict(run) == {n: Generation((n,), "stop") for n in range(3)}


class TestConstraints:
    PARTS = (1, 2, {5, 6, 7}, 3, 4, 8, {10, 11, 12}, {20, 30}, 9)

    def test_forced_tokens_need_no_pass_of_their_own(self, model):
        run = Run(model, [Request(prompt(0), 30, constraint=Pattern(*self.PARTS))], Limits(AMPLE))
        (generation,) = finish(run)
        for token, part in zip(generation.tokens, self.PARTS, strict=True):
            assert token in part if isinstance(part, set) else token == part
        assert (generation.ended_by, generation.forced) == ("stop", 6)
        assert (run.figures.written, run.figures.forced, run.figures.forward_passes) == (9, 6, 3)

    def test_the_choice_is_the_likeliest_that_is_allowed(self, model, alone):
        text = [*prompt(0), 1, 2]
        for _ in range(3):
            text += alone(Request(text, 1))
        free = text[len(prompt(0)) + 2 :]
        allowed = Pattern(1, 2, *({token, *({0} - set(free))} for token in free))
        run = Run(model, [Request(prompt(0), 9, constraint=allowed)], Limits(AMPLE))
        assert finish(run)[0].tokens == (1, 2, *free)

    @pytest.mark.parametrize("temperature", [0.0, 0.8])
    def test_a_constrained_text_is_the_same_alone_and_among_others(self, model, alone, temperature):
        def requests() -> list[Request]:
            patterns = [self.PARTS[start:] * (start + 1) for start in range(5)]
            bound = [Request(prompt(n), 40, temperature, n, constraint=Pattern(*p)) for n, p in enumerate(patterns)]
            return [*bound, *(Request(prompt(n), 15, temperature, n) for n in range(5, 9))]

        together = finish(Run(model, requests(), Limits(AMPLE, rows=6)))
        assert [generation.tokens for generation in together] == [alone(request) for request in requests()]

    def test_forced_tokens_keep_to_the_budget(self, model):
        run = Run(model, [Request(prompt(0), 4, constraint=Pattern(1, {2, 3}, 4, 5, 6))], Limits(AMPLE))
        (generation,) = finish(run)
        assert (generation.tokens[0], generation.tokens[2:], generation.ended_by) == (1, (4, 5), "length")

    def test_a_text_that_is_wholly_forced_needs_no_model(self, model):
        told: list[tuple[int, ...]] = []
        run = Run(
            model,
            [Request(prompt(0), 9, constraint=Pattern(1, 2, 3)), Request(prompt(0), 2, constraint=Pattern(1, 2, 3))],
            Limits(AMPLE),
            on_progress=lambda _, new: told.append(new),
        )
        assert [(g.tokens, g.ended_by) for g in finish(run)] == [((1, 2, 3), "stop"), ((1, 2), "length")]
        assert (run.figures.forward_passes, told) == (0, [(1, 2, 3), (1, 2)])

    def test_a_forced_end_token_ends_the_text(self, model):
        request = Request(prompt(0), 9, stop=frozenset({3}), constraint=Pattern({1, 2}, 8, 3, 9))
        (generation,) = finish(Run(model, [request], Limits(AMPLE)))
        assert (generation.tokens[1:], generation.ended_by) == ((8,), "stop")

    @pytest.mark.parametrize(
        ("method", "tokens"), [("forced", ()), ("allowed", (1,)), ("advance", ())], ids=["forced", "allowed", "advance"]
    )
    def test_a_constraint_that_gives_up_ends_its_own_text_alone(self, model, alone, method, tokens):
        class GivesUp(Pattern):
            def __getattribute__(self, name: str) -> Any:
                if name == method and self._place == len(tokens):
                    raise GrammarRejected("it has outgrown its limits")
                return super().__getattribute__(name)

        requests = [Request(prompt(n), 6) for n in range(3)]
        failing = Request(prompt(3), 6, constraint=GivesUp({1}, {2, 3}, {4}))
        failed, *others = finish(Run(model, [failing, *requests], Limits(AMPLE)))
        assert (failed.tokens, failed.ended_by, str(failed.error)) == (tokens, "failed", "it has outgrown its limits")
        assert [generation.tokens for generation in others] == [alone(request) for request in requests]
        assert all(generation.error is None for generation in others)

    def test_a_dead_end_is_named(self, model):
        (failed,) = finish(Run(model, [Request(prompt(0), 9, constraint=Pattern({1}, set()))], Limits(AMPLE)))
        assert (failed.tokens, failed.ended_by) == ((1,), "failed")
        assert "allows no token after 1" in str(failed.error)


class TestProgress:
    def test_tokens_are_told_as_they_are_written(self, model):
        told: dict[int, list[int]] = {0: [], 1: []}

        def tell(ticket: Ticket, new: tuple[int, ...]) -> None:
            assert ticket.generation is None
            told[ticket.number] += new
            assert ticket.tokens == tuple(told[ticket.number])

        requests = [Request(prompt(0), 6), Request(prompt(1), 20, constraint=Pattern({1, 2}, 3, 4, {5, 6}))]
        written = finish(Run(model, requests, Limits(AMPLE), on_progress=tell))
        assert [tuple(told[n]) for n in range(2)] == [generation.tokens for generation in written]

    def test_figures_are_in_seconds_of_the_clock(self, model, monkeypatch):
        clock = Clock()
        forward = model.forward

        def slow_forward(*args: Any) -> torch.Tensor:
            clock.time_s += 0.5
            return forward(*args)

        monkeypatch.setattr(model, "forward", slow_forward)
        run = Run(model, [Request(prompt(n), 4) for n in range(3)], Limits(AMPLE), clock=clock)
        written = finish(run)
        assert [(g.first_token_s, g.duration_s) for g in written] == [(0.5, 2.0)] * 3
        assert (run.figures.written, run.figures.duration_s, run.figures.tokens_per_s) == (12, 2.0, 6.0)

    def test_a_run_that_did_nothing_has_no_speed(self, model):
        assert Run(model, [], Limits(AMPLE)).figures.tokens_per_s == 0

    def test_each_experts_load_is_counted_where_it_is_asked_for(self, model):
        requests = [Request(prompt(n), 5) for n in range(3)]
        run = Run(model, requests, Limits(AMPLE), counts_experts=True)
        finish(run)
        config, load = model.config, run.figures.expert_load
        assert load is not None and load.shape == (config.num_layers, config.num_experts)
        read = sum(len(request.prompt) + request.max_tokens - 1 for request in requests)
        assert load.sum(1).tolist() == [read * config.num_experts_per_tok] * config.num_layers
        assert (load <= read).all()
        unasked = Run(model, requests, Limits(AMPLE))
        finish(unasked)
        assert unasked.figures.expert_load is None
        assert load.sum(1).tolist() == [read * config.num_experts_per_tok] * config.num_layers


class TestMemory:
    @pytest.mark.parametrize(
        "error",
        [
            torch.OutOfMemoryError("the card is full"),
            MemoryError(),
            RuntimeError("HIP out of memory."),
            RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_no_text_is_lost_and_the_size_is_remembered(self, model, alone, monkeypatch, error):
        requests = [Request([*SYSTEM, n, *prompt(n)], 12, 0.8, n) for n in range(10)]
        expected = [alone(request) for request in requests]
        watch = Watch(model, monkeypatch, most_rows=3)
        watch.error = error
        limits = Limits(AMPLE)
        run = Run(model, requests, limits)
        assert [generation.tokens for generation in finish(run)] == expected
        assert limits.rows == 2
        again = Run(model, requests, limits)
        assert [generation.tokens for generation in finish(again)] == expected
        assert (run.figures.out_of_memory, again.figures.out_of_memory) == (2, 0)

    def test_texts_in_the_midst_of_writing_go_on(self, model, monkeypatch):
        def requests() -> list[Request]:
            bound = [Request(prompt(n), 40, 0.8, n, constraint=Pattern(*TestConstraints.PARTS)) for n in range(4)]
            return [*bound, *(Request(prompt(n), 15, 0.8, n) for n in range(4, 8))]

        expected = finish(Run(model, requests(), Limits(AMPLE)))
        watch = Watch(model, monkeypatch)
        told = Counter[int]()

        def fill_up(ticket: Ticket, new: tuple[int, ...]) -> None:
            told[ticket.number] += len(new)
            if told[5] == 4:
                watch._most_rows = 3

        run = Run(model, requests(), Limits(AMPLE), on_progress=fill_up)
        assert finish(run) == expected
        assert run.figures.out_of_memory > 0
        assert [told[n] for n in range(8)] == [len(generation.tokens) for generation in expected]

    def test_where_not_even_one_row_fits_the_error_is_the_callers(self, model, monkeypatch):
        Watch(model, monkeypatch, most_rows=0)
        with pytest.raises(torch.OutOfMemoryError):
            finish(Run(model, [Request(prompt(n), 3) for n in range(2)], Limits(AMPLE)))

    def test_another_error_is_not_taken_for_it(self, model, monkeypatch):
        Watch(model, monkeypatch, most_rows=1).error = RuntimeError("a shape is wrong")
        with pytest.raises(RuntimeError, match="a shape is wrong"):
            finish(Run(model, [Request(prompt(n), 3) for n in range(2)], Limits(AMPLE)))
