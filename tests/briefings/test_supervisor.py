"""Several programs as one: prefixed, restarted, and all gone at the end, their children too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from briefings import supervisor
supervisor.GRACE_S = 1.0
supervisor.run({name: [sys.executable, "-uc", code] for name, code in %r.items()}, env=%r)
"""


@pytest.fixture
def supervise(tmp_path):
    started = []

    def run(**programs):
        code = {name: textwrap.dedent(program) for name, program in programs.items()}
        script = RUN % (code, dict(os.environ) | {"FOLDER": str(tmp_path)})
        process = subprocess.Popen([sys.executable, "-uc", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid):
    """A killed child of a killed parent stays listed until somebody reaps it; it is dead all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


WAIT = "import time; print('up'); time.sleep(600)"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_of_them(supervise, number):
    process = supervise(one=WAIT, two=WAIT)
    lines = sorted(process.stdout.readline() for _ in range(2))
    assert lines == ["one     | up\n", "two     | up\n"]
    process.send_signal(number)
    assert process.wait(20) == 0


def test_a_program_that_ends_is_started_again(supervise, tmp_path):
    process = supervise(
        brief="""
        import os, pathlib
        print("up", flush=True)
        with open(pathlib.Path(os.environ["FOLDER"]) / "starts", "a") as file:
            file.write("x")
    """
    )
    until(lambda: (tmp_path / "starts").exists() and len((tmp_path / "starts").read_text()) >= 2)
    process.terminate()
    out, _ = process.communicate(timeout=20)
    assert "brief   | ended with status 0; it is started again in 2 s" in out


def test_what_does_not_stop_is_killed_with_its_children(supervise, tmp_path):
    process = supervise(
        stubborn="""
        import os, pathlib, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, 1); time.sleep(600)"])
        time.sleep(0.5)
        pathlib.Path(os.environ["FOLDER"], "pids").write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)
    """
    )
    until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text())
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert all(is_alive(pid) for pid in pids)
    process.terminate()
    assert process.wait(20) == 0
    until(lambda: not any(is_alive(pid) for pid in pids))
