"""Decoding steps that are recorded once and replayed: on a GPU as CUDA graphs, one for each bucket of tokens.

A step of 48 layers is some 700 launches, for which Python takes several times as long as the GPU for what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from synthesis.language.kv_cache import KVCache, Span
from synthesis.language.model import LanguageModel

BUCKETS = (1, 2, 4, 8, 16, 32, 64)
SPARE = 4  # a recording of so many times the tokens serves too: to record takes longer than dozens of steps

Work = Callable[[], Tensor]
Recorder = Callable[[Work], Work]
"""Turns work into its replay, which reads and writes the same tensors, and returns the same one each time."""


class GraphRecorder:
    """Records CUDA graphs that share one pool of memory: what a replay returns is good until the next one."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, work: Work) -> Work:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            work()  # compiles and loads what it launches, which a recording may not
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # The voice may be at work in another thread.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            out = work()

        def replay() -> Tensor:
            graph.replay()
            return out

        return replay


class RecordedSteps:
    """Passes over up to BUCKETS[-1] new tokens of the cache's rows, whichever row each belongs to.

    A pass is filled up to its bucket with copies of its first token: they write what that writes, and hit no expert
    that it does not. `recorder` makes a Recorder, a new one whenever the cache was moved and all must be recorded anew.
    """

    def __init__(self, model: LanguageModel, cache: KVCache, recorder: Callable[[], Recorder] = GraphRecorder):
        self._model, self._cache, self._recorder = model, cache, recorder
        # Tokens, rows, positions, and where in the pass each row's new tokens end.
        self._inputs = torch.zeros(4, BUCKETS[-1], dtype=torch.int64, device=model.device)
        self._replays: dict[int, Work] = {}
        self._record: Recorder | None = None
        self._moves = cache.moves

    def takes(self, feeds: Sequence[Sequence[int]]) -> bool:
        return sum(map(len, feeds)) <= BUCKETS[-1]

    def logits(self, feeds: Sequence[Sequence[int]], starts: Sequence[int]) -> Tensor:
        """Feed row b the tokens `feeds[b]`, the first of them at place `starts[b]`.

        Returns (B, V) float32, of each row's last token: good until the next call.
        """
        if self._moves != self._cache.moves:
            self.forget()
        bucket = self._bucket(sum(map(len, feeds)))
        self._inputs.copy_(torch.tensor(_padded(feeds, starts)))
        if bucket not in self._replays:
            self._record = self._record or self._recorder()
            self._replays[bucket] = self._record(partial(self._step, bucket))
        return self._replays[bucket]()[: len(feeds)]

    def _bucket(self, tokens: int) -> int:
        """The smallest that is recorded and not much too large, or else the smallest that is large enough."""
        recorded = (size for size in sorted(self._replays) if tokens <= size <= SPARE * tokens)
        return next(recorded, None) or next(size for size in BUCKETS if tokens <= size)

    def forget(self) -> None:
        """Let go of all recordings, and of the memory that they hold."""
        self._replays.clear()
        self._record, self._moves = None, self._cache.moves

    def _step(self, bucket: int) -> Tensor:
        tokens, rows, positions, last = (given[:bucket] for given in self._inputs)
        hidden = self._model(tokens, Span(rows, positions, last, None, ()), self._cache)
        return self._model.logits(hidden[last])


def _padded(feeds: Sequence[Sequence[int]], starts: Sequence[int]) -> list[list[int]]:
    tokens = [token for feed in feeds for token in feed]
    rows = [row for row, feed in enumerate(feeds) for _ in feed]
    positions = [start + n for start, feed in zip(starts, feeds, strict=True) for n in range(len(feed))]
    last, end = [], -1
    for feed in feeds:
        end += len(feed)
        last.append(end)
    return [given + given[:1] * (BUCKETS[-1] - len(given)) for given in (tokens, rows, positions, last)]
