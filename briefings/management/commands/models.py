"""`manage.py models`: which models there are, getting them, and proving that they are what was pinned or recorded."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from briefings.console import Console
from synthesis.errors import CheckpointError

DEFAULT = ("voice", "writer")
NAMES = "a model of the list, the tier default, small or embedded, or writer for the one that this machine should run"

Row = dict[str, Any]


class Command(BaseCommand):
    help = "List the models, install them, or verify that what is installed is what was pinned or recorded."
    requires_system_checks: list[str] = []  # it comes before the database

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for action, about in (
            ("list", "what each model is for, and whether it is installed"),
            ("install", "install the models named; voice and writer if none is"),
            ("verify", "hash every file of the models named, or of all that are installed"),
        ):
            verb = actions.add_parser(action, help=about)
            verb.add_argument("names", metavar="NAME", nargs="*", help=NAMES)
            verb.add_argument("--json", action="store_true", help="print one JSON document on the standard output")
            if action == "install":
                verb.add_argument("--source", metavar="DIR", type=Path, help="take the files from this folder alone")
                verb.add_argument("--revision", metavar="COMMIT", help="trust this commit of a model that isn't pinned")
                verb.add_argument(
                    "--repo", metavar="OWNER/NAME", help="the commit's repository, by default the model's"
                )

    def handle(self, *args: Any, **options: Any) -> None:
        if options.get("repo") and not options["revision"]:
            raise CommandError("--repo needs the --revision that is trusted")
        console = Console(is_quiet=options["json"])
        action = {"list": _list, "install": _install, "verify": _verify}[options["action"]]
        rows = action(options, console)
        if options["json"]:
            self.stdout.write(json.dumps({"models": rows}, indent=2, ensure_ascii=False))
        if any(row["error"] for row in rows):
            sys.exit(1)


def _list(options: dict[str, Any], console: Console) -> list[Row]:
    from synthesis import checkpoint  # brings torch, which takes seconds to import

    rows = []
    for name in options["names"] or [card.name for card in checkpoint.catalogue()]:
        try:
            found = checkpoint.status(_card_name(name), settings.MODELS_DIR)
        except CheckpointError as error:
            rows.append(_failed(name, error, console))
            continue
        card = found.card
        rows.append(_row(card, found.state))
        size = f"{card.size_bytes / 1e6:6.0f} MB"
        console.say(f"{card.name:<16} {found.state:<10} {size}  {card.title} ({card.licence})")
        console.say(f"{'':16} {card.purpose}{'' if card.is_pinned else '; not pinned: --source or --revision'}")
    return rows


def _install(options: dict[str, Any], console: Console) -> list[Row]:
    from synthesis import checkpoint

    rows = []
    for name in options["names"] or DEFAULT:
        try:
            if name == "writer":
                rows.append(_install_writer(options, console))
                continue
            commit = _commit(options, checkpoint.card_of(name).repo)
            with console.stage(name) as progress:
                done = checkpoint.install(
                    name, settings.MODELS_DIR, source=options["source"], commit=commit, progress=progress
                )
        except (CheckpointError, RuntimeError) as error:  # the latter if COMPUTE_DEVICE names what is not there
            rows.append(_failed(name, error, console))
            continue
        rows.append(_installed(done, console))
    return rows


def _install_writer(options: dict[str, Any], console: Console) -> Row:
    """The writer of the tier that the settings ask for, or that this machine can run and can be had; says which, why.

    Raises CheckpointError.
    """
    from briefings import engines
    from synthesis.dialogue import tiers
    from synthesis.machine import this_machine

    chosen = engines.writers_choice()
    if chosen.card is None:
        console.say(f"writer: {chosen}; there is nothing to install")
        return {"name": "writer", "state": "elsewhere", "title": chosen.title, "tier": chosen.tier, "error": ""}
    machine = this_machine()
    best = next((card.repo for card in tiers.suited(machine) if not card.is_pinned), "")
    commit, source = _commit(options, best), options["source"]
    with console.stage("writer") as progress:
        choice, done = tiers.install(
            settings.WRITER, settings.MODELS_DIR, machine, source=source, commit=commit, progress=progress
        )
    console.say(f"writer: {choice}")
    return _installed(done, console) | {"tier": choice.tier, "because": choice.because}


def _commit(options: dict[str, Any], repo: str) -> Any:
    from synthesis.first_use import Commit

    return Commit(options["repo"] or repo, options["revision"]) if options["revision"] else None


def _installed(done: Any, console: Console) -> Row:
    for note in done.notes:
        console.say(f"{'':10} {note}")
    console.say(f"{'':10} {done.card.title}, by {done.route}, in {done.path}")
    return _row(done.card, "installed") | {"route": done.route, "path": str(done.path), "notes": list(done.notes)}


def _verify(options: dict[str, Any], console: Console) -> list[Row]:
    from synthesis import checkpoint

    rows = []
    for name in options["names"] or _to_verify():
        try:
            done = checkpoint.verify(_card_name(name), settings.MODELS_DIR)
        except CheckpointError as error:
            rows.append(_failed(name, error, console))
            continue
        kind = "pinned" if done.card.is_pinned else f"as recorded from {done.route}"
        console.say(f"{done.card.name:<16} verified   {kind}")
        rows.append(_row(done.card, "verified"))
    return rows


def _to_verify() -> list[str]:
    """The pinned models that everyone has, and what else is installed."""
    from synthesis import checkpoint

    return [
        card.name
        for card in checkpoint.catalogue()
        if (card.is_pinned and not card.is_optional)
        or checkpoint.status(card.name, settings.MODELS_DIR).state != "missing"
    ]


def _card_name(name: str) -> str:
    """The model that a name stands for; "writer" is the one that writes now."""
    if name != "writer":
        return name
    from briefings import engines

    choice = engines.writers_choice()
    if choice.card is None:
        raise CheckpointError(f"the writer is {choice}, and no model of the list")
    return choice.card.name


def _row(card: Any, state: str) -> Row:
    return {
        "name": card.name,
        "state": state,
        "title": card.title,
        "version": card.version,
        "licence": card.licence,
        "source": card.source,
        "purpose": card.purpose,
        "size_bytes": card.size_bytes,
        "is_pinned": card.is_pinned,
        "error": "",
    }


def _failed(name: str, error: Exception, console: Console) -> Row:
    console.say(f"{name:<10} FAILED     {error}")
    return {"name": name, "state": "failed", "error": str(error)}
