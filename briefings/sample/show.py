"""The sample show: its row, its hosts, its four feeds, and an editor's login for the desk."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.timezone import now

from briefings import schedule
from briefings.models import Feed, Host, Show
from briefings.sample.newsstand import NOTICE, OUTLETS, serving
from synthesis.types import DEFAULT_HOSTS

SLUG = "sample"
EDITOR = "editor"
MINUTES = 4.5


def make_show() -> Show:
    """The sample show, made at the first call. It is not scheduled: only its command opens its editions."""
    show, is_new = Show.objects.get_or_create(
        slug=SLUG,
        defaults={
            "title": "The Sample Briefing",
            "description": f"A sample of what this newsroom makes. {NOTICE} Written and voiced by AI.",
            "author": "Tandem",
            "owner_email": "desk@tandem.example",
            "timezone": schedule.local_zone(),
            "publish_time": dt.time(6, 30),
            "minutes": MINUTES,
            "is_active": False,
            "auto_approve": True,
            "auto_publish": True,
        },
    )
    if is_new:
        for order, host in enumerate(DEFAULT_HOSTS):
            Host.objects.create(show=show, order=order, name=host.name, voice=host.voice)
    return show


def make_editor() -> str | None:
    """Make the editor's login, and return its password; None if there is one already."""
    users = get_user_model().objects
    if users.filter(username=EDITOR).exists():
        return None
    password = secrets.token_urlsafe(9)
    users.create_superuser(EDITOR, password=password)
    return password


@contextlib.contextmanager
def on_air(show: Show) -> Iterator[None]:
    """Serve the sample feeds while the block runs, with this machine's addresses allowed for just as long.

    Outside it the feeds are paused: nobody serves them.
    """
    allowed = settings.ALLOW_PRIVATE_ADDRESSES
    moment = now().astimezone(show.zone)
    with serving(moment) as base:
        settings.ALLOW_PRIVATE_ADDRESSES = True
        feeds = [_subscribe(show, outlet.name, f"{base}/feeds/{outlet.slug}") for outlet in OUTLETS]
        try:
            yield
        finally:
            settings.ALLOW_PRIVATE_ADDRESSES = allowed
            Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(is_paused=True)


def _subscribe(show: Show, outlet: str, url: str) -> Feed:
    """The outlet's feed at the address that it has this time."""
    fresh = {"url": url, "is_paused": False, "next_check_at": now(), "etag": "", "last_modified": ""}
    feed, _ = Feed.objects.update_or_create(
        outlet=outlet, is_sample=True, defaults=fresh, create_defaults=fresh | {"title": outlet}
    )
    show.feeds.add(feed)
    return feed
