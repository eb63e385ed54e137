"""`manage.py demo`: one edition of the sample show, from invented feeds to a published episode."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from briefings import foreground, podcast_feed, schedule, summaries
from briefings.console import Console
from briefings.errors import BriefingError
from briefings.models import Episode, Show
from briefings.sample import show as sample


class Command(BaseCommand):
    help = (
        "Take one edition of the sample show down the whole line. Its news is invented, and served on loopback to the "
        "real fetcher. Makes the database, the show and an editor's login where they are missing."
    )
    requires_system_checks: list[str] = []  # the database may not be there yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(is_quiet=options["json"])
        call_command("migrate", verbosity=0, interactive=False)
        show, password = sample.make_show(), sample.make_editor()
        episode = schedule.open_edition(show, now().astimezone(show.zone).date())
        is_done = episode.status == Episode.Status.PUBLISHED
        error = None if is_done else _produce(show, episode, console)
        told = summaries.summary(episode, error)
        told = {"mp3": told.pop("mp3"), "feed_file": str(_write_feed(show)), **told}
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            if is_done:
                console.say("Today's edition of the sample show was published before. This is what came of it:")
            summaries.tell(console, told)
            _tell_the_rest(console, told, password, error)
        if error:
            sys.exit(1)


def _produce(show: Show, episode: Episode, console: Console) -> BriefingError | None:
    try:
        with sample.on_air(show):
            foreground.produce(episode, console, on_behalf_of="the demo command")
    except BriefingError as error:
        return error
    return None


def _write_feed(show: Show) -> Path:
    """The feed as a file too, for a look without a server."""
    path = Path(settings.MEDIA_ROOT) / show.slug / "feed.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(podcast_feed.build(show))
    return path


def _tell_the_rest(console: Console, told: dict[str, Any], password: str | None, error: BriefingError | None) -> None:
    if error:
        console.say(f"\n{error.editor_message} [{error.code}]")
        return
    console.say(f"Feed file {told['feed_file']}")
    console.say(f"\nThe desk: make serve, then {settings.BASE_URL}/ ")
    if password:
        console.say(f"Log in as {sample.EDITOR} with the password {password} (it is not shown again).")
    else:
        console.say(f"Log in as {sample.EDITOR}. A new password: python manage.py changepassword {sample.EDITOR}")
    console.say("Your own news: python manage.py feeds import FILE_OR_URL")
