"""Stand-ins at the edges of the line: a writer and a studio that need no model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from synthesis.errors import NothingToTell
from synthesis.text import sentences
from synthesis.types import (
    Chapter,
    Citation,
    Cue,
    Dialogue,
    Edition,
    Host,
    LeftOut,
    Progress,
    Recording,
    Story,
    Tags,
    Turn,
    no_progress,
)

SECONDS_A_TURN = 3.0


class FakeWriter:
    """Reads out each story's first sentence. `error` is raised instead; stories in `unwanted` are left out."""

    def __init__(self, *, error: Exception | None = None, unwanted: Sequence[str] = (), findings: tuple = ()):
        self.error, self.unwanted, self.findings = error, set(unwanted), findings
        self.asked: list[tuple[Sequence[Story], Sequence[Host], Edition]] = []

    def write(
        self, stories: Sequence[Story], hosts: Sequence[Host], *, edition: Edition, progress: Progress = no_progress
    ) -> Dialogue:
        self.asked.append((stories, hosts, edition))
        if self.error:
            raise self.error
        told = [story for story in stories if story.id not in self.unwanted]
        if not told:
            raise NothingToTell("no story has a sentence that can be spoken")
        first, second = hosts[0].name, hosts[1].name
        turns = [Turn(first, f"This is {edition.show}, made with AI.", "opening", written_by="fake")]
        for number, story in enumerate(told):
            article = story.articles[0]
            text = sentences.split(article.text)[0]
            cited = (Citation(article.id, 0),)
            turns.append(Turn(second, "What happened?", "question", written_by="fake", story=story.id))
            turns.append(Turn(first, text, "fact", cited, "source", self.findings, story.id))
            progress(number + 1, len(told))
        turns.append(Turn(second, "That's all for today.", "closing", written_by="fake"))
        left_out = tuple(LeftOut(key, "It is unwanted.") for key in sorted(self.unwanted))
        return Dialogue(tuple(hosts), tuple(turns), "fake writer", True, left_out)


class FakeStudio:
    """Writes a file whose content follows from the script and the tags alone. `figures` overrides what it measures."""

    def __init__(self, *, error: Exception | None = None, **figures: float):
        self.error, self.figures = error, figures
        self.asked: list[tuple[Dialogue, Tags]] = []

    def render(self, dialogue: Dialogue, path: Path, *, tags: Tags, progress: Progress = no_progress) -> Recording:
        self.asked.append((dialogue, tags))
        path.write_bytes(b"half")
        if self.error:
            raise self.error
        script = "\n".join(f"{turn.host}: {turn.text}" for turn in dialogue.turns)
        path.write_bytes(b"ID3" + hashlib.sha256(f"{tags.title}\n{script}".encode()).digest() * 100)
        times = [(i * SECONDS_A_TURN, turn) for i, turn in enumerate(dialogue.turns)]
        cues = [
            Cue(start_s, start_s + SECONDS_A_TURN - 0.2, turn.host, turn.text, i)
            for i, (start_s, turn) in enumerate(times)
        ]
        progress(len(times), len(times))
        stories = {turn.story: start_s for start_s, turn in reversed(times) if turn.story}
        chapters = [
            Chapter(start_s, tags.chapter_titles[story], tags.chapter_urls[story])
            for story, start_s in sorted(stories.items(), key=lambda item: item[1])
        ]
        measured = {
            "duration_s": len(times) * SECONDS_A_TURN,
            "size_bytes": path.stat().st_size,
            "loudness_lufs": -16.0,
            "true_peak_dbtp": -1.8,
        }
        return Recording(
            path=path,
            sample_rate=44_100,
            channels=2,
            chapters=(Chapter(0, "Introduction"), *chapters),
            cues=tuple(cues),
            **measured | self.figures,
        )
