"""An editor's small decisions on feeds, stories and editions; the large ones are stages of the line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.utils.timezone import now

from briefings import opml, restrictions, schedule, tasks, web_client
from briefings.errors import RecordingRejected
from briefings.models import Episode, Feed, Restriction, Script, Show, Story, Turn
from briefings.pipeline import fetch, stages

UNPUBLISHED = (Episode.Status.WRITTEN, Episode.Status.APPROVED, Episode.Status.VOICED)


def open_today(show: Show, moment: dt.datetime) -> Episode:
    """Open the show's edition of today, by its zone's date, and send it down the line. Twice is the same as once."""
    episode = schedule.open_edition(show, moment.astimezone(show.zone).date())
    send_on(episode)
    return episode


def send_on(episode: Episode) -> None:
    """Give the episode to the workers, if its next stage needs no person. One that is held already comes to no harm."""
    episode.refresh_from_db()
    if following := stages.next_stage(episode):
        tasks.enqueue(episode.pk, following.name)


def retry(episode: Episode, *, by: Any) -> bool:
    """Try the failed stage again. False if there was nothing to retry.

    A failed publishing is tried at once, since an editor had asked for it. Raises its error.
    """
    if not stages.retry(episode):
        return False
    if episode.status == Episode.Status.VOICED:
        publish(episode, by=by)
    else:
        send_on(episode)
    return True


def publish(episode: Episode, *, by: Any, heard: str = "") -> None:
    """Publish it now: that takes no worker, as only rows change. Raises StageConflict, or why it can't be published.

    `heard` is the SHA-256 of the recording that the editor listened to: a newer one is not published in its place.
    """
    newest = episode.recordings.first()
    if heard and newest and newest.sha256 != heard:
        raise RecordingRejected(episode, "it was voiced again meanwhile", advice="Listen to the new recording first.")
    stages.advance(episode.pk, stages.BY_NAME["publish"])
    stages.note(episode, "publish", by)


# The writer's checks bring torch: a web server on which nobody edits or approves does without it.


def edit_turn(turn: Turn, text: str, *, by: Any, version: int) -> Turn:
    """As `pipeline.write.edit_turn`; the script is measured anew."""
    from briefings import scorecards
    from briefings.pipeline import write

    edited = write.edit_turn(turn, text, by=by, version=version)
    scorecards.refresh(edited.script)
    return edited


def approve(episode: Episode, *, by: Any, override_reason: str, seen: str) -> bool:
    """Approve the script, and have it voiced; False if it waits for a second editor. As `pipeline.approve.approve`."""
    from briefings.pipeline import approve as approving

    approving.approve(episode, by=by, override_reason=override_reason, seen=seen)
    episode.refresh_from_db()
    if episode.status != Episode.Status.APPROVED:
        return False
    tasks.enqueue(episode.pk, "voice")
    return True


def reject(episode: Episode, *, by: Any, reason: str) -> None:
    """As `pipeline.approve.reject`."""
    from briefings.pipeline import approve as approving

    approving.reject(episode, by=by, reason=reason)


def rewrite(episode: Episode, *, by: Any) -> None:
    """Have the script written again. As `pipeline.approve.reopen`."""
    from briefings.pipeline import approve as approving

    approving.reopen(episode, by=by)
    send_on(episode)


def fetch_opml(url: str) -> bytes:
    """A subscription list from the web. Raises FeedError."""
    return web_client.document(url)


def subscribe(document: bytes, show: Show | None) -> fetch.Subscribed:
    """Add the feeds of a subscription list, and have the new ones fetched. Raises FeedMalformed."""
    listed = opml.parse(document)
    outcome = fetch.subscribe([entry.url for entry in listed], show, [entry.title for entry in listed])
    refresh(outcome.added)
    return outcome


def subscribe_one(url: str, show: Show | None) -> fetch.Subscribed:
    """Add one feed, and have it fetched."""
    outcome = fetch.subscribe([url], show)
    refresh(outcome.added)
    return outcome


def refresh(feeds: list[Feed]) -> int:
    """Have the feeds that are not paused fetched by the workers; returns how many."""
    active = [feed for feed in feeds if not feed.is_paused]
    for feed in active:
        tasks.refresh.delay_on_commit(feed.pk)
    return len(active)


def remove(feed: Feed) -> bool:
    """Take the feed off the list. One whose articles were told in an episode is paused and detached instead: False."""
    if feed.articles.filter(story__segments__order__isnull=False).exists():
        for show in Show.objects.filter(feeds=feed):
            show.feeds.remove(feed)
        Feed.objects.filter(pk=feed.pk).update(is_paused=True)
        return False
    feed.delete()
    return True


def pin(story: Story, wanted: bool) -> None:
    """A pinned story goes into the next rundown; it can't be killed at the same time."""
    Story.objects.filter(pk=story.pk).update(is_pinned=wanted, **({"is_killed": False} if wanted else {}))


def kill(story: Story, wanted: bool) -> None:
    """A killed story goes into no rundown."""
    Story.objects.filter(pk=story.pk).update(is_killed=wanted, **({"is_pinned": False} if wanted else {}))


def restrict(entry: Restriction, *, by: Any) -> None:
    """Put a do-not-say or do-not-cover entry in force: in scripts that are not published yet, too."""
    entry.created_by = by
    entry.save()
    _log_restriction(entry, by, ADDITION)
    _renew_scripts(entry)


def expire(entry: Restriction, *, by: Any) -> None:
    """The entry is in force no more, and stays to be seen."""
    entry.expires_at = now()
    entry.save(update_fields=["expires_at"])
    _log_restriction(entry, by, CHANGE)
    _renew_scripts(entry)


def lift(entry: Restriction, *, by: Any) -> None:
    """Delete the entry; that it was there, and who deleted it, stays in the log."""
    _log_restriction(entry, by, DELETION)
    entry.delete()
    _renew_scripts(entry)


def _log_restriction(entry: Restriction, by: Any, action: int) -> None:
    LogEntry.objects.log_actions(by.pk, [entry], action, change_message=entry.reason, single_object=True)


def _renew_scripts(entry: Restriction) -> None:
    """Scripts on which an editor can still decide are held against the entries that are in force by now."""
    open_ones = Script.objects.filter(episode__status__in=UNPUBLISHED).select_related("episode__show")
    for script in open_ones.filter(episode__show=entry.show_id) if entry.show_id else open_ones:
        restrictions.renew(script)


def embargo(story: Story, until: dt.datetime | None) -> None:
    """Keep the story from being told before `until`; None lifts the embargo."""
    Story.objects.filter(pk=story.pk).update(embargo_until=until)
