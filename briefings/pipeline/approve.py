"""A script's approval, by an editor or by the show's rule where no check is red: it holds for exactly that text."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.timezone import now

from briefings.errors import ScriptRejected
from briefings.models import Episode, Script
from briefings.pipeline import stages
from briefings.pipeline.write import UNAPPROVED

Status = Episode.Status


def run(claim: stages.Claim) -> None:
    """Approve by the show's rule. Raises ScriptRejected if the show has no such rule, or a check is red."""
    if not claim.episode.show.auto_approve:
        raise ScriptRejected(claim.episode, "this show wants an editor's approval", advice="Approve it at the desk.")
    _sign(claim, None, "", "the show's rule")


def approve(
    episode: Episode, by: Any = None, override_reason: str = "", *, on_behalf_of: str = "", seen: str = ""
) -> None:
    """Approve the script as it stands now.

    `by` is the editor; without one, `on_behalf_of` says what stands for one, and no check may be red. `seen` is the
    SHA-256 of the script that the editor has read. Raises ScriptRejected if a check is red and no editor overrides it
    with a reason, or if the script is another than the one seen; StageConflict if it is not WRITTEN.
    """
    if by is None and not on_behalf_of:
        raise ScriptRejected(episode, "an approval needs an editor's name")
    override_reason = override_reason.strip()
    if episode.status == Status.WRITTEN:
        _refuse_unseen(_refuse_red(episode, by, override_reason), seen)
    claim = stages.claim(episode.pk, stages.BY_NAME["approve"])
    try:
        _sign(claim, by, override_reason, on_behalf_of or by.get_username(), seen)
    except ScriptRejected as error:
        stages.fail(claim, error)
        raise
    episode.refresh_from_db()


def _sign(claim: stages.Claim, by: Any, override_reason: str, name: str, seen: str = "") -> None:
    script = _refuse_red(claim.episode, by, override_reason)
    _refuse_unseen(script, seen)
    is_override = script.is_red
    overriding = {"override_reason": override_reason} if is_override else {}
    with stages.finish(claim, approved_by=name, is_override=is_override, **overriding):
        Script.objects.filter(pk=script.pk).update(
            approved_by=by,
            approved_at=now(),
            approved_sha256=script.sha256,
            override_reason=override_reason if is_override else "",
            rejected_reason="",
        )


def _refuse_red(episode: Episode, by: Any, override_reason: str) -> Script:
    script = Script.objects.prefetch_related("turns").get(episode=episode)
    red = [turn for turn in script.turns.all() if turn.findings]
    if red and (by is None or not override_reason):
        places = ", ".join(str(turn.order + 1) for turn in red)
        one = len(red) == 1
        reason = f"a check is red in turn {places}" if one else f"checks are red in the turns {places}"
        advice = "Edit what is marked, or approve it at the desk with a reason."
        raise ScriptRejected(episode, reason, advice=advice)
    return script


def _refuse_unseen(script: Script, seen: str) -> None:
    if seen and seen != script.sha256:
        reason = "the script was changed after you had opened it"
        raise ScriptRejected(script.episode, reason, advice="Read it as it stands now, then approve it.")


def reject(episode: Episode, by: Any, reason: str) -> None:
    """Send the script away, with the reason. Raises ScriptRejected without one, StageConflict if it is too late."""
    if not reason.strip():
        raise ScriptRejected(episode, "a rejection needs a reason")
    with transaction.atomic():
        stages.step(episode, (Status.WRITTEN, Status.APPROVED, Status.VOICED), Status.REJECTED)
        Script.objects.filter(episode=episode).update(rejected_reason=reason.strip(), **UNAPPROVED)
        stages.note(episode, "reject", by, reason=reason.strip())
    episode.refresh_from_db()


def reopen(episode: Episode, by: Any) -> None:
    """Back to PLANNED, to be written again. Raises StageConflict if a worker is at it, or it is published."""
    with transaction.atomic():
        stages.step(episode, (Status.REJECTED, Status.WRITTEN, Status.APPROVED, Status.VOICED), Status.PLANNED)
        Script.objects.filter(episode=episode).update(**UNAPPROVED)
        stages.note(episode, "reopen", by)
    episode.refresh_from_db()
