"""`manage.py serve`: everything at once, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PROJECT = Path(__file__).resolve().parents[4]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_port_in_use_is_told_with_another_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} can't be used.*--port {port + 1}"):
            call_command("serve", "--port", str(port))


def test_a_port_that_is_none_is_refused():
    with pytest.raises(CommandError, match="Port 70000 can't be used"):
        call_command("serve", "--port", "70000")


def test_a_broker_that_is_down_is_told(tmp_path):
    env = {"TANDEM_STATE": str(tmp_path), "BROKER_URL": f"amqp://guest:guest@127.0.0.1:{free_port()}//"}
    result = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(free_port())],
        cwd=PROJECT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert "CommandError: The broker can't be reached" in result.stderr
    assert "Traceback" not in result.stderr


def is_answered(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def members(state):
    """The process ids of all that was started for this state folder."""
    mark = f"TANDEM_STATE={state}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (path / "environ").read_bytes().split(b"\0"):
                found.append(int(path.name))
        except OSError:
            continue
    return found


def test_desk_workers_and_scheduler_run_until_they_are_stopped(tmp_path):
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name != "TANDEM_BASE_URL"}
    log = tmp_path / "log"
    with log.open("w") as out:
        serving = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=PROJECT,
            env=env | {"TANDEM_STATE": str(tmp_path / "state")},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: is_answered(f"http://127.0.0.1:{port}/login/"), log)
        # The first tick is sent at the start, and taken by the worker.
        wait_until(lambda: (tmp_path / "state" / "tick").exists(), log)
        wait_until(lambda: "gpu@" in log.read_text(), log)
        assert f"The desk: http://127.0.0.1:{port}/" in log.read_text()
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0
    finally:
        if serving.poll() is None:
            serving.terminate()
            serving.wait(30)
    assert "Traceback" not in log.read_text()
    assert {line.split(" | ")[0].strip() for line in log.read_text().splitlines() if " | " in line} >= {"web", "gpu"}
    assert not re.search(r"started again", log.read_text())
    wait_until(lambda: not members(tmp_path / "state"), log)


def wait_until(condition, log):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.2)
