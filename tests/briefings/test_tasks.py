"""Tasks on the embedded broker: what is sent, to which queue, and that a worker takes it on from there."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.utils.timezone import now

from briefings import artwork, engines, schedule, tasks
from briefings.celery import app, broker_options
from briefings.errors import NothingToSay
from briefings.models import Episode, Feed, Script
from briefings.pipeline import stages
from tests.factories import make_episode, make_feed, make_show
from tests.fakes import FakeStudio, FakeWriter

Status = Episode.Status
MESSAGES = Path(settings.QUEUE_DIR) / "messages"


@pytest.fixture
def queue(transactional_db):
    """The messages that were sent: (queue, task, arguments)."""
    for left in MESSAGES.glob("*"):
        left.unlink()

    def sent():
        found = []
        for path in sorted(MESSAGES.glob("*.msg")):
            message = json.loads(path.read_text())
            arguments = message["headers"]["argsrepr"]
            found.append((path.name.split(".")[-2], message["headers"]["task"].rpartition(".")[2], arguments))
        return sorted(found)

    yield sent
    for left in MESSAGES.glob("*"):
        left.unlink()


@pytest.fixture
def engines_stood_in(monkeypatch, media):
    monkeypatch.setattr(engines, "writer", lambda: FakeWriter())
    monkeypatch.setattr(engines, "studio", lambda show: FakeStudio())
    monkeypatch.setattr(artwork, "png", lambda show: b"")


def test_the_stages_that_use_a_model_go_to_the_gpu_queue(queue):
    for stage in stages.STAGES:
        tasks.enqueue(7, stage.name)
    assert {task: name for name, task, _ in queue()} == {
        "fetch": "default", "read": "default", "group": "default", "plan": "default",
        "write": "gpu", "approve": "default", "voice": "gpu", "publish": "default",
    }  # fmt: skip
    assert {arguments for *_, arguments in queue()} == {"(7,)"}


def test_the_tick_opens_what_is_due_and_sends_for_what_was_lost(queue, monkeypatch):
    monkeypatch.setattr(schedule, "open_due", lambda moment: [])
    feed = make_feed()
    make_show().feeds.add(feed)
    lost = make_episode(status=Status.READ)
    stages.claim(lost.pk, stages.BY_NAME["group"])
    Episode.objects.filter(pk=lost.pk).update(claimed_until=now() - dt.timedelta(seconds=1))
    make_episode(status=Status.WRITTEN)  # waits for an editor
    Feed.objects.exclude(pk=feed.pk).update(next_check_at=now() + dt.timedelta(hours=1))
    tasks.tick()
    assert queue() == [("default", "group", f"({lost.pk},)"), ("default", "refresh", f"({feed.pk},)")]
    assert schedule.last_tick() is not None


def test_what_the_tick_sends_expires_and_what_a_stage_sends_does_not(queue, monkeypatch):
    monkeypatch.setattr(schedule, "open_due", lambda moment: [])
    make_feed()
    tasks.enqueue(make_episode(status=Status.READ).pk, "group")
    assert expiries() == [False]
    tasks.tick()
    assert expiries() == [False, True, True]


def expiries() -> list[bool]:
    heads = [json.loads(path.read_text())["headers"] for path in MESSAGES.glob("*.msg")]
    return sorted(head["expires"] is not None for head in heads)


def test_a_feed_that_was_removed_meanwhile_is_not_refreshed(transactional_db):
    tasks.refresh(404)
    assert not Feed.objects.exists()


def test_a_stage_that_is_held_is_left_alone(queue):
    episode = make_episode(status=Status.READ)
    stages.claim(episode.pk, stages.BY_NAME["group"])
    tasks.group(episode.pk)
    assert queue() == []


def test_a_failed_stage_sends_for_nothing(queue):
    episode = make_episode(status=Status.GROUPED)
    with pytest.raises(NothingToSay):
        tasks.plan(episode.pk)
    assert queue() == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_an_edition_from_its_rundown_to_the_feed(queue, engines_stood_in):
    episode = make_episode(make_show(auto_approve=True, auto_publish=True), Status.PLANNED)
    tasks.enqueue(episode.pk, "write")
    with start_worker(app, pool="solo", perform_ping_check=False, queues=["default", "gpu"]):
        wait_for(episode, Status.PUBLISHED)
    assert [run.stage for run in episode.runs.order_by("pk")] == ["write", "approve", "voice", "publish"]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_comes_five_times_takes_effect_once(queue, engines_stood_in):
    episode = make_episode(status=Status.APPROVED)
    Script.objects.filter(episode=episode).update(approved_at=now(), approved_sha256=episode.script.sha256)
    for _ in range(5):
        tasks.enqueue(episode.pk, "voice")
    with start_worker(app, pool="solo", perform_ping_check=False, queues=["default", "gpu"]):
        wait_for(episode, Status.VOICED)
        deadline = time.monotonic() + 20
        while queue() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert episode.runs.count() == 1
    assert episode.recordings.count() == 1


def wait_for(episode, status):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        episode.refresh_from_db()
        if episode.status == status:
            return
        time.sleep(0.05)
    pytest.fail(f"the episode is {episode.status}: {episode.error_message}")


def test_the_promises_about_messages_are_set():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.beat_schedule["tick"]["schedule"] == 60


def test_a_broker_is_taken_from_the_settings(tmp_path):
    assert broker_options("redis://127.0.0.1/3", tmp_path) == {"broker_url": "redis://127.0.0.1/3"}
    assert list(tmp_path.iterdir()) == []
    broker_options("", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["control", "messages"]
