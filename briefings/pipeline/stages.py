"""The line's stages, and the lease that lets exactly one worker run one of them on one episode.

A worker claims a stage by one conditional UPDATE, keeps the lease alive by a heartbeat, and finishes in one transaction
that checks its token first: a worker whose lease ran out cannot finish over its successor. Every stage may be run again
safely.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils.timezone import now

from briefings import approvals, readbacks
from briefings.errors import BriefingError, EpisodeError, NothingToSay, StageConflict
from briefings.models import Episode, StageRun

log = logging.getLogger(__name__)

Status = Episode.Status
MAX_ATTEMPTS = 3
LEASE = dt.timedelta(seconds=60)
HEARTBEAT_S = 15.0
RETRY_AFTER = (dt.timedelta(minutes=1), dt.timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class Stage:
    """One verb. `time_limit` is the longest that a living worker may hold its lease by heartbeats."""

    name: str
    starts_from: Status
    ends_in: Status
    time_limit: dt.timedelta = dt.timedelta(minutes=10)


STAGES = (
    Stage("fetch", Status.OPENED, Status.FETCHED),
    Stage("read", Status.FETCHED, Status.READ, dt.timedelta(minutes=20)),
    Stage("group", Status.READ, Status.GROUPED),
    Stage("plan", Status.GROUPED, Status.PLANNED),
    Stage("write", Status.PLANNED, Status.WRITTEN, dt.timedelta(minutes=30)),
    Stage("approve", Status.WRITTEN, Status.APPROVED),
    Stage("voice", Status.APPROVED, Status.VOICED, dt.timedelta(minutes=60)),
    Stage("publish", Status.VOICED, Status.PUBLISHED),
)
BY_NAME = {stage.name: stage for stage in STAGES}


Watcher = Callable[[int, int], None]


def nobody(done: int, total: int) -> None:
    """The watcher of a stage that runs in the background."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's hold on one stage of one episode. `watcher` is told of its progress too."""

    episode: Episode
    stage: Stage
    token: uuid.UUID
    run: StageRun
    watcher: Watcher = nobody

    def report(self, done: int, total: int) -> None:
        """Store the progress that the desk shows."""
        self._held().update(progress_done=done, progress_total=total)
        self.watcher(done, total)

    def beat(self) -> bool:
        """Prolong the lease. False if it is no longer ours."""
        if now() - self.run.started_at > self.stage.time_limit:
            return False
        return bool(self._held().update(claimed_until=now() + LEASE))

    def _held(self) -> Any:
        return Episode.objects.filter(pk=self.episode.pk, claim_token=self.token)


def note(episode: Episode, verb: str, by: Any, **details: Any) -> None:
    """A person's decision stands in the same log as the workers' runs."""
    moment = now()
    StageRun.objects.create(
        episode=episode,
        stage=verb,
        outcome=StageRun.Outcome.DONE,
        token=uuid.uuid4(),
        worker="desk",
        started_at=moment,
        ended_at=moment,
        measurements={"by": by.get_username(), **details},
    )


def after(status: str) -> Stage | None:
    """The stage that starts from `status`."""
    return next((stage for stage in STAGES if stage.starts_from == status), None)


def next_stage(episode: Episode) -> Stage | None:
    """The stage that a worker may run now without a person: None where the line waits for one, or has ended."""
    stage = after(episode.status)
    if stage is None or episode.is_stuck:
        return None
    if stage.name == "approve" and not _is_approved_by_rule(episode):
        return None
    if stage.name == "publish" and not _is_published_by_rule(episode):
        return None
    return stage


def _is_approved_by_rule(episode: Episode) -> bool:
    if not episode.show.auto_approve or episode.script.is_red:
        return False
    return not approvals.needs_two(episode.script)


def _is_published_by_rule(episode: Episode) -> bool:
    if not episode.show.auto_publish:
        return False
    recording = episode.recordings.first()
    return recording is None or not readbacks.heard_restricted(recording)


def claim(episode_id: int, stage: Stage, watcher: Watcher = nobody) -> Claim:
    """Take the episode for the one worker that may run `stage` on it now.

    Raises StageConflict if another worker holds it, or its status has moved on.
    """
    moment, token = now(), uuid.uuid4()
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    with transaction.atomic():
        won = Episode.objects.filter(free, pk=episode_id, status=stage.starts_from).update(
            claimed_until=moment + LEASE,
            claim_token=token,
            claimed_stage=stage.name,
            attempts=F("attempts") + 1,
            error_code="",
            error_message="",
            retry_at=None,
            progress_done=0,
            progress_total=0,
        )
        if not won:
            raise StageConflict(f"episode {episode_id}", f"it is not free for {stage.name}")
        episode = Episode.objects.select_related("show").get(pk=episode_id)
        StageRun.objects.filter(episode=episode, outcome=StageRun.Outcome.RUNNING).update(
            outcome=StageRun.Outcome.LOST, ended_at=moment
        )
        run = StageRun.objects.create(
            episode=episode,
            stage=stage.name,
            attempt=episode.attempts,
            token=token,
            worker=f"{socket.gethostname()}:{os.getpid()}",
            started_at=moment,
        )
    return Claim(episode, stage, token, run, watcher)


@contextlib.contextmanager
def finish(claim: Claim, **measurements: Any) -> Iterator[None]:
    """One transaction in which the stage stores its results and the episode moves on.

    Raises StageConflict, and stores nothing, if the lease has been lost meanwhile.
    """
    with transaction.atomic():
        moved = Episode.objects.filter(
            pk=claim.episode.pk, claim_token=claim.token, status=claim.stage.starts_from
        ).update(status=claim.stage.ends_in, attempts=0, changed_at=now(), **_RELEASED)
        if not moved:
            raise StageConflict(claim.episode, f"the lease on {claim.stage.name} was lost")
        yield
        StageRun.objects.filter(pk=claim.run.pk).update(
            outcome=StageRun.Outcome.DONE, ended_at=now(), measurements=measurements
        )
    claim.episode.refresh_from_db()


_RELEASED: dict[str, Any] = {"claimed_until": None, "claim_token": None, "claimed_stage": ""}


def fail(claim: Claim, error: BaseException) -> None:
    """Store why the stage failed, and when it is tried again: never, if it can't help or was tried often enough."""
    code, message, retry = _describe(error)
    attempt = claim.episode.attempts
    wait = RETRY_AFTER[min(attempt, len(RETRY_AFTER)) - 1]
    retry_at = now() + wait if retry and attempt < MAX_ATTEMPTS else None
    with transaction.atomic():
        Episode.objects.filter(pk=claim.episode.pk, claim_token=claim.token).update(
            error_code=code, error_message=message, retry_at=retry_at, changed_at=now(), **_RELEASED
        )
        StageRun.objects.filter(pk=claim.run.pk).update(
            outcome=StageRun.Outcome.FAILED, ended_at=now(), error_code=code, error_message=message
        )


def release(claim: Claim) -> None:
    """Give the episode back unharmed, for a worker that is told to stop: the attempt doesn't count."""
    with transaction.atomic():
        Episode.objects.filter(pk=claim.episode.pk, claim_token=claim.token).update(
            attempts=F("attempts") - 1, **_RELEASED
        )
        StageRun.objects.filter(pk=claim.run.pk).update(outcome=StageRun.Outcome.LOST, ended_at=now())


def _describe(error: BaseException) -> tuple[str, str, bool]:
    if isinstance(error, BriefingError):
        return error.code, error.editor_message, error.retry
    return "bug:" + type(error).__name__, f"An unexpected error: {error}. The log has the details.", False


def advance(episode_id: int, stage: Stage, watcher: Watcher = nobody) -> Episode:
    """Claim the stage, run it, and return the episode as it then stands.

    Raises StageConflict if it can't be claimed, the stage's BriefingError after storing it, and any bug likewise.
    """
    held = claim(episode_id, stage, watcher)
    if held.episode.attempts > MAX_ATTEMPTS:
        lost = EpisodeError(held.episode, f"the worker was lost {MAX_ATTEMPTS} times at {stage.name}")
        fail(held, lost)
        raise lost
    module = importlib.import_module(f"briefings.pipeline.{stage.name}")
    try:
        with _heartbeat(held):
            module.run(held)
    except StageConflict:
        raise
    except (KeyboardInterrupt, SystemExit):
        release(held)
        raise
    except BaseException as error:
        fail(held, error)
        raise
    return held.episode


def retry(episode: Episode) -> bool:
    """A person's Retry: clear the error, so that the next stage may be run. False if there was nothing to retry.

    An edition that had nothing to say starts from its feeds again, as only fresh news can mend it.
    """
    cleared = {"error_code": "", "error_message": "", "retry_at": None, "attempts": 0, "changed_at": now()}
    failed = Episode.objects.filter(pk=episode.pk, claim_token=None).exclude(error_code="")
    wordless = failed.filter(error_code=NothingToSay.code)
    return bool(wordless.update(status=Status.OPENED, **cleared) or failed.update(**cleared))


def step(episode: Episode, origins: Iterable[str], target: str) -> None:
    """A person's step back or off the line, by one conditional UPDATE as a worker's claim is.

    A worker whose lease ran out can't finish over it. Raises StageConflict if a worker is at it, or it has moved on.
    """
    moment = now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    cleared = {"attempts": 0, "retry_at": None, "error_code": "", "error_message": ""}
    moved = Episode.objects.filter(free, pk=episode.pk, status__in=list(origins)).update(
        status=target, changed_at=moment, **cleared, **_RELEASED
    )
    if not moved:
        episode.refresh_from_db()
        held = episode.claimed_until is not None and episode.claimed_until >= moment
        reason = f"a worker is at it just now ({episode.claimed_stage})" if held else f"the episode is {episode.status}"
        raise StageConflict(episode, reason, advice="Reload the page, and try again in a moment.")


def waiting(moment: dt.datetime) -> list[tuple[Episode, Stage]]:
    """Episodes that a worker could take up now, with their next stage: what was lost, and what is due again."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    due = Q(error_code="") | Q(retry_at__lte=moment)
    episodes = (
        Episode.objects.filter(free, due).exclude(status__in=[Status.PUBLISHED, Status.REJECTED]).select_related("show")
    )
    return [(episode, stage) for episode in episodes if (stage := next_stage(episode))]


@contextlib.contextmanager
def _heartbeat(held: Claim) -> Iterator[None]:
    """Prolong the lease from a thread while the work goes on; a killed worker's lease runs out by itself."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(HEARTBEAT_S):
                if not _is_held(held):
                    log.warning("lost the lease on %s of episode %s", held.stage.name, held.episode.pk)
                    return
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{held.stage.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _is_held(held: Claim) -> bool:
    """False once the lease is lost for good. A database that can't answer just now is asked again at the next beat."""
    try:
        return held.beat()
    except DatabaseError as error:
        log.warning("no heartbeat for %s of episode %s: %s", held.stage.name, held.episode.pk, error)
        return True
