"""Progress of a command: a bar that moves on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 24
NAME_WIDTH = 8
REDRAW_S = 0.1


class Console:
    """Writes to `out` (the error stream by default, so that a command's JSON stays alone on the standard one)."""

    def __init__(self, out: TextIO | None = None, *, is_quiet: bool = False):
        self._out = out or sys.stderr
        self._is_quiet = is_quiet
        self.is_terminal = self._out.isatty()

    def say(self, line: str = "") -> None:
        if not self._is_quiet:
            self._out.write(line + "\n")
            self._out.flush()

    @contextmanager
    def stage(self, name: str) -> Iterator[Progress]:
        """One line a stage, which ends in its time, or in FAILED."""
        progress = Progress(self, name)
        progress.draw()
        try:
            yield progress
        except BaseException:
            progress.end("FAILED")
            raise
        progress.end("")

    def draw(self, line: str) -> None:
        """Put `line` in the place of the terminal's last one."""
        if self.is_terminal and not self._is_quiet:
            self._out.write(f"\r\x1b[2K{line}")
            self._out.flush()


class Progress:
    """One stage's line. Callable with (steps done, steps in all)."""

    def __init__(self, console: Console, name: str):
        self._console, self._name = console, name
        self._started = time.monotonic()
        self._drawn_at = 0.0
        self._done, self._total = 0, 0

    def __call__(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        if time.monotonic() - self._drawn_at >= REDRAW_S:
            self.draw()

    def draw(self) -> None:
        self._drawn_at = time.monotonic()
        share = self._done / self._total if self._total else 0.0
        filled = round(WIDTH * min(1.0, share))
        count = f"{self._done}/{self._total}" if self._total else ""
        self._console.draw(
            f"{self._name:<{NAME_WIDTH}} [{'#' * filled}{'.' * (WIDTH - filled)}] {self._seconds()} {count}"
        )

    def end(self, word: str) -> None:
        self._console.draw("")
        self._console.say(f"{self._name:<{NAME_WIDTH}} {self._seconds()} {word}".rstrip())

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._started:6.1f} s"
