"""`manage.py feeds import | refresh | list`: the subscriptions, from a terminal."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from briefings import opml, schedule, web_client
from briefings.errors import BriefingError
from briefings.models import Feed, Host, Show
from briefings.pipeline import fetch
from synthesis.types import DEFAULT_HOSTS


class Command(BaseCommand):
    help = "Import a subscription list, refresh the feeds, or list them with their health."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="subscribe to the feeds of an OPML list, or to one feed")
        importing.add_argument("source", help="an OPML file, or the address of an OPML list or of a feed")
        importing.add_argument("--show", help="the show that takes the feeds (its slug)")
        for verb, about in (("refresh", "ask every feed that is not paused"), ("list", "show every feed")):
            verbs.add_parser(verb, help=about).add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"])(options)
        except BriefingError as error:
            raise CommandError(error.editor_message) from error

    def _import(self, options: dict[str, Any]) -> None:
        wanted = subscriptions(options["source"])
        show, remark = choose_show(options["show"])
        outcome = fetch.subscribe([w.url for w in wanted], show, [w.title for w in wanted])
        self.stdout.write(f"{len(outcome.added)} feeds added, {len(outcome.known)} already known.")
        for url, reason in outcome.refused:
            self.stdout.write(f"Refused: {url}: {reason}.")
        self.stdout.write(remark)

    def _refresh(self, options: dict[str, Any]) -> None:
        feeds = list(Feed.objects.filter(is_paused=False))
        for done, (feed, count) in enumerate(fetch.refresh_all(feeds), start=1):
            if not options["json"]:
                state = feed.error_message or f"{count} new articles"
                self.stdout.write(f"[{done}/{len(feeds)}] {feed.name}: {state}")
        if options["json"]:
            self._print(feeds)

    def _list(self, options: dict[str, Any]) -> None:
        if options["json"]:
            return self._print(list(Feed.objects.all()))
        for row in rows(list(Feed.objects.all())):
            self.stdout.write(f"{row['health']:8} {row['articles']:5}  {row['outlet'] or row['url']}")
            if row["error_message"]:
                self.stdout.write(f"{'':16}{row['error_message']}")
        return None

    def _print(self, feeds: list[Feed]) -> None:
        self.stdout.write(json.dumps(rows(feeds), ensure_ascii=False, indent=2))


def rows(feeds: list[Feed]) -> list[dict[str, Any]]:
    """What a feed looks like to other programs: these keys are fixed."""
    counts = dict(Feed.objects.annotate(n=Count("articles")).values_list("pk", "n"))
    return [
        {
            "url": feed.url,
            "title": feed.title,
            "outlet": feed.name,
            "health": feed.health,
            "error_code": feed.error_code,
            "error_message": feed.error_message,
            "articles": counts.get(feed.pk, 0),
            "checked_at": feed.checked_at.isoformat() if feed.checked_at else None,
        }
        for feed in feeds
    ]


def subscriptions(source: str) -> list[opml.Subscription]:
    """The feeds of an OPML file or address; an address that is no OPML is taken for a feed itself."""
    if not source.startswith(("http://", "https://")):
        try:
            return opml.parse(Path(source).read_bytes())
        except OSError as cause:
            raise CommandError(f"{source} can't be read: {cause.strerror}.") from cause
    body = web_client.document(source, accept="text/x-opml, application/xml;q=0.9, */*;q=0.5")
    if b"<opml" in body[:2000].lower():
        return opml.parse(body)
    return [opml.Subscription(source, "")]


def choose_show(slug: str | None) -> tuple[Show | None, str]:
    """The show that takes imported feeds, and what to say of it.

    Invented news and real news are not mixed: a show that has nothing but sample feeds is never chosen by itself.
    """
    if slug:
        show = Show.objects.filter(slug=slug).first()
        if show is None:
            raise CommandError(f"there is no show {slug!r}. Shows: {_slugs(Show.objects.all()) or 'none'}.")
        return show, f"They belong to {show.title}. Next: python manage.py produce {show.slug}"
    real = [show for show in Show.objects.prefetch_related("feeds") if not is_sample_show(show)]
    if len(real) > 1:
        return None, f"They belong to no show yet: there are several. Import again with --show ({_slugs(real)})."
    show = real[0] if real else _daily_show()
    return show, f"They belong to {show.title}. Next: python manage.py produce {show.slug}"


def is_sample_show(show: Show) -> bool:
    feeds = show.feeds.all()
    return bool(feeds) and all(feed.is_sample for feed in feeds)


def _slugs(shows: Any) -> str:
    return ", ".join(show.slug for show in shows)


def _daily_show() -> Show:
    show = Show.objects.create(
        slug="daily",
        title="The Daily Briefing",
        description="The day's news, told by two voices from the outlets that report it.",
        timezone=schedule.local_zone(),
        publish_time=dt.time(6, 0),
        minutes=6.0,
    )
    for order, host in enumerate(DEFAULT_HOSTS):
        Host.objects.create(show=show, order=order, name=host.name, voice=host.voice)
    return show
