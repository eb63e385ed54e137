"""A function of tensors as recorded GPU graphs: one launch in the place of a thousand, a recording for each shape."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Function = Callable[..., tuple[Tensor, ...]]
MOST_RECORDINGS = 16


class Recorded:
    """Calls `function`; from the second call with the same shapes on, through a recording of it.

    The function must take and return tensors alone, and never wait for the device. A recording costs as much as some
    twenty calls and keeps its memory, so the longest unused is dropped beyond MOST_RECORDINGS. Results are the
    caller's own. `record` turns the function and one set of inputs into a replayable function.
    """

    def __init__(self, function: Function, record: Callable[[Function, tuple[Tensor, ...]], Function] | None = None):
        self._function = function
        self._record = record or record_on_gpu
        self._recordings: dict[object, Function | None] = {}

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        shapes = tuple((tuple(x.shape), x.dtype) for x in inputs)
        is_known = shapes in self._recordings
        recording = self._recordings.pop(shapes, None)
        if is_known and recording is None:
            recording = self._record(self._function, inputs)
        self._recordings[shapes] = recording
        if len(self._recordings) > MOST_RECORDINGS:
            del self._recordings[next(iter(self._recordings))]
        return recording(*inputs) if recording else self._function(*inputs)

    def forget(self) -> None:
        """Drop all recordings, and with them the memory that they hold."""
        self._recordings.clear()


def record_on_gpu(function: Function, inputs: tuple[Tensor, ...]) -> Function:
    """Record one call as a CUDA graph, after two calls that let libraries and kernels choose and compile."""
    kept = tuple(x.clone() for x in inputs)
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(2):
            function(*kept)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outputs = function(*kept)

    def replay(*given: Tensor) -> tuple[Tensor, ...]:
        for own, new in zip(kept, given, strict=True):
            own.copy_(new)
        graph.replay()
        return tuple(output.clone() for output in outputs)

    return replay
