"""How much the grounding check catches, and how often it cries wolf.

The sets: turns over the invented stories of `tests/data/stories`, each true, or false in one marked place. `tuning` is
what the rules were made on; `held_out` was written after them, and nothing was tuned on it. A false turn counts as
caught if anything is found in it; `kind_agrees` is the share of those with a finding of their own kind, `place_agrees`
of those with one that meets the marked words. With a folder of CLIFF (Cao & Wang, EMNLP 2021; `CLIFF_error_types.csv`
of the AggreFact benchmark): summaries of news, wrong spans marked by people, its validation half alone.
"""

from __future__ import annotations

import ast
import csv
import datetime as dt
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.bench import BadOption
from synthesis.dialogue import grounding, segment
from synthesis.types import Article, Edition, Finding, Story

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
SETS = {"tuning": DATA / "grounding" / "tuning.jsonl", "held_out": DATA / "grounding" / "held_out.jsonl"}
CLIFF_FILE = "CLIFF_error_types.csv"
# What a set calls a kind, and what the check does.
SAME_KINDS = {"quote": "quotation", "unit": "number", "number": "unit"}


@dataclass(frozen=True, slots=True)
class Row:
    """A turn of a set: `kind` and `span` of its one fault, "" where it is true."""

    id: str
    text: str
    sources: tuple[str, ...]
    story: tuple[str, ...]
    kind: str
    span: str


def measure(*, rows: Path | None = None, cliff: Path | None = None) -> dict[str, Any]:
    """The figures of `rows` alone, if given, else of each set that is here; with those of CLIFF, if its folder is.

    Raises BadOption where a file is not there, or is not what it has to be.
    """
    sets = {rows.stem: rows} if rows else {name: path for name, path in SETS.items() if path.is_file()}
    figures: dict[str, Any] = {name: measure_set(read(path)) for name, path in sets.items()}
    if cliff is not None:
        figures["cliff_validation"] = measure_cliff(cliff)
    return figures


def read(path: Path) -> list[Row]:
    """The turns of a set, with what they may rest on."""
    if not path.is_file():
        raise BadOption(f"{path} is not there")
    stories: dict[str, Story] = {}
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            if row["story"] not in stories:
                path_of = DATA / "stories" / f"{row['story']}.json"
                stories[row["story"]] = Story.from_json(json.loads(path_of.read_text("utf-8")))
            found.append(_row(row, stories[row["story"]]))
        except (ValueError, KeyError, OSError, StopIteration) as error:
            raise BadOption(f"{path}, line {number}: {error!r}") from error
    return found


def _row(row: dict[str, Any], story: Story) -> Row:
    article: Article = next(article for article in story.articles if article.id == row["article"])
    edition = Edition("Tandem", dt.datetime.fromisoformat(article.published).date())
    return Row(
        row["id"],
        row["text"],
        tuple(segment.sources(article, row["sentences"], edition)),
        (*(other.text for other in story.articles), *(other.title for other in story.articles)),
        row["kind"] if row["label"] == "false" else "",
        row.get("span", ""),
    )


def measure_set(rows: list[Row]) -> dict[str, Any]:
    """Recall for each kind, the false alarms among true turns, and the ids of what was missed or wrongly held."""
    started = time.perf_counter()
    found = {row.id: grounding.check(row.text, row.sources, story=row.story) for row in rows}
    seconds = time.perf_counter() - started
    false, true = [row for row in rows if row.kind], [row for row in rows if not row.kind]
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for row in false:
        by_kind[row.kind].append(row)
    return {
        "false_turns": len(false),
        "true_turns": len(true),
        "recall": {kind: _share([bool(found[r.id]) for r in group]) for kind, group in sorted(by_kind.items())},
        "recall_of_all": _share([bool(found[row.id]) for row in false]),
        "false_alarms": _share([bool(found[row.id]) for row in true]),
        "kind_agrees": _share([_is_of_kind(row.kind, found[row.id]) for row in false if found[row.id]]),
        "place_agrees": _share([_meets(row.text, row.span, found[row.id]) for row in false if found[row.id]]),
        "missed": [row.id for row in false if not found[row.id]],
        "wrongly_held": [row.id for row in true if found[row.id]],
        "ms_a_turn": round(1000 * seconds / max(1, len(rows)), 1),
    }


def _share(hits: list[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def _is_of_kind(kind: str, findings: list[Finding]) -> bool:
    return any(finding.kind in {kind, SAME_KINDS.get(kind, kind)} for finding in findings)


def _meets(text: str, span: str, findings: list[Finding]) -> bool:
    """Whether a finding's words and the marked ones overlap in the text."""
    text, span = grounding.normalise(text), grounding.normalise(span)
    start = text.find(span)
    places = [(text.find(finding.span), finding.span) for finding in findings]
    return any(place < start + len(span) and start < place + len(words) for place, words in places if place >= 0)


def measure_cliff(folder: Path) -> dict[str, Any]:
    """The validation half, each summary held for the kinds that a whole article can be held to: the wrong
    summaries that are caught, the right ones that are held, and of the marked spans
    with a digit, and of those with a name that the article does not have, how many a finding meets."""
    rows = [row for row in _cliff_rows(folder) if row["cut"] == "val"]
    wrong: list[bool] = []
    right: list[bool] = []
    digits: list[bool] = []
    names: list[bool] = []
    for row in rows:
        text = _joined(row["summ"])
        article = row["doc"].splitlines() or [row["doc"]]
        found = grounding.check(text, article, kinds=grounding.OF_AN_ARTICLE)
        errors, spans = _listed(row["error_type"]), [_joined(span) for span in _listed(row["annotated_span"])]
        if errors == ["correct"]:
            right.append(bool(found))
            continue
        wrong.append(bool(found))
        digits += [_meets(text, span, found) for span in spans if re.search(r"\d", span)]
        if errors == ["extrinsic-NP"]:
            names += [_meets(text, span, found) for span in spans if _is_name(span)]
    return {
        "summaries": len(rows),
        "wrong_caught": _share(wrong),
        "false_alarms": _share(right),
        "digit_spans": len(digits),
        "digit_spans_caught": _share(digits),
        "extrinsic_names": len(names),
        "extrinsic_names_caught": _share(names),
    }


def _cliff_rows(folder: Path) -> Iterator[dict[str, str]]:
    path = folder / CLIFF_FILE
    if not path.is_file():
        raise BadOption(f"{path} is not there: it is data/error_type_mapping/{CLIFF_FILE} of the AggreFact benchmark")
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _listed(cell: str) -> list[str]:
    return [str(item) for item in ast.literal_eval(cell)] if cell.startswith("[") else [cell]


def _joined(text: str) -> str:
    """The summary as it is written, without the spaces of its tokens."""
    text = re.sub(r"(?<=\w) - (?=\w)", "-", text)
    text = re.sub(r" (?=['’](?:s|t|re|ve|ll|d|m)\b)", "", text)
    text = re.sub(r"([$£€]) (?=\d)", r"\1", text)
    text = re.sub(r"(?<=\d) (?=(?:m|bn|k)\b)", "", text)
    return re.sub(r" (?=[,.;:!?%)])|(?<=\() ", "", text)


def _is_name(span: str) -> bool:
    return bool(re.search(r"[A-Z]", span)) and not re.search(r"\d", span)
