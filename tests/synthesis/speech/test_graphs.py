"""Recordings of a function, with a recorder that needs no GPU; on a GPU, with the real one, too."""

from __future__ import annotations

import pytest
import torch

from synthesis.speech import graphs
from synthesis.speech.graphs import Recorded, record_on_gpu


class Recorder:
    """Notes the shapes that it was asked to record, and each replay."""

    def __init__(self):
        self.recorded, self.replayed = [], []

    def __call__(self, function, inputs):
        self.recorded.append(tuple(inputs[0].shape))

        def replay(*given):
            self.replayed.append(tuple(given[0].shape))
            return function(*given)

        return replay


def doubled(x):
    return (2 * x,)


def test_a_shape_is_recorded_when_it_comes_again():
    recorder = Recorder()
    function = Recorded(doubled, recorder)
    for x in (torch.ones(2), torch.ones(3), torch.ones(2), torch.full((2,), 5.0)):
        assert torch.equal(function(x)[0], 2 * x)
    assert recorder.recorded == [(2,)] and recorder.replayed == [(2,), (2,)]
    function(torch.ones(3, dtype=torch.float64))  # another number type is another recording
    assert recorder.recorded == [(2,)]


def test_the_longest_unused_recording_is_dropped(monkeypatch):
    monkeypatch.setattr(graphs, "MOST_RECORDINGS", 2)
    recorder = Recorder()
    function = Recorded(doubled, recorder)
    for length in (1, 1, 2, 2, 1, 3, 1, 2):
        function(torch.ones(length))
    # The 3 drove out the 2, which had to be seen anew; the 1 was in use.
    assert recorder.recorded == [(1,), (2,)]
    function.forget()
    function(torch.ones(1))
    assert recorder.recorded == [(1,), (2,)]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_recorded_graph_gives_what_the_function_gives():
    x, y = torch.randn(2, 64, device="cuda")
    replay = record_on_gpu(lambda a: (torch.sin(a) + 1,), (x,))
    kept = replay(x)[0]
    torch.testing.assert_close(replay(y)[0], torch.sin(y) + 1)
    torch.testing.assert_close(kept, torch.sin(x) + 1)  # the caller's own: a later replay leaves it as it is
