"""Cores are shared out: never more threads at work than cores, and none idle where a part of an utterance waits."""

from __future__ import annotations

import threading
import time

import pytest
import torch

from synthesis.speech.crew import Crew, idle_crew

PATIENCE_S = 10


@pytest.fixture
def crew_of():
    crews, threads = [], torch.get_num_threads()

    def made(cores):
        crews.append(Crew(cores))
        return crews[-1]

    yield made
    for crew in crews:
        crew.close()
    torch.set_num_threads(threads)


class Gauge:
    """How many threads are in it at once."""

    def __init__(self):
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def part(self, value):
        def work():
            with self._lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
            time.sleep(0.01)
            with self._lock:
                self.inside -= 1
            return torch.tensor(value)

        return work


def parts_of(parts):
    return [int(result) for result in idle_crew().together(parts)]


def test_an_idle_core_takes_a_part_while_the_other_does_its_own(crew_of):
    meeting = threading.Barrier(2, timeout=PATIENCE_S)

    def part():
        return torch.tensor(meeting.wait())

    (found,) = crew_of(2).each(lambda _: parts_of([part, part]), [0])
    assert sorted(found) == [0, 1]


def test_results_come_in_the_order_of_the_parts_and_of_the_items(crew_of):
    gauge, crew = Gauge(), crew_of(3)
    found = crew.each(lambda item: crew.together([gauge.part(10 * item + i) for i in range(5)]), [1, 2])
    assert [list(map(int, parts)) for parts in found] == [[10, 11, 12, 13, 14], [20, 21, 22, 23, 24]]


def test_no_more_threads_are_at_work_than_there_are_cores(crew_of):
    gauge, crew = Gauge(), crew_of(2)
    list(crew.each(lambda item: crew.together([gauge.part(i) for i in range(4)]), range(6)))
    assert gauge.most == 2
    assert crew.has_idle


def test_no_core_is_idle_while_each_has_an_utterance_nor_for_strangers(crew_of):
    meeting = threading.Barrier(2, timeout=PATIENCE_S)

    def work(_):
        meeting.wait()
        found = idle_crew()
        meeting.wait()
        return found

    assert list(crew_of(2).each(work, range(2))) == [None, None]
    assert list(crew_of(1).each(lambda _: idle_crew(), range(2))) == [None, None]
    assert idle_crew() is None


def test_the_error_of_a_part_is_raised_and_gives_its_core_back(crew_of):
    crew = crew_of(2)

    def broken():
        raise ArithmeticError("a part")

    with pytest.raises(ArithmeticError, match="a part"):
        list(crew.each(lambda _: crew.together([lambda: torch.tensor(1), broken]), [0]))
    assert list(crew.each(lambda _: parts_of([lambda: torch.tensor(1)]), [0])) == [[1]]
