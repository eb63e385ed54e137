"""`manage.py feedcheck FILE_OR_URL`: what is wrong with a podcast feed. The exit code is 1 if anything is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import Resolver404, resolve

from briefings import feedcheck, podcast_feed, web_client
from briefings.errors import BriefingError
from briefings.models import Recording, Show


class Command(BaseCommand):
    help = "Check a podcast feed, a file or an address, as directories and players would."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, source: str, json: bool, **options: Any) -> None:
        is_address = source.startswith(("http://", "https://"))
        document = (own_feed(source) or _fetch(source)) if is_address else _read(source)
        report = feedcheck.check(document, address=source if is_address else "", size_of=size_on_disk)
        self.stdout.write(_as_json(report) if json else _as_text(report))
        if report.errors:
            raise SystemExit(1)


def own_feed(address: str) -> bytes | None:
    """The podcast feed of one of our own shows, as it is served at this address. None for any other address."""
    path = address.removeprefix(settings.BASE_URL)
    if path == address:
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    show = Show.objects.filter(slug=match.kwargs["slug"]).first() if match.view_name == "public:feed" else None
    return podcast_feed.build(show) if show else None


def size_on_disk(address: str) -> int | None:
    """The true size of one of our own enclosures; None for anybody else's."""
    base, parts = urlsplit(settings.BASE_URL), urlsplit(address)
    prefix = base.path + "/media/"
    if (parts.scheme, parts.netloc) != (base.scheme, base.netloc) or not parts.path.startswith(prefix):
        return None
    recording = Recording.objects.filter(path=parts.path.removeprefix(prefix)).first()
    path = Path(recording.file_path) if recording else None
    return path.stat().st_size if path and path.is_file() else None


def _fetch(address: str) -> bytes:
    try:
        return web_client.document(address)
    except BriefingError as error:
        raise CommandError(error.editor_message) from error


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}") from error


def _as_json(report: feedcheck.Report) -> str:
    return json.dumps(report.to_json(), indent=2, ensure_ascii=False)


def _as_text(report: feedcheck.Report) -> str:
    lines = [
        f"{kind}{' line ' + str(remark['line']) if 'line' in remark else ''} {remark['code']}: {remark['message']}"
        for kind, remarks in (("error", report.errors), ("warning", report.warnings))
        for remark in remarks
    ]
    return "\n".join([*lines, f"{len(report.errors)} errors, {len(report.warnings)} warnings"])
