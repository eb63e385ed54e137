"""`manage.py produce SHOW`: one edition down the whole line, in the foreground."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.timezone import now

from briefings import addresses, foreground, schedule, summaries
from briefings.console import Console
from briefings.errors import BriefingError
from briefings.models import Episode, Show
from briefings.pipeline import stages


class Command(BaseCommand):
    help = (
        "Take one edition of a show through every stage, from fetching to publishing. A script without a red check is "
        "approved by this command; one with a red check waits at the desk, and the exit status is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("show", metavar="SHOW", help="the show's short name")
        parser.add_argument(
            "--date", metavar="D", type=a_date, help="the edition's date, as 2026-01-31; today if omitted"
        )
        names = [stage.name for stage in stages.STAGES]
        parser.add_argument("--until", metavar="STAGE", choices=names, default=names[-1], help=", ".join(names))
        parser.add_argument("--json", action="store_true", help="print one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(is_quiet=options["json"])
        show = find_show(options["show"])
        date = options["date"] or now().astimezone(show.zone).date()
        episode = schedule.open_edition(show, date)
        console.say(f"{show.title}, {date:%A} {date.day} {date:%B %Y}")
        if episode.status == Episode.Status.PUBLISHED:
            console.say("This edition is published already.")
        error = None
        try:
            foreground.produce(episode, console, until=options["until"], on_behalf_of="the produce command")
        except BriefingError as caught:
            error = caught
        told = summaries.summary(episode, error)
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            summaries.tell(console, told)
            tell_what_is_next(console, episode, error)
        if error:
            sys.exit(1)


def a_date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date; write it as 2026-01-31") from error


def find_show(slug: str) -> Show:
    """Raises CommandError, naming the shows that there are."""
    try:
        return Show.objects.get(slug=slug)
    except Show.DoesNotExist as error:
        known = ", ".join(Show.objects.values_list("slug", flat=True)) or "none yet: make one at the desk"
        raise CommandError(f"There is no show called {slug!r}. Shows: {known}.") from error


def tell_what_is_next(console: Console, episode: Episode, error: BriefingError | None) -> None:
    if error:
        console.say(f"\n{error.editor_message} [{error.code}]")
    if hasattr(episode, "script") and episode.status != Episode.Status.PUBLISHED:
        console.say(f"Script    {addresses.absolute(reverse('script', args=[episode.pk]))}")
    if error or episode.status != Episode.Status.PUBLISHED:
        console.say(f"To go on: python manage.py produce {episode.show.slug} --date {episode.edition_date}")
