"""The line on the servers of a larger installation. Skipped by name where a server is not running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.service


def need(port: int, name: str) -> None:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        pytest.skip(f"{name} is not running on this machine")


def test_the_stages_hold_their_leases_on_postgresql():
    need(5432, "PostgreSQL")
    user = os.environ.get("PGUSER", "postgres")
    url = f"postgresql://{user}@127.0.0.1:5432/postgres"
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--create-db", "tests/briefings/pipeline/test_stages.py"],
        cwd=PROJECT,
        env=os.environ | {"TANDEM_TEST_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stdout[-3000:]
    assert " passed" in result.stdout and "failed" not in result.stdout


@pytest.mark.parametrize(
    ("port", "url", "name"),
    [(6379, "redis://127.0.0.1:6379/9", "Redis"), (5672, "amqp://guest:guest@127.0.0.1:5672//", "RabbitMQ")],
    ids=["redis", "rabbitmq"],
)
def test_a_tick_goes_through_a_broker(port, url, name, tmp_path):
    """A message sent by one process is taken by a worker that is another, and leaves the tick's mark."""
    need(port, name)
    env = os.environ | {"TANDEM_STATE": str(tmp_path), "BROKER_URL": url}
    python = [sys.executable, "-c"]
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=env, check=True, timeout=120)
    queue = f"test-{os.getpid()}"
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "briefings", "worker", "-P", "solo", "-Q", queue, "-l", "WARNING"],
        cwd=PROJECT,
        env=env,
    )
    try:
        send = f"from briefings.celery import app; app.send_task('briefings.tasks.tick', queue={queue!r})"
        subprocess.run([*python, send], cwd=PROJECT, env=env, check=True, timeout=60)
        ask = "import django; django.setup(); from briefings import schedule; print(schedule.last_tick())"
        env["DJANGO_SETTINGS_MODULE"] = "briefings.settings"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            told = subprocess.run([*python, ask], cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60)
            if "20" in told.stdout:
                return
            time.sleep(1)
        pytest.fail(f"no tick came through {name}: {told.stderr[-500:]}")
    finally:
        worker.terminate()
        worker.wait(timeout=30)
