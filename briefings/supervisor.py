"""Runs several programs as one: their lines prefixed, the dead ones started again, all of them stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import TextIO

GRACE_S = 8.0
LONGEST_WAIT_S = 30.0
STEADY_S = 60.0  # who ran for so long starts again at once
LOOK_EVERY_S = 0.2


class Program:
    """A child in a process group of its own, so that its own children go with it."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], out: TextIO):
        self.name, self._command, self._env, self._out = name, list(command), dict(env), out
        self._running: subprocess.Popen[str] | None = None
        self._started = self._next_start = 0.0
        self._wait_s = 1.0

    def keep(self) -> None:
        """Start it if it is due. Call this often."""
        if self._running and (code := self._running.poll()) is not None:
            self._died(code)
        if self._running is None and time.monotonic() >= self._next_start:
            self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        self._running = subprocess.Popen(
            self._command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._relay, args=[self._running.stdout], daemon=True).start()

    def _died(self, code: int) -> None:
        assert self._running is not None
        _signal_group(self._running, signal.SIGKILL)  # what it may have left behind
        self._running = None
        self._wait_s = 1.0 if time.monotonic() - self._started > STEADY_S else min(LONGEST_WAIT_S, self._wait_s * 2)
        self._next_start = time.monotonic() + self._wait_s
        self.say(f"ended with status {code}; it is started again in {self._wait_s:.0f} s")

    def _relay(self, lines: TextIO) -> None:
        for line in lines:
            self.say(line.rstrip("\n"))

    def say(self, line: str) -> None:
        self._out.write(f"{self.name:<7} | {line}\n")
        self._out.flush()

    def ask_to_stop(self) -> None:
        if self._running:
            _signal_group(self._running, signal.SIGTERM)

    def stop(self, deadline: float) -> None:
        """Wait for it until `deadline`, then kill it and all that it started."""
        if not self._running:
            return
        try:
            self._running.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say("did not stop in time, and is ended; what it was at is taken up again later")
        _signal_group(self._running, signal.SIGKILL)
        self._running.wait()
        self._running = None


def _signal_group(running: subprocess.Popen[str], number: int) -> None:
    try:
        os.killpg(running.pid, number)
    except ProcessLookupError:
        pass


def run(commands: Mapping[str, Sequence[str]], *, env: Mapping[str, str], out: TextIO | None = None) -> None:
    """Run the commands until SIGINT or SIGTERM comes, then stop them all. Call this in the main thread."""
    programs = [Program(name, command, env, out or sys.stdout) for name, command in commands.items()]
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        while not stopping.wait(LOOK_EVERY_S):
            for program in programs:
                program.keep()
    finally:
        deadline = time.monotonic() + GRACE_S
        for program in programs:
            program.ask_to_stop()
        for program in programs:
            program.stop(deadline)
        for number, previous in before.items():
            signal.signal(number, previous)
