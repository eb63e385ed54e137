"""When a show's next edition opens, and which feeds are due: told from the clock and the rows, never the last tick.

An edition belongs to the show's local date; at most one is opened for it, however often or however late the tick comes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef
from tzlocal import get_localzone_name

from briefings.models import Episode, Feed, Show

log = logging.getLogger(__name__)

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
    """The local date whose edition should be open at `moment` and is not: today's, and not if it is far too late.

    Yesterday's only if a tick that was a little late has missed it at midnight. A show does not open an edition for an
    hour that lies before its own making.
    """
    if not show.is_active:
        return None
    today = moment.astimezone(show.zone).date()
    last_chances = ((today, TOO_LATE_AFTER), (today - dt.timedelta(days=1), LATE_AFTER))
    return next((date for date, patience in last_chances if _is_due(show, date, moment, patience)), None)


def _is_due(show: Show, date: dt.date, moment: dt.datetime, patience: dt.timedelta) -> bool:
    opens = opening(show, date)
    if date.weekday() not in show.weekdays or not opens <= moment <= opens + patience or show.created_at > opens:
        return False
    return not show.episodes.filter(edition_date=date).exists()


def open_due(moment: dt.datetime) -> list[Episode]:
    """Open the editions that are due now, each once. One show's trouble does not keep the others from opening."""
    opened = []
    for show in Show.objects.filter(is_active=True):
        try:
            opened += _open(show, moment)
        except Exception:
            log.exception("the edition of %s could not be opened", show)
    return opened


def _open(show: Show, moment: dt.datetime) -> list[Episode]:
    date = due_date(show, moment)
    if date is None:
        return []
    episode, is_new = _get_or_create(show, date, is_late=moment - opening(show, date) > LATE_AFTER)
    return [episode] if is_new else []


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


def local_zone() -> str:
    """The name of this machine's time zone, for a show that is made by a command; UTC where it has none."""
    with contextlib.suppress(Exception):  # a machine whose zone is misconfigured is no reason to stop
        return get_localzone_name() or "UTC"
    return "UTC"
