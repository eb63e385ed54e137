"""A voiced episode to a published one: the row alone changes. Pages and feed are built from it on request."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import transaction
from django.utils.timezone import now

from briefings import restrictions
from briefings.errors import RecordingRejected, ScriptRejected
from briefings.models import Episode, Recording
from briefings.pipeline import stages


def run(claim: stages.Claim) -> None:
    """Publish the newest recording, if it is whole and speaks the approved script.

    Raises ScriptRejected or RecordingRejected if it doesn't; nothing is published then.
    """
    recording = check(claim.episode)
    with transaction.atomic():
        # Before the status: the database itself refuses a published episode without its time.
        Episode.objects.filter(pk=claim.episode.pk, claim_token=claim.token, published_at=None).update(
            published_at=now()
        )
        with stages.finish(claim, recording=recording.path, size_bytes=recording.size_bytes):
            pass


def check(episode: Episode) -> Recording:
    """The recording that may be published. Raises ScriptRejected or RecordingRejected."""
    script = episode.script
    if not script.approved_at or script.approved_sha256 != script.sha256:
        raise ScriptRejected(episode, "the script is not approved as it stands", advice="Approve it at the desk.")
    if any(restrictions.standing(script, made_since=script.approved_at).values()):
        reason = "it says or tells what was forbidden after it was approved"
        raise ScriptRejected(episode, reason, advice="Edit the marked turns, or have it written again.")
    recording = episode.recordings.first()
    if recording is None:
        raise RecordingRejected(episode, "there is no recording")
    if recording.script_sha256 != script.approved_sha256:
        raise RecordingRejected(episode, "the recording speaks another script than the approved one")
    path = Path(recording.file_path)
    if not path.is_file():
        raise RecordingRejected(episode, f"the file {recording.path} is missing from the media folder")
    if path.stat().st_size != recording.size_bytes or _sha256(path) != recording.sha256:
        raise RecordingRejected(episode, f"the file {recording.path} is not the one that was recorded")
    return recording


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
