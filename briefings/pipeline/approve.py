"""A script's approval, by an editor or by the show's rule where no check is red: it holds for exactly that text.

A script with a grave story needs two different editors where the show says so: the first one's approval is stored, and
the script stays WRITTEN until the second one's.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.timezone import now

from briefings import approvals, restrictions
from briefings.errors import ScriptRejected, StageConflict
from briefings.models import Episode, Script
from briefings.pipeline import stages
from briefings.pipeline.write import UNAPPROVED

Status = Episode.Status


def run(claim: stages.Claim) -> None:
    """Approve by the show's rule. Raises ScriptRejected if there is none, a check is red, or two editors are needed."""
    if not claim.episode.show.auto_approve:
        raise ScriptRejected(claim.episode, "this show wants an editor's approval", advice="Approve it at the desk.")
    _sign(claim, None, "", "the show's rule")


def approve(
    episode: Episode, by: Any = None, override_reason: str = "", *, on_behalf_of: str = "", seen: str = ""
) -> None:
    """Approve the script as it stands now.

    `by` is the editor; without one, `on_behalf_of` says what stands for one, and no check may be red. `seen` is the
    SHA-256 of the script that the editor has read. Where two editors are needed, the first approval leaves the script
    WRITTEN. Raises ScriptRejected if a check is red and no editor overrides it with a reason, if the script is another
    than the one seen, or if the second approval is not another editor's; StageConflict if it is not WRITTEN.
    """
    if by is None and not on_behalf_of:
        raise ScriptRejected(episode, "an approval needs an editor's name")
    override_reason = override_reason.strip()
    if episode.status == Status.WRITTEN:
        script = _refuse_red(episode, by, override_reason)
        _refuse_unseen(script, seen)
        if _is_first_of_two(script, by):
            _sign_first(script, by, override_reason)
            return
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
    if _is_first_of_two(script, by):
        raise ScriptRejected(script.episode, "the first editor's approval is not there any more")
    overriding = {"override_reason": override_reason} if is_override else {}
    stored: dict[str, Any] = {"override_reason": overriding.get("override_reason", ""), "rejected_reason": ""}
    if approvals.needs_two(script):
        stored |= {"second_approved_by": by, "second_approved_at": now()}
        reasons = (script.override_reason, stored["override_reason"])
        stored["override_reason"] = " ".join(dict.fromkeys(reason for reason in reasons if reason))
    else:
        stored |= {"approved_by": by, "approved_at": now(), "approved_sha256": script.sha256}
    with stages.finish(claim, approved_by=name, is_override=is_override, **overriding):
        Script.objects.filter(pk=script.pk).update(**stored)


def _is_first_of_two(script: Script, by: Any) -> bool:
    """Whether another editor has to approve it after `by`. Raises ScriptRejected if `by` can't be one of the two."""
    if not approvals.needs_two(script):
        return False
    if by is None:
        reason = "a script with a grave story needs two editors' approval in this show"
        raise ScriptRejected(script.episode, reason, advice="Approve it at the desk.")
    if not approvals.has_first(script):
        return True
    if script.approved_by_id == by.pk:
        raise ScriptRejected(script.episode, "you have approved it already", advice="It waits for another editor.")
    return False


def _sign_first(script: Script, by: Any, override_reason: str) -> None:
    reason = override_reason if script.is_red else ""
    with transaction.atomic():
        stages.step(script.episode, (Status.WRITTEN,), Status.WRITTEN)
        signed = Script.objects.filter(pk=script.pk, approved_at=script.approved_at).update(
            approved_by=by,
            approved_at=now(),
            approved_sha256=script.sha256,
            override_reason=reason,
            rejected_reason="",
        )
        if not signed:
            advice = "Reload the page: yours may be the second approval."
            raise StageConflict(script.episode, "another editor approved it meanwhile", advice=advice)
        overriding = {"override_reason": reason} if reason else {}
        stages.note(script.episode, "approve", by, is_first=True, is_override=bool(reason), **overriding)


def _refuse_red(episode: Episode, by: Any, override_reason: str) -> Script:
    restrictions.renew(Script.objects.get(episode=episode))
    script = Script.objects.select_related("episode__show").prefetch_related("turns").get(episode=episode)
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
