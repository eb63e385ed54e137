"""`python -m synthesis write` and `check`: the writer and the grounding check for other programs."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from synthesis.checkpoint import models_dir
from synthesis.dialogue import grounding
from synthesis.dialogue.writer import Writer
from synthesis.errors import SynthesisError
from synthesis.types import DEFAULT_HOSTS, Edition, Story

BAD_INPUT = 2


class BadInput(Exception):
    """Input that is not what it has to be; the message is one line."""


def add_parsers(subparsers: Any) -> None:
    write = subparsers.add_parser("write", help="write a two-host dialogue from stories")
    write.add_argument("--stories", type=Path, required=True, help="a JSON list of stories")
    write.add_argument("--out", type=Path, required=True, help="where the dialogue goes, as JSON")
    write.add_argument("--minutes", type=float, default=5.0)
    write.add_argument("--show", default="Tandem")
    write.add_argument("--date", type=dt.date.fromisoformat, help="the edition's date, by default today")
    write.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("UTC"))
    write.set_defaults(run=_answer(_write))
    check = subparsers.add_parser("check", help="check texts against their sources")
    check.add_argument("--in", dest="texts", type=Path, required=True, help="JSON lines: id, sources, text")
    check.add_argument("--out", type=Path, required=True, help="JSON lines: id, findings")
    check.set_defaults(run=_answer(_check))


def _answer(command: Any) -> Any:
    """`command`, with bad input told in one line and exit status 2."""

    def run(options: argparse.Namespace) -> int:
        try:
            command(options)
        except (BadInput, SynthesisError, OSError) as error:
            sys.stderr.write(f"error: {' '.join(str(error).split())}\n")
            return BAD_INPUT
        return 0

    return run


def _write(options: argparse.Namespace) -> None:
    if not 0.5 <= options.minutes <= 60:
        raise BadInput(f"--minutes must be between 0.5 and 60, not {options.minutes:g}")
    stories = _stories(options.stories)
    date = options.date or dt.datetime.now(options.timezone).date()
    edition = Edition(options.show, date, options.minutes, options.timezone.key)
    dialogue = Writer(models_dir()).write(stories, DEFAULT_HOSTS, edition=edition)
    options.out.write_text(json.dumps(dialogue.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _stories(path: Path) -> list[Story]:
    rows = _json(_read(path), str(path))
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"{path}: it must hold a list of stories, and at least one")
    return [_story(row, f"{path}, story {number}") for number, row in enumerate(rows, start=1)]


def _story(row: Any, where: str) -> Story:
    try:
        story = Story.from_json(row)
        texts = [
            part
            for article in story.articles
            for part in (article.outlet, article.url, article.published, article.text)
        ]
        if not story.articles or not all(isinstance(text, str) for text in [story.title, *texts]):
            raise TypeError("title, outlet, url, published and text are texts, and there is an article at least")
    except KeyError as error:
        raise BadInput(f"{where}: {error} is missing") from error
    except (TypeError, AttributeError) as error:
        raise BadInput(f"{where} is not a story: {error}") from error
    return story


def _check(options: argparse.Namespace) -> None:
    lines = [_checked(row) for row in _rows(options.texts)]
    options.out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _checked(row: dict[str, Any]) -> str:
    findings = grounding.check(row["text"], row["sources"])
    rows = [{"kind": finding.kind, "span": finding.span, "reason": finding.reason} for finding in findings]
    return json.dumps({"id": row["id"], "findings": rows}, ensure_ascii=False)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_read(path).splitlines(), start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        row = _json(line, where)
        if not isinstance(row, dict) or not {"id", "sources", "text"} <= set(row):
            raise BadInput(f'{where}: each line needs "id", "sources" and "text"')
        if (
            not isinstance(row["text"], str)
            or not isinstance(row["sources"], list)
            or not all(isinstance(source, str) for source in row["sources"])
        ):
            raise BadInput(f'{where}: "text" must be a text, and "sources" a list of texts')
        yield row


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text") from error


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(f"{where} is not JSON: {error}") from error
