"""The front end's word tables: tab-separated files beside this module, the first line naming the columns."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `name`.tsv. An empty cell is an empty string."""
    text = files("synthesis.text").joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def spoken(name: str, kind: str) -> dict[str, str]:
    """Written -> spoken of the rows of one kind."""
    return {row["written"]: row["spoken"] for row in rows(name) if row["kind"] == kind}
