"""The loop that writes: requests wait, take a slot as one falls free, are read in one go and written token by token."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.errors import PromptTooLong
from synthesis.language.draft import Draft
from synthesis.language.expert_load import ExpertLoad
from synthesis.language.kv_cache import Span
from synthesis.language.model import LanguageModel
from synthesis.language.recorded_steps import RecordedSteps, Recorder
from synthesis.language.requests import Figures, Generation, Progress, Request, Ticket
from synthesis.language.sampler import choose, restrict
from synthesis.language.slots import Slots

OUT_OF_MEMORY = ("out of memory", "not enough memory", "can't allocate memory")


@dataclass(slots=True)
class Limits:
    """What the engine takes on at once. Memory that runs out halves `rows` and `prefill_tokens`, for later runs too."""

    cache_bytes: int
    rows: int = 64
    prefill_tokens: int = 2048

    def halve(self, active: int) -> bool:
        """Whether there was anything left to halve; `active` is the number of rows that were too many."""
        if active <= 1 and self.prefill_tokens <= 1:
            return False
        self.rows = max(1, active // 2)
        self.prefill_tokens = max(1, self.prefill_tokens // 2)
        return True


class Run(Iterator[tuple[int, Generation]]):
    """Yields each request's number and what was written for it, as they end; more may be submitted at any time.

    Prefill and decode are passes apart. A step of the loop ends what was cancelled, fills the free rows from the queue,
    first come, first served, reads their prompts, and then writes one token, and what it forces, in every row. With a
    `recorder` that last pass is recorded once and replayed, unless the experts are counted.
    """

    def __init__(
        self,
        model: LanguageModel,
        requests: Iterable[Request],
        limits: Limits,
        *,
        on_progress: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
        counts_experts: bool = False,
        recorder: Callable[[], Recorder] | None = None,
    ):
        self.tickets: list[Ticket] = []
        self.figures = Figures()
        self._model, self._limits, self._on_progress, self._clock = model, limits, on_progress, clock
        self._device = model.device
        self._slots = Slots(model.config, limits.cache_bytes, device=self._device, dtype=model.dtype)
        self._load = ExpertLoad(model) if counts_experts else None
        # A replay runs no Python, and so no hook that would count.
        recorder = None if counts_experts else recorder
        self._recorded = RecordedSteps(model, self._slots.cache, recorder) if recorder else None
        self.figures.expert_load = self._load.counts if self._load else None
        self._waiting: deque[Draft] = deque()
        self._rows: list[Draft | None] = []
        self._ended: deque[tuple[int, Generation]] = deque()
        for request in requests:
            self.submit(request)

    def submit(self, request: Request) -> Ticket:
        """Put a request at the end of the queue; its ticket's number counts up from 0. Not safe from another thread.

        Raises PromptTooLong if the model's context or the whole cache is too small for it.
        """
        limit = min(self._model.config.max_positions, self._slots.budget_tokens)
        if request.longest > limit:
            raise PromptTooLong(request.longest, limit)
        ticket = Ticket(len(self.tickets), request)
        self.tickets.append(ticket)
        self._waiting.append(Draft(ticket, self._model.config.eos_ids, self._clock()))
        return ticket

    def __next__(self) -> tuple[int, Generation]:
        while not self._ended:
            if not self._waiting and not self._rows:
                raise StopIteration
            self._timed_step()
        return self._ended.popleft()

    def _timed_step(self) -> None:
        started = self._clock()
        ran_out = False
        try:
            with torch.inference_mode(), self._load.watched() if self._load else nullcontext():
                self._step()
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error) or not self._limits.halve(len(self._rows)):
                raise
            ran_out = True
        # Out of the handler, whose traceback would keep the failed pass's tensors alive.
        if ran_out:
            self._retreat()
        self.figures.duration_s += self._clock() - started

    def _step(self) -> None:
        self._end_early()
        self._admit()
        self._read_prompts()
        self._end_early()
        self._close_gaps()
        if self._rows:
            self._write()

    def _end_early(self) -> None:
        """End what was cancelled, has no time left, or had nothing to write from the start."""
        now = self._clock()
        for draft in list(self._waiting):
            draft.interrupt(now)
            if draft.ended_by is not None:
                self._waiting.remove(draft)
                self._finish(draft, now)
        for row, active in enumerate(self._rows):
            if active is not None:
                active.interrupt(now)
                if active.ended_by is not None:
                    self._vacate(row, now)

    def _admit(self) -> None:
        """Give free rows to those who wait, in order, while the cache can hold them."""
        active = [draft.longest for draft in self._rows if draft is not None]
        while self._waiting and len(active) < self._limits.rows:
            active.append(self._waiting[0].longest)
            if not self._slots.can_hold(len(active), max(active)):
                active.pop()
                break
            self._place(self._waiting.popleft())
        self._close_gaps()
        if self._rows:
            self._slots.make_room(len(self._rows), max(active))

    def _place(self, draft: Draft) -> None:
        if None in self._rows:
            self._rows[self._rows.index(None)] = draft
        else:
            self._rows.append(draft)

    def _close_gaps(self) -> None:
        """Decoding reads the rows 0 to B - 1 in place: the last one moves into a gap."""
        while None in self._rows:
            draft = self._rows.pop()
            if draft is not None:
                gap = self._rows.index(None)
                self._slots.move(len(self._rows), gap)
                self._rows[gap] = draft

    def _read_prompts(self) -> None:
        """Prefill. Where several begin alike, one of them reads the beginning, and then the others copy it."""
        left = [row for row, draft in enumerate(self._rows) if draft is not None and draft.needs_reading]
        while left:
            wave = self._all_different(left)
            left = [row for row in left if row not in wave]
            for row in wave:
                self.figures.shared += self._slots.begin(row, self._draft(row).text[:-1])
                self._draft(row).needs_reading = len(self._unread(row)) > 1
            # A row to which its last token alone is new goes straight to the writing.
            wave = [row for row in wave if self._draft(row).needs_reading]
            while wave:
                wave = self._read_portion(wave)

    def _all_different(self, rows: list[int]) -> list[int]:
        """Those of the rows that would not gain from waiting until another of them has been read."""
        chosen: list[int] = []
        for row in rows:
            text = self._draft(row).text[:-1]
            if not any(self._slots.would_share(text, self._draft(other).text) for other in chosen):
                chosen.append(row)
        return chosen

    def _read_portion(self, rows: list[int]) -> list[int]:
        """One pass over at most `prefill_tokens` tokens. Returns the rows that have more to read."""
        feeds: list[list[int]] = []
        left = self._limits.prefill_tokens
        for row in rows:
            feeds.append(self._unread(row)[:left])
            left -= len(feeds[-1])
            if not left:
                break
        hidden = self._pass(feeds, rows[: len(feeds)])
        self.figures.prefill_passes += 1
        self.figures.prefilled += sum(map(len, feeds))
        done = [n for n in range(len(feeds)) if not self._unread(rows[n])]
        if done:
            self._write_next([rows[n] for n in done], self._model.logits(hidden[done]))
        return [row for n, row in enumerate(rows) if n not in done]

    def _write(self) -> None:
        """Decode: one pass for the next token of every row."""
        feeds = [self._unread(row) for row in range(len(self._rows))]
        if self._recorded is not None and self._recorded.takes(feeds):
            logits = self._recorded.logits(feeds, [self._slots.has_read(row) for row in range(len(feeds))])
            for row, feed in enumerate(feeds):
                self._slots.extend(row, feed)
        else:
            logits = self._model.logits(self._pass(feeds))
        self.figures.decode_passes += 1
        self._write_next(range(len(self._rows)), logits)

    def _pass(self, feeds: list[list[int]], rows: list[int] | None = None) -> Tensor:
        """Feed each of the rows, all if they are not named, its new tokens. Returns (B, D), each row's last state."""
        named = range(len(feeds)) if rows is None else rows
        starts = [self._slots.has_read(row) for row in named]
        span = Span.of(starts, [len(feed) for feed in feeds], self._device, rows)
        tokens = torch.tensor([token for feed in feeds for token in feed], device=self._device)
        hidden = self._model(tokens, span, self._slots.cache)
        for row, feed in zip(named, feeds, strict=True):
            self._slots.extend(row, feed)
        return hidden[span.last] if span.stretches else hidden

    def _write_next(self, rows: Sequence[int], logits: Tensor) -> None:
        """Choose each row's next token by its `logits`, (B, V), and write it."""
        drafts = [self._draft(row) for row in rows]
        # While a GPU computes the logits, the CPU fills the masks.
        masks = {n: mask for n, draft in enumerate(drafts) if (mask := draft.allowed()) is not None}
        logits = restrict(logits, masks)
        tokens = choose(logits, [draft.temperature for draft in drafts], [draft.point for draft in drafts])
        now = self._clock()
        for draft, token in zip(drafts, tokens, strict=True):
            draft.needs_reading = False
            if draft.ended_by is None:
                draft.take(token)
        # The caller is told when all is written, and so may raise without harm to any text.
        for row, draft in zip(rows, drafts, strict=True):
            self._report(draft, now)
            if draft.ended_by is not None:
                self._vacate(row, now)

    def _report(self, draft: Draft, now: float) -> None:
        new = draft.news(now)
        self.figures.written += len(new)
        if new and self._on_progress is not None:
            self._on_progress(draft.ticket, new)

    def _vacate(self, row: int, now: float) -> None:
        draft = self._draft(row)
        self._rows[row] = None
        self._finish(draft, now)

    def _finish(self, draft: Draft, now: float) -> None:
        try:
            # Tokens that were forced before the first pass may be all that there is.
            self._report(draft, now)
        finally:
            self.figures.forced += draft.forced
            self._ended.append((draft.ticket.number, draft.finish(now)))

    def _retreat(self) -> None:
        """Memory ran out in the middle of a step: all rows give up their room, and their texts go on from the queue."""
        self.figures.out_of_memory += 1
        active = [draft for draft in self._rows if draft is not None]
        for draft in reversed(active):
            draft.needs_reading = True
            self._waiting.appendleft(draft)
        self._rows.clear()
        if self._recorded is not None:
            self._recorded.forget()
        self._slots.resize(0, 0)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _draft(self, row: int) -> Draft:
        draft = self._rows[row]
        assert draft is not None
        return draft

    def _unread(self, row: int) -> list[int]:
        return self._draft(row).text[self._slots.has_read(row) :]


def _is_out_of_memory(error: BaseException) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(words in said for words in OUT_OF_MEMORY)
