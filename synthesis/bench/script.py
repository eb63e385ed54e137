"""The scorecards of scripts, written from a set of stories by the embedded writer and by whichever other is configured.

Stories are dealt out in their order, six to an edition, an edition a day; a file that holds a list is an edition of its
own. Each edition knows the phrases of those before it, as a show's does. The other writer is that of TANDEM_WRITER and
TANDEM_WRITER_URL with its model and key, or the best installed model that this machine runs.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from typing import Any

from synthesis import checkpoint
from synthesis.bench import BadOption
from synthesis.dialogue import tiers
from synthesis.dialogue.scorecard import FRAME_KINDS, scorecard
from synthesis.dialogue.writer import Writer
from synthesis.language.server import ChatServer
from synthesis.machine import this_machine
from synthesis.types import DEFAULT_HOSTS, Dialogue, Edition, Story

STORIES_AN_EDITION = 6
REMEMBERED_EDITIONS = 10
SHOW = "The Morning Wire"
INVENTED = Path(__file__).parents[2] / "tests" / "data" / "stories"


def measure(stories: Path | None = None, minutes: float = 5.0) -> dict[str, Any]:
    """A summary for each writer, and under `editions` every scorecard. Raises BadOption, CheckpointError."""
    editions = read(stories or INVENTED)
    figures: dict[str, Any] = {}
    cards: dict[str, list[dict[str, Any]]] = {}
    for name, writer in _writers().items():
        started = time.perf_counter()
        cards[name] = write_all(writer, editions, minutes)
        figures[name] = summary(cards[name]) | {"seconds": round(time.perf_counter() - started, 1)}
    return figures | {"editions": cards}


def read(path: Path) -> list[list[Story]]:
    """The stories of a file or a folder, by edition. Raises BadOption if there are none."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    editions: list[list[Story]] = []
    alone: list[Story] = []
    for file in files:
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))
            found = [Story.from_json(row) for row in (rows if isinstance(rows, list) else [rows])]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadOption(f"{file} holds no stories: {error}") from error
        if isinstance(rows, list):
            editions.append(found)
        else:
            alone += found
    dealt = [alone[at : at + STORIES_AN_EDITION] for at in range(0, len(alone), STORIES_AN_EDITION)]
    if not (editions := [edition for edition in [*editions, *dealt] if edition]):
        raise BadOption(f"there are no stories in {path}: name a file or a folder by --stories")
    return editions


def _writers() -> dict[str, Writer]:
    models = checkpoint.models_dir()
    found = {"embedded": Writer(models)}
    choice = tiers.choose(os.environ.get("TANDEM_WRITER") or "auto", models, this_machine(), server := _server())
    if choice.tier != "embedded":
        found[choice.title] = tiers.load(choice, models, server)
    return found


def _server() -> ChatServer | None:
    url, model = (os.environ.get(f"TANDEM_WRITER_{name}", "") for name in ("URL", "MODEL"))
    return ChatServer(url, model, key=os.environ.get("TANDEM_WRITER_KEY", "")) if url and model else None


def write_all(writer: Writer, editions: Sequence[Sequence[Story]], minutes: float) -> list[dict[str, Any]]:
    """The scorecard of each edition, with those before it remembered."""
    cards: list[dict[str, Any]] = []
    written: list[Dialogue] = []
    for stories in editions:
        last = written[-REMEMBERED_EDITIONS:]
        said = [turn.text for dialogue in last for turn in dialogue.turns if turn.kind in {*FRAME_KINDS, "question"}]
        frames = [turn.text for dialogue in last for turn in dialogue.turns if turn.kind in FRAME_KINDS]
        edition = replace(_edition(stories, minutes), recent_phrases=frozenset(said))
        written.append(writer.write(stories, DEFAULT_HOSTS, edition=edition))
        cards.append({"writer": written[-1].writer, **scorecard(written[-1], stories, edition, frames)})
    return cards


def _edition(stories: Sequence[Story], minutes: float) -> Edition:
    """An edition of the day of its newest report."""
    published = [article.published[:10] for story in stories for article in story.articles if article.published]
    return Edition(SHOW, dt.date.fromisoformat(max(published)) if published else dt.date.today(), minutes)


def summary(cards: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The cards in one: shares of all turns, sums of what is counted, the worst of what must not be high."""
    facts, turns = sum(card["fact_turns"] for card in cards), sum(card["turns"] for card in cards)
    findings = sum((Counter(card["findings"]) for card in cards), Counter())
    return {
        "editions": len(cards),
        "stories": sum(card["stories"] for card in cards),
        "fact_turns": facts,
        "cited": round(sum((card["cited"] or 0) * card["fact_turns"] for card in cards) / facts, 4) if facts else None,
        "findings": dict(sorted(findings.items())),
        "repeated_four_grams_most": max(card["repeated_four_grams"] for card in cards),
        "questions": round(sum((card["questions"] or 0) * card["turns"] for card in cards) / turns, 4),
        "turn_words_median": median(card["turn_words_median"] for card in cards),
        "turn_words_longest": max(card["turn_words_longest"] for card in cards),
        "banter_on_grave": sum(card["banter_on_grave"] for card in cards),
        "shared_with_earlier_most": max((card["shared_with_earlier"] or 0.0 for card in cards), default=0.0),
        "minutes_asked": sum(card["minutes_asked"] for card in cards),
        "minutes": round(sum(card["minutes"] for card in cards), 2),
        "reading_ease": round(fmean(card["reading_ease"] for card in cards), 1),
        "single_source_stories": sum(len(card["single_source_stories"]) for card in cards),
    }
