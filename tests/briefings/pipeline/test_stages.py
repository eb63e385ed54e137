"""The state machine: one worker at a time, and a lease that only its holder can finish."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now

from briefings.errors import EpisodeError, FeedUnreachable, ModelUnavailable, NothingToSay, StageConflict
from briefings.models import Episode, StageRun
from briefings.pipeline import stages
from tests.factories import make_episode, make_show

pytestmark = pytest.mark.django_db
Status = Episode.Status
GROUP = stages.BY_NAME["group"]


def read_episode(**values):
    return make_episode(status=Status.READ, **values)


def expire(episode):
    Episode.objects.filter(pk=episode.pk).update(claimed_until=now() - dt.timedelta(seconds=1))


def replace_stage(monkeypatch, run):
    monkeypatch.setattr("briefings.pipeline.group.run", run)


def test_a_claim_takes_the_episode_and_leaves_a_trace():
    episode = read_episode()
    claim = stages.claim(episode.pk, GROUP)
    episode.refresh_from_db()
    assert episode.claim_token == claim.token
    assert episode.claimed_stage == "group"
    assert episode.attempts == 1
    run = episode.runs.get()
    assert (run.stage, run.outcome, run.token) == ("group", "running", claim.token)


def test_a_held_episode_can_not_be_claimed_again():
    episode = read_episode()
    stages.claim(episode.pk, GROUP)
    with pytest.raises(StageConflict):
        stages.claim(episode.pk, GROUP)


def test_a_stage_starts_from_its_own_status_alone():
    episode = make_episode(status=Status.PLANNED)
    with pytest.raises(StageConflict):
        stages.claim(episode.pk, GROUP)


@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_workers_wins_the_claim():
    episode = read_episode()
    start, won, lost = threading.Barrier(6), [], []

    def worker():
        start.wait()
        try:
            won.append(stages.claim(episode.pk, GROUP))
        except StageConflict:
            lost.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)


def test_a_finished_stage_moves_the_episode_on_and_stores_what_was_measured():
    episode = read_episode()
    with stages.finish(stages.claim(episode.pk, GROUP), stories=7):
        pass
    episode.refresh_from_db()
    assert (episode.status, episode.claim_token, episode.attempts) == (Status.GROUPED, None, 0)
    run = episode.runs.get()
    assert (run.outcome, run.measurements) == ("done", {"stories": 7})
    assert run.duration_s is not None


def test_a_worker_whose_lease_ran_out_can_not_finish_over_its_successor():
    episode = read_episode()
    slow = stages.claim(episode.pk, GROUP)
    expire(episode)
    quick = stages.claim(episode.pk, GROUP)
    with pytest.raises(StageConflict), stages.finish(slow):
        Episode.objects.filter(pk=episode.pk).update(title="the slow one's")
    with stages.finish(quick):
        Episode.objects.filter(pk=episode.pk).update(title="the quick one's")
    episode.refresh_from_db()
    assert episode.title == "the quick one's"
    assert list(episode.runs.order_by("pk").values_list("outcome", flat=True)) == ["lost", "done"]


def test_a_heartbeat_prolongs_the_lease_of_its_holder_alone():
    episode = read_episode()
    claim = stages.claim(episode.pk, GROUP)
    expire(episode)
    assert claim.beat()
    episode.refresh_from_db()
    assert episode.claimed_until > now()
    expire(episode)
    stages.claim(episode.pk, GROUP)
    assert not claim.beat()


def test_a_stage_beyond_its_time_limit_loses_its_heartbeat():
    claim = stages.claim(read_episode().pk, GROUP)
    claim.run.started_at = now() - GROUP.time_limit - dt.timedelta(seconds=1)
    assert not claim.beat()


def test_a_database_that_is_busy_for_a_moment_does_not_end_the_heartbeat(monkeypatch):
    beats, enough = [], threading.Event()

    def beat(claim):
        beats.append(claim)
        if len(beats) == 1:
            raise OperationalError("database is locked")
        enough.set()
        return True

    monkeypatch.setattr(stages, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(stages.Claim, "beat", beat)
    replace_stage(monkeypatch, lambda claim: enough.wait(5))
    stages.advance(read_episode().pk, GROUP)
    assert enough.is_set()


def test_results_are_stored_with_the_status_or_not_at_all():
    episode = read_episode()
    claim = stages.claim(episode.pk, GROUP)
    with pytest.raises(ZeroDivisionError), stages.finish(claim):
        Episode.objects.filter(pk=episode.pk).update(title="half")
        _ = 1 / 0
    episode.refresh_from_db()
    assert (episode.status, episode.title) == (Status.READ, "A sea wall for Port Ellery")


def test_an_error_that_may_pass_is_tried_again_later(monkeypatch):
    episode = read_episode()
    replace_stage(monkeypatch, raising(ModelUnavailable("voice", "is not installed")))
    with pytest.raises(ModelUnavailable):
        stages.advance(episode.pk, GROUP)
    episode.refresh_from_db()
    assert episode.error_code == "episode:model-unavailable"
    assert episode.retry_at > now()
    assert not episode.is_stuck
    assert stages.waiting(now()) == []
    later = episode.retry_at + dt.timedelta(seconds=1)
    assert stages.waiting(later) == [(episode, GROUP)]


def raising(error):
    def run(claim):
        raise error

    return run


def test_an_error_that_may_pass_waits_for_a_person_after_the_last_attempt(monkeypatch):
    episode = read_episode()
    replace_stage(monkeypatch, raising(FeedUnreachable("feed", "timed out")))
    for _ in range(stages.MAX_ATTEMPTS):
        with pytest.raises(FeedUnreachable):
            stages.advance(episode.pk, GROUP)
    episode.refresh_from_db()
    assert episode.is_stuck
    assert stages.waiting(now() + dt.timedelta(days=1)) == []


def test_an_error_that_will_not_pass_waits_for_a_person_at_once(monkeypatch):
    episode = read_episode()
    replace_stage(monkeypatch, raising(NothingToSay(episode, "there is no news")))
    with pytest.raises(NothingToSay):
        stages.advance(episode.pk, GROUP)
    episode.refresh_from_db()
    assert episode.is_stuck
    assert episode.error_message.startswith("There is no news. ")


def test_a_bug_is_stored_and_raised(monkeypatch):
    episode = read_episode()
    replace_stage(monkeypatch, raising(KeyError("x")))
    with pytest.raises(KeyError):
        stages.advance(episode.pk, GROUP)
    episode.refresh_from_db()
    assert episode.error_code == "bug:KeyError"
    assert episode.runs.get().outcome == "failed"


def test_a_person_s_retry_starts_counting_anew(monkeypatch):
    episode = read_episode()
    replace_stage(monkeypatch, raising(EpisodeError(episode, "it failed")))
    with pytest.raises(EpisodeError):
        stages.advance(episode.pk, GROUP)
    assert stages.retry(episode)
    assert not stages.retry(episode)
    episode.refresh_from_db()
    assert (episode.error_code, episode.attempts) == ("", 0)
    assert stages.waiting(now()) == [(episode, GROUP)]


def test_an_edition_with_nothing_to_say_is_retried_from_its_feeds(monkeypatch):
    episode = read_episode()
    replace_stage(monkeypatch, raising(NothingToSay(episode, "there is no news")))
    with pytest.raises(NothingToSay):
        stages.advance(episode.pk, GROUP)
    assert stages.retry(episode)
    episode.refresh_from_db()
    assert (episode.status, episode.error_code) == ("opened", "")


def test_an_episode_that_kills_its_workers_is_given_up():
    episode = read_episode()
    for _ in range(stages.MAX_ATTEMPTS):
        stages.claim(episode.pk, GROUP)
        expire(episode)
    with pytest.raises(EpisodeError, match="lost 3 times"):
        stages.advance(episode.pk, GROUP)
    episode.refresh_from_db()
    assert episode.is_stuck
    outcomes = list(episode.runs.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == [StageRun.Outcome.LOST] * stages.MAX_ATTEMPTS + [StageRun.Outcome.FAILED]


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_a_worker_that_is_told_to_stop_gives_the_episode_back(monkeypatch, end):
    episode = read_episode()
    replace_stage(monkeypatch, raising(end()))
    with pytest.raises(end):
        stages.advance(episode.pk, GROUP)
    episode.refresh_from_db()
    assert (episode.claim_token, episode.attempts, episode.error_code) == (None, 0, "")
    assert stages.waiting(now()) == [(episode, GROUP)]


def test_progress_is_stored_for_the_desk_and_told_to_the_watcher():
    episode, seen = read_episode(), []
    claim = stages.claim(episode.pk, GROUP, lambda done, total: seen.append((done, total)))
    claim.report(3, 8)
    episode.refresh_from_db()
    assert (episode.progress_done, episode.progress_total) == (3, 8)
    assert seen == [(3, 8)]


@pytest.mark.parametrize(
    ("status", "approves", "publishes", "expected"),
    [
        (Status.OPENED, False, False, "fetch"),
        (Status.WRITTEN, False, True, None),
        (Status.WRITTEN, True, False, "approve"),
        (Status.APPROVED, False, False, "voice"),
        (Status.VOICED, True, False, None),
        (Status.VOICED, False, True, "publish"),
        (Status.PUBLISHED, True, True, None),
        (Status.REJECTED, True, True, None),
    ],
)
def test_the_line_waits_for_a_person_where_the_show_says_so(status, approves, publishes, expected):
    episode = make_episode(make_show(auto_approve=approves, auto_publish=publishes), status)
    stage = stages.next_stage(episode)
    assert (stage and stage.name) == expected


def test_a_red_script_is_never_approved_by_itself():
    episode = make_episode(make_show(auto_approve=True), Status.WRITTEN)
    episode.script.turns.filter(order=2).update(findings=[{"kind": "number", "span": "7", "reason": "No."}])
    assert stages.next_stage(Episode.objects.get(pk=episode.pk)) is None


def test_a_lost_episode_is_found_by_the_tick_once_its_lease_ran_out():
    episode = read_episode()
    stages.claim(episode.pk, GROUP)
    assert stages.waiting(now()) == []
    expire(episode)
    assert stages.waiting(now()) == [(episode, GROUP)]
