"""What a model is told before it writes a story: which facts, in which order, who says what, and what was said before.

It is read off the extractive script, which is the plan of the edition: its facts are ranked, its hosts have their
parts, its questions have their places, and who needs an introduction has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from synthesis.types import Edition, Host, Turn

MOST_AVOIDED, LONGEST_AVOIDED = 6, 12  # phrases, words
TOLD = ("fact", "question", "reaction")
PACE = {
    "briefing": "This is a short briefing: the news alone.",
    "daily": "",
    "deep_dive": "This is a deep dive: give the listener the background and the other side.",
}


@dataclass(frozen=True, slots=True)
class Beat:
    """A turn to come: who says it, of which kind, and the sentences (article, index) that it rests on."""

    host: str
    kind: str
    cites: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a story stands in its edition. `before` is the line just said; `avoid` what was said of late; `hosts`
    a line each on who they are; `notes` a sentence each."""

    beats: tuple[Beat, ...] = ()
    before: str = ""
    avoid: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def scenes(script: Sequence[Turn], hosts: Sequence[Host], edition: Edition) -> Mapping[str, Scene]:
    """The scene of each story of an extractive script, by the story's id."""
    about = tuple(line for host in hosts if (line := _about(host)))
    avoid = tuple(_avoided(edition.recent_phrases))
    notes = (PACE[edition.format],) if PACE[edition.format] else ()
    found: dict[str, Scene] = {}
    for place, turn in enumerate(script):
        if turn.story is None or turn.story in found:
            continue
        own = [
            other for other in script if other.story == turn.story and other.kind in ("fact", "question", "reaction")
        ]
        beats = tuple(Beat(t.host, t.kind, tuple((c.article, c.sentence) for c in t.citations)) for t in own)
        before = f"{script[place - 1].host}: {script[place - 1].text}" if place else ""
        if turn.kind == "link":
            before = f"{turn.host}: {turn.text}"
        found[turn.story] = Scene(beats, before, avoid, about, notes)
    return found


def _about(host: Host) -> str:
    """ "Ben, economics correspondent. Dry, and fond of figures." """
    named = ", ".join(part for part in (host.name, host.role) if part)
    return f"{named}. {host.persona}".strip() if host.role or host.persona else ""


def _avoided(phrases: Iterable[str]) -> list[str]:
    """Some of the phrases that were heard of late, in an order that never changes."""
    return sorted(phrase for phrase in phrases if 2 <= len(phrase.split()) <= LONGEST_AVOIDED)[:MOST_AVOIDED]


NOWHERE = Scene()
