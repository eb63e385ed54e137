from __future__ import annotations

import time
from pathlib import Path

import pytest

from briefings.parsers import Child, ChildDied

SCRIPT = """
import sys, time
sys.path.insert(0, {folder!r})
from child import serve

def work(question, body):
    if question["do"] == "hang":
        time.sleep(60)
    if question["do"] == "spin":
        while True:
            pass
    if question["do"] == "eat":
        return {{"length": len(bytearray(1 << 30))}}
    if question["do"] == "fail":
        raise ValueError("a broken page")
    return {{"length": len(body)}}

serve(work, memory_bytes=256 << 20, cpu_s=1)
"""


@pytest.fixture
def child(tmp_path):
    import briefings.parsers

    path = tmp_path / "script.py"
    path.write_text(SCRIPT.format(folder=str(Path(briefings.parsers.__file__).parent)))
    child = Child(path, wall_s=2.5)
    yield child
    child.close()


def test_it_answers_again_and_again(child):
    assert [child.ask({"do": "count"}, b"x" * n)["length"] for n in (0, 5, 100_000)] == [0, 5, 100_000]


def test_a_failure_is_an_answer(child):
    assert child.ask({"do": "fail"}, b"")["error"] == "ValueError: a broken page"


def test_too_much_memory_is_an_answer(child):
    assert "memory" in child.ask({"do": "eat"}, b"")["error"]


@pytest.mark.parametrize("deed", ["hang", "spin"])
def test_a_hanging_child_is_killed_and_the_next_question_answered(child, deed):
    started = time.monotonic()
    with pytest.raises(ChildDied):
        child.ask({"do": deed}, b"")
    assert time.monotonic() - started < 6
    assert child.ask({"do": "count"}, b"abc")["length"] == 3
