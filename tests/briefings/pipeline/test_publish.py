"""Publishing: the approved script's own recording, whole, and once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from briefings import artwork, engines
from briefings.errors import RecordingRejected, ScriptRejected, StageConflict
from briefings.models import Episode, Script
from briefings.pipeline import stages
from tests.factories import make_episode, make_restriction
from tests.fakes import FakeStudio

pytestmark = pytest.mark.django_db
Status = Episode.Status
PUBLISH = stages.BY_NAME["publish"]


@pytest.fixture
def voiced(monkeypatch, media):
    monkeypatch.setattr(engines, "studio", lambda show: FakeStudio())
    monkeypatch.setattr(artwork, "png", lambda show: b"")
    episode = make_episode(status=Status.APPROVED)
    sha256 = episode.script.sha256
    Script.objects.filter(episode=episode).update(approved_at=now(), approved_sha256=sha256)
    return stages.advance(episode.pk, stages.BY_NAME["voice"])


def assert_not_published(episode, error):
    with pytest.raises(error):
        stages.advance(episode.pk, PUBLISH)
    episode.refresh_from_db()
    assert (episode.status, episode.published_at) == (Status.VOICED, None)
    assert episode.is_stuck


def test_a_voiced_episode_is_published_with_its_time(voiced):
    before = now()
    episode = stages.advance(voiced.pk, PUBLISH)
    assert episode.status == Status.PUBLISHED
    assert before <= episode.published_at <= now()


def test_an_episode_is_published_once(voiced):
    episode = stages.advance(voiced.pk, PUBLISH)
    with pytest.raises(StageConflict):
        stages.advance(voiced.pk, PUBLISH)
    assert Episode.objects.get(pk=voiced.pk).published_at == episode.published_at


def test_the_guid_is_the_one_it_was_opened_with(voiced):
    assert stages.advance(voiced.pk, PUBLISH).guid == voiced.guid


def test_what_was_forbidden_after_the_approval_is_not_published(voiced):
    entry = make_restriction(phrase="sea wall")
    assert_not_published(voiced, ScriptRejected)
    entry.delete()
    stages.retry(voiced)
    assert stages.advance(voiced.pk, PUBLISH).status == Status.PUBLISHED


def test_what_an_editor_approved_in_spite_of_a_restriction_is_published(voiced):
    make_restriction(phrase="sea wall")
    Script.objects.update(approved_at=now())
    assert stages.advance(voiced.pk, PUBLISH).status == Status.PUBLISHED


def test_a_changed_script_is_not_published(voiced):
    voiced.script.turns.filter(order=0).update(text="Something else.")
    assert_not_published(voiced, ScriptRejected)


def test_an_unapproved_script_is_not_published(voiced):
    Script.objects.filter(episode=voiced).update(approved_at=None)
    assert_not_published(voiced, ScriptRejected)


def test_the_recording_of_another_script_is_not_published(voiced):
    voiced.recordings.update(script_sha256="0" * 64)
    assert_not_published(voiced, RecordingRejected)


def test_an_episode_without_a_recording_is_not_published(voiced):
    voiced.recordings.all().delete()
    assert_not_published(voiced, RecordingRejected)


@pytest.mark.parametrize(
    "spoil",
    [Path.unlink, lambda path: path.write_bytes(b"cut"), lambda path: path.write_bytes(b"x" * path.stat().st_size)],
    ids=["missing", "cut short", "changed"],
)
def test_a_spoiled_file_is_not_published(voiced, spoil):
    spoil(Path(voiced.recordings.get().file_path))
    assert_not_published(voiced, RecordingRejected)


def test_the_database_refuses_a_published_episode_without_its_time(voiced):
    with pytest.raises(IntegrityError), transaction.atomic():
        Episode.objects.filter(pk=voiced.pk).update(status=Status.PUBLISHED)
