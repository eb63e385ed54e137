"""`manage.py serve`: web, workers and scheduler together, with no server to install."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError

from briefings import supervisor, tasks

ADDRESS = "127.0.0.1"


class Command(BaseCommand):
    help = "Run the desk, the workers and the scheduler on this machine. Ctrl-C stops all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", metavar="N", type=int, default=8000, help="the desk's port (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        refuse_taken(port)
        call_command("migrate", verbosity=0)
        env = os.environ | {"PYTHONUNBUFFERED": "1"}
        env.setdefault("TANDEM_BASE_URL", f"http://{ADDRESS}:{port}")
        env.setdefault("TANDEM_STATE", str(settings.STATE_DIR))
        tick_now()
        self.stdout.write(f"The desk: http://{ADDRESS}:{port}/  (Ctrl-C stops everything)")
        self.stdout.flush()
        supervisor.run(commands(port), env=env)
        self.stdout.write("Stopped.")


def tick_now() -> None:
    """What was lost when the last worker stopped is taken up at once, and not in a minute."""
    try:
        tasks.tick.apply_async(retry=False)
    except OperationalError as error:
        raise CommandError(f"The broker can't be reached ({error}). Start it, or check BROKER_URL.") from error


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as error:
            other = port + 1 if port < 65535 else 8000
            raise CommandError(
                f"Port {port} can't be used ({error}). Try: python manage.py serve --port {other}"
            ) from error


def commands(port: int) -> dict[str, list[str]]:
    """One process for the models, as a GPU asks for; threads for the rest, which mostly waits for the web."""
    python = [sys.executable, "-m"]
    worker = [
        *python,
        "celery",
        "--quiet",
        "-A",
        "briefings",
        "worker",
        "--without-gossip",
        "--without-mingle",
        "-l",
        "INFO",
    ]
    beat = [
        *python,
        "celery",
        "--quiet",
        "-A",
        "briefings",
        "beat",
        "--scheduler",
        "celery.beat:Scheduler",
        "-l",
        "WARNING",
    ]
    bind = [
        "--bind",
        f"{ADDRESS}:{port}",
        "--workers",
        "1",
        "--threads",
        "8",
        "--graceful-timeout",
        "3",
        "--no-control-socket",
    ]
    return {
        "web": [*python, "gunicorn", "briefings.wsgi", *bind],
        "default": [*worker, "-Q", "default", "-P", "threads", "-c", "4", "-n", "default@%h"],
        "gpu": [*worker, "-Q", "gpu", "-P", "solo", "-n", "gpu@%h"],
        "beat": beat,
    }
