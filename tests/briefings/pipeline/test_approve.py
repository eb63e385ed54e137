"""Approval: by name, for exactly one text, and never over a red check without a reason."""

from __future__ import annotations

import pytest

from briefings.errors import ScriptRejected, StageConflict
from briefings.models import Episode, Story
from briefings.pipeline import approve, stages
from briefings.pipeline.write import edit_turn
from tests.factories import make_episode, make_restriction, make_show, make_user

pytestmark = pytest.mark.django_db
Status = Episode.Status
APPROVE = stages.BY_NAME["approve"]


def written(*, is_red=False, **show):
    episode = make_episode(make_show(**show), Status.WRITTEN)
    if is_red:
        episode.script.turns.filter(order=2).update(findings=[{"kind": "number", "span": "7", "reason": "No."}])
    return episode


def test_an_approval_stores_who_when_and_what():
    episode, user = written(), make_user()
    approve.approve(episode, by=user)
    script = Episode.objects.get(pk=episode.pk).script
    assert episode.status == Status.APPROVED
    assert (script.approved_by, script.approved_sha256) == (user, script.sha256)
    assert script.approved_at is not None
    assert episode.runs.get().measurements == {"approved_by": "editor", "is_override": False}


def test_a_red_check_blocks_the_approval():
    episode = written(is_red=True)
    with pytest.raises(ScriptRejected, match="turn 3"):
        approve.approve(episode, by=make_user(), override_reason="  ")
    episode.refresh_from_db()
    assert (episode.status, episode.error_code) == (Status.WRITTEN, "")


def test_an_editor_overrides_a_red_check_with_a_reason():
    episode = written(is_red=True)
    approve.approve(episode, by=make_user(), override_reason="Confirmed by telephone.")
    assert episode.runs.get(stage="approve").measurements["override_reason"] == "Confirmed by telephone."
    script = Episode.objects.get(pk=episode.pk).script
    assert script.override_reason == "Confirmed by telephone."
    assert episode.runs.get().measurements["is_override"]


def test_a_reason_without_a_red_check_is_no_override():
    episode = written()
    approve.approve(episode, by=make_user(), override_reason="Why not.")
    assert Episode.objects.get(pk=episode.pk).script.override_reason == ""


def test_nobody_overrides_a_red_check_without_a_name():
    with pytest.raises(ScriptRejected):
        approve.approve(written(is_red=True), on_behalf_of="a command", override_reason="It said so.")


def test_nobody_approves_in_nobody_s_name():
    with pytest.raises(ScriptRejected):
        approve.approve(written())


def test_a_command_approves_what_is_green_and_says_so():
    episode = written()
    approve.approve(episode, on_behalf_of="the produce command")
    script = Episode.objects.get(pk=episode.pk).script
    assert script.approved_by is None
    assert episode.runs.get().measurements["approved_by"] == "the produce command"


def test_a_script_is_approved_once():
    episode, user = written(), make_user()
    approve.approve(episode, by=user)
    with pytest.raises(StageConflict):
        approve.approve(episode, by=user)


def test_the_show_s_rule_approves_what_is_green():
    episode = stages.advance(written(auto_approve=True).pk, APPROVE)
    assert episode.status == Status.APPROVED
    assert episode.script.approved_by is None


@pytest.mark.parametrize("show", [{"auto_approve": False}, {"auto_approve": True, "is_red": True}])
def test_without_a_rule_or_with_a_red_check_an_editor_is_waited_for(show):
    episode = written(**show)
    with pytest.raises(ScriptRejected):
        stages.advance(episode.pk, APPROVE)
    episode.refresh_from_db()
    assert (episode.status, episode.is_stuck) == (Status.WRITTEN, True)


@pytest.mark.parametrize("status", [Status.WRITTEN, Status.APPROVED, Status.VOICED])
def test_a_rejection_stores_the_reason_and_who(status):
    episode, user = make_episode(status=status), make_user()
    approve.reject(episode, user, " Too thin. ")
    assert episode.status == Status.REJECTED
    assert episode.script.rejected_reason == "Too thin."
    assert episode.runs.get(stage="reject").measurements == {"by": "editor", "reason": "Too thin."}


def test_a_rejection_needs_a_reason():
    with pytest.raises(ScriptRejected):
        approve.reject(written(), make_user(), " ")


def test_what_is_published_is_not_rejected():
    episode = make_episode(status=Status.PUBLISHED)
    with pytest.raises(StageConflict):
        approve.reject(episode, make_user(), "Too late.")
    assert Episode.objects.get(pk=episode.pk).status == Status.PUBLISHED


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WRITTEN, Status.APPROVED, Status.VOICED])
def test_a_script_can_be_written_again(status):
    episode = make_episode(status=status)
    approve.reopen(episode, make_user())
    assert episode.status == Status.PLANNED
    assert stages.next_stage(episode).name == "write"


def test_what_a_worker_holds_is_not_reopened():
    episode = make_episode(status=Status.APPROVED)
    stages.claim(episode.pk, stages.BY_NAME["voice"])
    with pytest.raises(StageConflict):
        approve.reopen(episode, make_user())


def grave(*, severity=("death",), **show):
    episode = written(**{"needs_second_approval": True} | show)
    Story.objects.update(severity=list(severity))
    return episode


def test_a_grave_script_needs_two_editors():
    episode, first, second = grave(), make_user("anna"), make_user("bert")
    approve.approve(episode, by=first)
    episode = Episode.objects.get(pk=episode.pk)
    assert (episode.status, stages.next_stage(episode)) == (Status.WRITTEN, None)
    assert (episode.script.approved_by, episode.script.second_approved_by) == (first, None)
    assert episode.runs.get(stage="approve").measurements == {"by": "anna", "is_first": True, "is_override": False}
    with pytest.raises(ScriptRejected, match="approved it already"):
        approve.approve(episode, by=first)
    approve.approve(episode, by=second)
    script = Episode.objects.get(pk=episode.pk).script
    assert (episode.status, script.approved_by, script.second_approved_by) == (Status.APPROVED, first, second)
    assert script.approved_at < script.second_approved_at and script.approved_sha256 == script.sha256


@pytest.mark.parametrize(
    ("severity", "status"),
    [
        (["violence"], Status.WRITTEN),
        (["sexual_crime"], Status.WRITTEN),
        (["suicide"], Status.WRITTEN),
        (["minors", "court"], Status.WRITTEN),
        (["minors", "health"], Status.APPROVED),
        (["court", "election"], Status.APPROVED),
        ([], Status.APPROVED),
    ],
)
def test_one_editor_is_enough_for_what_is_not_grave(severity, status):
    episode = grave(severity=severity)
    approve.approve(episode, by=make_user())
    assert Episode.objects.get(pk=episode.pk).status == status


def test_a_show_that_asks_for_one_editor_gets_one():
    episode = grave(needs_second_approval=False)
    approve.approve(episode, by=make_user())
    assert episode.status == Status.APPROVED


def test_no_rule_and_no_command_approves_a_grave_script():
    episode = grave(auto_approve=True)
    assert stages.next_stage(episode) is None
    with pytest.raises(ScriptRejected, match="two editors"):
        approve.approve(episode, on_behalf_of="the produce command")
    with pytest.raises(ScriptRejected, match="two editors"):
        stages.advance(episode.pk, APPROVE)


def test_an_edit_withdraws_the_first_approval():
    episode, first = grave(), make_user("anna")
    approve.approve(episode, by=first)
    edit_turn(episode.script.turns.get(kind="closing"), "That is all.", by=first, version=1)
    approve.approve(episode, by=first)
    assert Episode.objects.get(pk=episode.pk).script.second_approved_by is None


def test_both_editors_say_why_a_red_check_is_overridden():
    episode = grave(is_red=True)
    approve.approve(episode, by=make_user("anna"), override_reason="Confirmed by telephone.")
    with pytest.raises(ScriptRejected, match="turn 3"):
        approve.approve(episode, by=make_user("bert"))
    approve.approve(episode, by=make_user("cleo"), override_reason="I asked, too.")
    assert Episode.objects.get(pk=episode.pk).script.override_reason == "Confirmed by telephone. I asked, too."


def test_what_was_forbidden_after_the_writing_blocks_the_approval():
    episode = written()
    make_restriction(phrase="sea wall")
    with pytest.raises(ScriptRejected, match="turn 3"):
        approve.approve(episode, by=make_user())
