"""`manage.py doctor`: a line for each thing that must be right, and what to do where it isn't."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from briefings import checks

SIGNS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and what to do. The exit status is 1 if anything fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        found = checks.run()
        failed = [check for check in found if check.state == "fail"]
        if options["json"]:
            document = {"ok": not failed, "checks": [check.to_json() for check in found]}
            self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            self._tell(found, len(failed))
        if failed:
            sys.exit(1)

    def _tell(self, found: list[checks.Check], failed: int) -> None:
        for check in found:
            self.stdout.write(f"{SIGNS[check.state]}  {check.name:<15} {check.message}")
            if check.fix:
                self.stdout.write(f"{'':21} -> {check.fix}")
        self.stdout.write(f"\n{failed} of {len(found)} checks failed." if failed else "\nReady.")
