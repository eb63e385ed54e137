"""Takes one edition down the whole line with workers that are killed, once in every stage; prints what came of it.

Run as `python doomed_workers.py POINT NEWSSTAND` with a TANDEM_STATE of its own. POINT says where in each stage the
worker gets its SIGKILL: "start" before its work, "end" after its work and before anything is stored, "commit" while
it is being stored, "sent" once it is stored and before the next stage is sent for. Writer and studio are stand-ins.
Workers are forked from one process that has everything imported; that is all that makes them start quickly.
"""

# ruff: noqa: E402  Django is set up before anything that has models is imported
from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import sqlite3
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "briefings.settings")
sys.path.insert(0, os.getcwd())

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from briefings import engines, podcast_feed, schedule
from briefings.celery import app
from briefings.models import Episode, Feed
from briefings.pipeline import approve, fetch, group, plan, publish, read, stages, voice, write
from briefings.sample.newsstand import OUTLETS
from tests.factories import make_show
from tests.fakes import FakeStudio, FakeWriter

MODULES = {
    "fetch": fetch, "read": read, "group": group, "plan": plan,
    "write": write, "approve": approve, "voice": voice, "publish": publish,
}  # fmt: skip
STUDIO, WRITER = FakeStudio(), FakeWriter()
LEASE = dt.timedelta(seconds=1.0)
TICK_S = 0.5
TIMEOUT_S = 100


def main(point: str, newsstand: str) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.STATE_DIR.joinpath("killed").mkdir(parents=True)
    call_command("migrate", verbosity=0)
    episode = open_edition(newsstand)
    connection.close()
    shorten_times()
    stand_in()
    {"start": kill_at_start, "end": kill_at_end, "commit": kill_at_commit, "sent": kill_once_stored}[point]()
    lives = live(episode.pk)
    print(json.dumps(found(lives)))


def open_edition(newsstand: str) -> Episode:
    show = make_show(slug="wire", weekdays=[], auto_approve=True, auto_publish=True, minutes=4)
    for outlet in OUTLETS:
        show.feeds.add(Feed.objects.create(url=f"{newsstand}/feeds/{outlet.slug}", outlet=outlet.name, is_sample=True))
    return schedule.open_edition(show, now().astimezone(show.zone).date())


def shorten_times() -> None:
    stages.LEASE, stages.HEARTBEAT_S = LEASE, 0.2
    app.conf.beat_schedule["tick"]["schedule"] = TICK_S
    app.conf.broker_transport_options["polling_interval"] = 0.05


def stand_in() -> None:
    engines.writer = lambda: WRITER
    engines.studio = lambda show: STUDIO
    voice.artwork.png = lambda show: b""


def die_once(stage: str) -> None:
    marker = settings.STATE_DIR / "killed" / stage
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def kill_at_start() -> None:
    def doomed(name, run):
        def run_it(claim):
            die_once(name)
            run(claim)

        return run_it

    for name, module in MODULES.items():
        module.run = doomed(name, module.run)


def kill_at_end() -> None:
    finish = stages.finish

    def doomed(claim, **measurements):
        die_once(claim.stage.name)
        return finish(claim, **measurements)

    stages.finish = doomed


def kill_at_commit() -> None:
    finish = stages.finish

    @contextlib.contextmanager
    def doomed(claim, **measurements):
        with finish(claim, **measurements):
            yield
            die_once(claim.stage.name)

    stages.finish = doomed


def kill_once_stored() -> None:
    advance = stages.advance

    def doomed(episode_id, stage):
        episode = advance(episode_id, stage)
        die_once(stage.name)
        return episode

    stages.advance = doomed


def live(episode_id: int) -> int:
    """Start a worker whenever there is none, until all doomed ones are dead and the episode is published.

    It can be seen published before the last of them has died. Returns how many workers were needed.
    """
    beat = start(lambda: app.Beat(loglevel="ERROR", scheduler_cls="celery.beat:Scheduler", quiet=True).run())
    deadline, lives, worker, error = time.monotonic() + TIMEOUT_S, 0, 0, ""
    try:
        while time.monotonic() < deadline:
            if not worker:
                worker, lives = start(work), lives + 1
            ended, _ = os.waitpid(worker, os.WNOHANG)
            worker = 0 if ended else worker
            if worker and lives > len(MODULES) and column(episode_id, "status") == "published":
                return lives
            if error := column(episode_id, "error_message"):
                break
            time.sleep(0.05)
        raise SystemExit(f"the episode is {column(episode_id, 'status')} after {lives} workers: {error}")
    finally:
        for pid in filter(None, (worker, beat)):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def start(run) -> int:
    pid = os.fork()
    if pid:
        return pid
    run()
    os._exit(0)


def work() -> None:
    app.worker_main(
        ["--quiet", "worker", "-P", "solo", "-Q", "default,gpu", "-l", "ERROR", "--without-gossip", "--without-mingle"]
    )


def column(episode_id: int, name: str) -> str:
    """Asked without Django, whose connection would be shared with the next fork."""
    with contextlib.closing(sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=20)) as database:
        return database.execute(f"SELECT {name} FROM briefings_episode WHERE id = ?", [episode_id]).fetchone()[0]


def found(lives: int) -> dict[str, object]:
    episode = Episode.objects.get()
    recordings = list(episode.recordings.all())
    return {
        "lives": lives,
        "killed": sorted(path.name for path in (settings.STATE_DIR / "killed").iterdir()),
        "episodes": Episode.objects.count(),
        "status": episode.status,
        "guid": str(episode.guid),
        "outcomes": [[run.stage, run.outcome] for run in episode.runs.order_by("pk")],
        "recordings": [recording.path for recording in recordings],
        "files": sorted(
            str(path.relative_to(settings.MEDIA_ROOT)) for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()
        ),
        "turns": episode.script.turns.count(),
        "told": episode.segments.filter(order__isnull=False).count(),
        "feed": podcast_feed.build(episode.show).decode(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
