"""What is wrong with this installation, and what to do: the doctor's list, shown at the desk too.

Those checks that are quick and ask no server are also Django's system checks, as warnings: they stop no command.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.utils.timezone import now

from briefings import schedule

if TYPE_CHECKING:  # brings torch
    from synthesis.errors import CheckpointError

State = Literal["ok", "warn", "fail"]
DEVICE_FIX = "Unset COMPUTE_DEVICE, or name a device of this machine."
HASHED_AT_MOST_BYTES = 1_000_000_000
LEAST_FREE_BYTES, LOW_FREE_BYTES = 500_000_000, 2_000_000_000
LATE_TICK_S = 180


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: `message` says what was found, `fix` what to do where it is not ok."""

    name: str
    state: State
    message: str
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def run() -> list[Check]:
    """Every check, in the order in which they build on each other. One that breaks counts as failed."""
    return [found for check in CHECKS for found in _guarded(check)]


def _guarded(check: Callable[[], Iterator[Check]]) -> list[Check]:
    try:
        return list(check())
    except Exception as error:  # the doctor must outlive whatever it finds
        name = check.__name__.replace("_", " ")
        return [Check(name, "fail", f"The check itself broke: {type(error).__name__}: {error}")]


def python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 13):
        yield Check("Python", "ok", version)
    else:
        yield Check("Python", "fail", f"{version}; 3.11 or 3.12 is needed", "make setup PYTHON=/path/to/python3.11")


def state_folder() -> Iterator[Check]:
    folder = settings.STATE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Check("State folder", "fail", f"{folder}: {error.strerror}", "Set TANDEM_STATE to a folder of yours.")
        return
    yield Check("State folder", "ok", str(folder))
    free = shutil.disk_usage(folder).free
    state: State = "fail" if free < LEAST_FREE_BYTES else "warn" if free < LOW_FREE_BYTES else "ok"
    fix = "" if state == "ok" else f"Free some space on the disk of {folder}."
    yield Check("Free disk", state, f"{free / 1e9:.1f} GB", fix)


def database() -> Iterator[Check]:
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Check("Database", "fail", f"It can't be reached: {str(error).strip()}", "Check DATABASE_URL.")
        return
    if waiting:
        yield Check("Database", "fail", f"{len(waiting)} migrations are waiting", "python manage.py migrate")
    else:
        yield Check("Database", "ok", f"{connection.vendor}, up to date")


def ffmpeg() -> Iterator[Check]:
    fix = "Install ffmpeg, or run: .venv/bin/pip install imageio-ffmpeg"
    path = shutil.which("ffmpeg")
    if path is None:
        import imageio_ffmpeg  # asks the disk, so not at start

        try:
            path = imageio_ffmpeg.get_ffmpeg_exe()
        except RuntimeError:
            yield Check("ffmpeg", "fail", "There is none: no MP3 can be made", fix)
            return
    if os.access(path, os.X_OK):
        yield Check("ffmpeg", "ok", path)
    else:
        yield Check("ffmpeg", "fail", f"{path} can't be run", fix)


def models() -> Iterator[Check]:
    """The voice, and whichever model writes: which, why, and whether it can be had."""
    from synthesis.errors import CheckpointError

    for name, check in (("Voice model", _voice), ("Writer model", _writer)):
        try:
            yield check(name)
        except CheckpointError as error:
            yield Check(name, "fail", *_cure(error))
        except RuntimeError as error:
            yield Check(name, "fail", str(error), DEVICE_FIX)


def _cure(error: CheckpointError) -> tuple[str, str]:
    """What is wrong, and what to do."""
    from synthesis.language.server import ServerUnavailable

    if isinstance(error, ServerUnavailable):
        return error.reason, error.advice
    reason, _, command = str(error).partition("; run: ")
    return reason, command or "Set TANDEM_WRITER to what there is, or unset it."


def _voice(name: str) -> Check:
    from synthesis import checkpoint  # brings torch, which takes seconds to import

    return Check(name, "ok", f"{checkpoint.card_of('voice').title}, {_verified('voice')}")


def _writer(name: str) -> Check:
    """Which model writes and why. Raises CheckpointError if it can't be had, RuntimeError for no such device."""
    from briefings import engines

    choice = engines.writers_choice()
    found = f"{choice.title}, {choice.tier} tier, since {choice.because}"
    if choice.tier == "server":
        return _server(name, found)
    if choice.card is None:
        fix = "To have them recorded and verified: python manage.py models install NAME --source FOLDER"
        return Check(name, "warn", f"{found}; its files are taken as they are", fix)
    return Check(name, "ok", f"{found}; {_verified(choice.card.name)}")


def _verified(name: str) -> str:
    """What was found right of a model: every file hashed, or of a large one the sizes. Raises CheckpointError."""
    from synthesis import checkpoint
    from synthesis.errors import CheckpointError

    found = checkpoint.status(name, settings.MODELS_DIR)
    if found.state != "installed":
        raise CheckpointError(checkpoint.advised(found))
    if found.card.size_bytes <= HASHED_AT_MOST_BYTES:
        checkpoint.verify(name, settings.MODELS_DIR)
        return "verified"
    return f"its files have the sizes that were recorded; python manage.py models verify {name} hashes them"


def _server(name: str, found: str) -> Check:
    """Whether the writer's server answers and has the model."""
    from briefings import engines
    from synthesis.language.server import ServerUnavailable

    server = engines.chat_server()
    assert server is not None
    try:
        served = server.served_models()
    except ServerUnavailable as error:
        return Check(name, "fail", f"{found}: {error.reason}", error.advice)
    if server.model not in served:
        listed = ", ".join(served[:5]) or "none"
        return Check(name, "warn", f"{found}; it lists {listed}", "Set TANDEM_WRITER_MODEL to one of them.")
    if server.shows_key:
        return Check(name, "warn", f"{found}; its key travels unencrypted", "Give TANDEM_WRITER_URL as https://...")
    return Check(name, "ok", f"{found}; it answers")


def device() -> Iterator[Check]:
    from synthesis.device import compute_device, cores

    try:
        chosen = compute_device()
    except RuntimeError as error:
        yield Check("Device", "fail", str(error), DEVICE_FIX)
        return
    if chosen.type == "cpu":
        yield Check("Device", "ok", f"CPU, {cores()} cores; make bench says how fast they are")
        return
    import torch

    yield Check("Device", "ok", f"{chosen}: {torch.cuda.get_device_name(chosen)}")


def lexicon() -> Iterator[Check]:
    """The project's own pronunciations, every line read."""
    from synthesis.errors import LexiconRejected
    from synthesis.text.lexicon import read_project  # brings torch

    if settings.LEXICON is None:
        yield Check("Lexicon", "ok", "the built-in one and the shows' own")
        return
    try:
        yield Check("Lexicon", "ok", f"{settings.LEXICON}, {len(read_project(settings.LEXICON))} entries")
    except LexiconRejected as error:
        yield Check("Lexicon", "fail", str(error), "Mend this file, or set TANDEM_LEXICON to another, or unset it.")


def read_back() -> Iterator[Check]:
    """An extra pair of ears is never missed."""
    from synthesis import recogniser  # brings torch

    absent = "TANDEM_READBACK is off" if settings.READBACK == "off" else recogniser.why_absent()
    yield Check("Read-back", "ok", f"nobody listens to new recordings: {absent}" if absent else recogniser.NAME)


def broker() -> Iterator[Check]:
    from briefings.celery import app

    url = settings.BROKER_URL
    name = url.split("@")[-1] if url else f"files in {settings.QUEUE_DIR}"
    try:
        with app.connection_for_write(connect_timeout=3) as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=4)
            if not url:
                with tempfile.TemporaryFile(dir=settings.QUEUE_DIR / "messages"):
                    pass
    except Exception as error:  # every transport has errors of its own
        yield Check("Broker", "fail", f"{name}: {error}", "Start the broker, or check BROKER_URL.")
        return
    yield Check("Broker", "ok", name)


def tick() -> Iterator[Check]:
    last, start = schedule.last_tick(), "python manage.py serve"
    if last is None:
        yield Check("Scheduler", "warn", "It has not ticked yet: no edition opens by itself", start)
    elif (age_s := (now() - last).total_seconds()) > LATE_TICK_S:
        yield Check("Scheduler", "warn", f"Its last tick was {age_s / 60:.0f} minutes ago", start)
    else:
        yield Check("Scheduler", "ok", f"ticked {age_s:.0f} s ago")


def secret_key() -> Iterator[Check]:
    kept = settings.STATE_DIR / "secret_key"
    if len(settings.SECRET_KEY) < 32:
        yield Check("Secret key", "fail", "It is shorter than 32 characters", "Set TANDEM_SECRET_KEY, or unset it.")
    elif kept.exists() and _is_open(kept):
        yield Check("Secret key", "warn", f"Others on this machine can read {kept}", f"chmod 600 {kept}")
    else:
        yield Check("Secret key", "ok", "set")


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)


def base_url() -> Iterator[Check]:
    url = settings.BASE_URL
    if "://127.0.0.1" in url or "://localhost" in url:
        yield Check("Public address", "warn", f"{url} works on this machine alone", "Set TANDEM_BASE_URL to publish.")
    elif not settings.IS_HTTPS:
        yield Check(
            "Public address", "warn", f"{url} is not https, which podcast directories ask for", "Set TANDEM_BASE_URL."
        )
    else:
        yield Check("Public address", "ok", url)


CHECKS = (
    python,
    state_folder,
    database,
    ffmpeg,
    models,
    device,
    lexicon,
    read_back,
    broker,
    tick,
    secret_key,
    base_url,
)
QUICK = (python, state_folder, ffmpeg, secret_key)


@checks.register("tandem")
def installation(**_: Any) -> list[checks.CheckMessage]:
    """The quick ones, for `manage.py check` and the start of every command."""
    found = [item for check in QUICK for item in _guarded(check) if item.state != "ok"]
    return [checks.Warning(f"{item.name}: {item.message}", hint=item.fix, id="tandem.W001") for item in found]
