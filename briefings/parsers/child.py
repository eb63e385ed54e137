"""A child process that parses what the web sent: killable, bounded in memory and processor time, and reused.

Feed and page parsers have inputs on which they take quadratic time or eat memory; here that costs one answer, never the
worker. The protocol is a line of JSON followed by as many bytes as it says, either way.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

Work = Callable[[dict[str, Any], bytes], dict[str, Any]]


class ChildDied(Exception):
    """The child ran past its time or memory over one request. The next request gets a new child."""


class Child:
    """Runs the script `path` as a child and asks it one thing at a time. Safe to share between threads."""

    def __init__(self, path: Path, *, wall_s: float = 15.0):
        self._path, self._wall_s = path, wall_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def ask(self, question: dict[str, Any], body: bytes) -> dict[str, Any]:
        """The child's answer. Raises ChildDied."""
        with self._lock:
            if self._owner != os.getpid():  # a forked worker must not talk into its parent's pipes
                self._owner, self._process = os.getpid(), None
            process = self._process = self._process or self._start()
            timer = threading.Timer(self._wall_s, process.kill)
            timer.daemon = True
            timer.start()
            try:
                assert process.stdin and process.stdout
                _write(process.stdin, question, body)
                answer, _ = _read(process.stdout)
            except (OSError, ValueError, EOFError) as cause:
                self._stop()
                raise ChildDied(f"{self._path.stem} gave up") from cause
            finally:
                timer.cancel()
            return answer

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        # -I: nothing of the environment or of the current folder has a say in what the child imports.
        return subprocess.Popen(
            [sys.executable, "-I", str(self._path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _stop(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()


def serve(work: Work, *, memory_bytes: int, cpu_s: int) -> None:
    """The child's side: answer until the input ends. A failure of `work` is an answer too: {"error": ...}."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            question, body = _read(sys.stdin.buffer)
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        try:
            answer = work(question, body)
        except (MemoryError, RecursionError):
            answer = {"error": "it needs more memory than it may have"}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        _write(sys.stdout.buffer, answer, b"")


def _write(stream: BinaryIO | Any, head: dict[str, Any], body: bytes) -> None:
    line = json.dumps(head | {"size": len(body)})
    stream.write(line.encode() + b"\n")
    stream.write(body)
    stream.flush()


def _read(stream: BinaryIO | Any) -> tuple[dict[str, Any], bytes]:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    body = stream.read(head["size"])
    if len(body) != head["size"]:
        raise EOFError
    return head, body
