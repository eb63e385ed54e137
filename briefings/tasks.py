"""One task a stage, and the minute's tick. Tasks carry ids and hold no logic."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils.timezone import now

from briefings import schedule
from briefings.errors import BriefingError, StageConflict
from briefings.models import Feed
from briefings.pipeline import stages

log = logging.getLogger(__name__)

AGAIN_S = 60.0  # from one tick to the next


def enqueue(episode_id: int, stage: str) -> None:
    """Send a stage to the workers once the current transaction is committed."""
    _TASKS[stage].delay_on_commit(episode_id)


def _advance(episode_id: int, name: str) -> None:
    try:
        episode = stages.advance(episode_id, stages.BY_NAME[name])
    except StageConflict as conflict:
        log.info("%s", conflict)
        return
    if following := stages.next_stage(episode):
        enqueue(episode_id, following.name)


@shared_task(throws=(BriefingError,))
def fetch(episode_id: int) -> None:
    _advance(episode_id, "fetch")


@shared_task(throws=(BriefingError,))
def read(episode_id: int) -> None:
    _advance(episode_id, "read")


@shared_task(throws=(BriefingError,))
def group(episode_id: int) -> None:
    _advance(episode_id, "group")


@shared_task(throws=(BriefingError,))
def plan(episode_id: int) -> None:
    _advance(episode_id, "plan")


@shared_task(throws=(BriefingError,))
def write(episode_id: int) -> None:
    _advance(episode_id, "write")


@shared_task(throws=(BriefingError,))
def approve(episode_id: int) -> None:
    _advance(episode_id, "approve")


@shared_task(throws=(BriefingError,))
def voice(episode_id: int) -> None:
    _advance(episode_id, "voice")


@shared_task(throws=(BriefingError,))
def publish(episode_id: int) -> None:
    _advance(episode_id, "publish")


_TASKS = {task.name.rpartition(".")[2]: task for task in (fetch, read, group, plan, write, approve, voice, publish)}


@shared_task
def refresh(feed_id: int) -> None:
    """Fetch one feed, and keep what went wrong with it in its row."""
    from briefings.pipeline import fetch as fetching

    if feed := Feed.objects.filter(pk=feed_id).first():  # it may have been removed since
        fetching.refresh(feed)


@shared_task
def tick() -> None:
    """Open the editions that are due, refresh the feeds that are due, and send again what was lost.

    What no worker takes up until the next tick expires, as that sends it again: a long wait piles up nothing.
    """
    moment = now()
    schedule.beat(moment)
    schedule.open_due(moment)
    for feed_id in schedule.due_feeds(moment):
        refresh.apply_async_on_commit((feed_id,), expires=AGAIN_S)
    for episode, stage in stages.waiting(moment):
        _TASKS[stage.name].apply_async_on_commit((episode.pk,), expires=AGAIN_S)
