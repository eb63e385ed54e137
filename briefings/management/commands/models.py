"""`manage.py models`: which models there are, getting them, and proving that they are the pinned ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from briefings.console import Console
from synthesis.errors import CheckpointError

DEFAULT = ("voice", "embedded")


class Command(BaseCommand):
    help = "List the models, install them, or verify that what is installed is what was pinned."
    requires_system_checks: list[str] = []  # it comes before the database

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for action, about in (
            ("list", "what each model is for, and whether it is installed"),
            ("install", "install the models named; voice and embedded writer if none is"),
            ("verify", "hash every file of the models named, or of all"),
        ):
            verb = actions.add_parser(action, help=about)
            verb.add_argument("names", metavar="NAME", nargs="*", help="voice, embedded, or the tier writer")
            verb.add_argument("--json", action="store_true", help="print one JSON document on the standard output")
            if action == "install":
                verb.add_argument("--source", metavar="DIR", type=Path, help="take the files from this folder alone")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(is_quiet=options["json"])
        action = {"list": _list, "install": _install, "verify": _verify}[options["action"]]
        rows = action(options["names"], options.get("source"), console)
        if options["json"]:
            self.stdout.write(json.dumps({"models": rows}, indent=2, ensure_ascii=False))
        if any(row["error"] for row in rows):
            sys.exit(1)


def _list(names: list[str], source: Path | None, console: Console) -> list[dict[str, Any]]:
    from synthesis import checkpoint  # brings torch, which takes seconds to import

    rows = []
    for name in names or [card.name for card in checkpoint.catalogue()]:
        try:
            found = checkpoint.status(name, settings.MODELS_DIR)
        except CheckpointError as error:
            rows.append(_failed(name, error, console))
            continue
        card = found.card
        rows.append(_row(card, found.state))
        console.say(f"{card.name:<10} {found.state:<10} {card.size_bytes / 1e6:5.0f} MB  {card.title} ({card.licence})")
        console.say(f"{'':10} {card.purpose}")
    return rows


def _install(names: list[str], source: Path | None, console: Console) -> list[dict[str, Any]]:
    from synthesis import checkpoint
    from synthesis.model_cards import TIERS

    rows = []
    for name in names or DEFAULT:
        try:
            if name in TIERS:
                console.say(_tier(name))
            with console.stage(name) as progress:
                done = checkpoint.install(name, settings.MODELS_DIR, source=source, progress=progress)
        except CheckpointError as error:
            rows.append(_failed(name, error, console))
            continue
        for note in done.notes:
            console.say(f"{'':10} {note}")
        console.say(f"{'':10} {done.card.title}, by {done.route}, in {done.path}")
        rows.append(_row(done.card, "installed") | {"route": done.route, "path": str(done.path)})
    return rows


def _tier(name: str) -> str:
    """Which model stands for the tier on this machine, and why."""
    from synthesis import checkpoint
    from synthesis.device import compute_device

    card = checkpoint.card_of(name)
    device = compute_device()
    why = "no other writer is in the catalogue" if device.type == "cuda" else "it runs on a CPU in half a gigabyte"
    return f"{name}: {card.title}, since {why} (device: {device})"


def _verify(names: list[str], source: Path | None, console: Console) -> list[dict[str, Any]]:
    from synthesis import checkpoint

    rows = []
    for name in names or [card.name for card in checkpoint.catalogue()]:
        try:
            done = checkpoint.verify(name, settings.MODELS_DIR)
        except CheckpointError as error:
            rows.append(_failed(name, error, console))
            continue
        console.say(f"{done.card.name:<10} verified   {len(done.card.files)} files")
        rows.append(_row(done.card, "verified"))
    return rows


def _row(card: Any, state: str) -> dict[str, Any]:
    return {
        "name": card.name,
        "state": state,
        "title": card.title,
        "version": card.version,
        "licence": card.licence,
        "source": card.source,
        "purpose": card.purpose,
        "size_bytes": card.size_bytes,
        "error": "",
    }


def _failed(name: str, error: CheckpointError, console: Console) -> dict[str, Any]:
    console.say(f"{name:<10} FAILED     {error}")
    return {"name": name, "state": "failed", "error": str(error)}
