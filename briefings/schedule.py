"""When a show's next edition opens, and which feeds are due: told from the clock and the rows, never the last tick.

An edition belongs to the show's local date; at most one is opened for it, however often or however late the tick comes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef

from briefings.models import Episode, Feed, Show

LATE_AFTER = dt.timedelta(minutes=30)
TOO_LATE_AFTER = dt.timedelta(hours=12)


def opening(show: Show, date: dt.date) -> dt.datetime:
    """The moment (UTC) at which the edition of this local date opens.

    An hour that the clocks skip is taken as much later as they skip; of an hour that comes twice, the first one counts.
    """
    local = dt.datetime.combine(date, show.publish_time, tzinfo=show.zone)
    return local.astimezone(dt.UTC)


def next_opening(show: Show, moment: dt.datetime) -> dt.datetime | None:
    """The next opening after `moment`, None for a show that is paused or has no weekday."""
    if not show.is_active or not show.weekdays:
        return None
    date = moment.astimezone(show.zone).date() - dt.timedelta(days=1)
    for _ in range(10):
        if date.weekday() in show.weekdays and (opens := opening(show, date)) > moment:
            return opens
        date += dt.timedelta(days=1)
    return None


def due_date(show: Show, moment: dt.datetime) -> dt.date | None:
    """The local date whose edition should be open at `moment` and is not: today's alone, and not if it is far too late.

    A show does not open an edition for an hour that lies before its own making.
    """
    date = moment.astimezone(show.zone).date()
    opens = opening(show, date)
    if not show.is_active or date.weekday() not in show.weekdays:
        return None
    if moment < opens or moment - opens > TOO_LATE_AFTER or show.created_at > opens:
        return None
    return None if show.episodes.filter(edition_date=date).exists() else date


def open_due(moment: dt.datetime) -> list[Episode]:
    """Open the editions that are due now, each once. One show's trouble does not keep the others from opening."""
    opened = []
    for show in Show.objects.filter(is_active=True):
        date = due_date(show, moment)
        if date is None:
            continue
        episode, is_new = _get_or_create(show, date, is_late=moment - opening(show, date) > LATE_AFTER)
        if is_new:
            opened.append(episode)
    return opened


def open_edition(show: Show, date: dt.date) -> Episode:
    """The show's episode for this date, opened now if there is none."""
    return _get_or_create(show, date, is_late=False)[0]


def _get_or_create(show: Show, date: dt.date, *, is_late: bool) -> tuple[Episode, bool]:
    """Numbers are given in the order of opening; two openers at once end with one episode."""
    for _ in range(5):
        if episode := Episode.objects.filter(show=show, edition_date=date).first():
            return episode, False
        number = (show.episodes.aggregate(last=Max("number"))["last"] or 0) + 1
        with contextlib.suppress(IntegrityError), transaction.atomic():
            return Episode.objects.create(show=show, edition_date=date, number=number, is_late=is_late), True
    return Episode.objects.get(show=show, edition_date=date), False


def due_feeds(moment: dt.datetime) -> list[int]:
    """Ids of the feeds to be asked now: those of active shows, or of none, whose time has come."""
    idle = Exists(Show.objects.filter(feeds=OuterRef("pk"), is_active=False))
    active = Exists(Show.objects.filter(feeds=OuterRef("pk"), is_active=True))
    due = Feed.objects.filter(is_paused=False, next_check_at__lte=moment)
    return list(due.exclude(idle & ~active).order_by("next_check_at").values_list("pk", flat=True)[:500])


def beat(moment: dt.datetime) -> None:
    """Store that the tick ran: the doctor and the desk look at it."""
    path = settings.STATE_DIR / "tick"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(moment.astimezone(dt.UTC).isoformat())
    fresh.replace(path)


def last_tick() -> dt.datetime | None:
    """When the tick last ran, None if it never has."""
    try:
        return dt.datetime.fromisoformat((settings.STATE_DIR / "tick").read_text())
    except (OSError, ValueError):
        return None
