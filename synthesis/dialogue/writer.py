"""Write the dialogue of an edition from its stories: the one face of the script's writing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthesis.dialogue import extractive
from synthesis.dialogue.phrases import Ranker
from synthesis.dialogue.segment import Prepared, prepare
from synthesis.errors import NothingToTell
from synthesis.types import Dialogue, Edition, Host, LeftOut, Progress, Story, no_progress


class Writer:
    """Stories in, a checked two-host dialogue out. The same input gives the same script."""

    def __init__(self, models_dir: Path | None = None, *, ranker: Ranker | None = None):
        self._models_dir, self._ranker = models_dir, ranker

    def write(
        self, stories: Sequence[Story], hosts: Sequence[Host], *, edition: Edition, progress: Progress = no_progress
    ) -> Dialogue:
        prepared: list[Prepared] = []
        left_out: list[LeftOut] = []
        for done, story in enumerate(stories):
            progress(done, len(stories) + 1)
            ready = prepare(story, edition)
            if ready.facts:
                prepared.append(ready)
            else:
                left_out.append(LeftOut(story.id, "None of its sentences can be spoken."))
        if not prepared:
            raise NothingToTell("no story has a sentence that can be spoken")
        told, counts, dropped = extractive.fit(prepared, hosts, edition)
        turns = extractive.compose(told, counts, hosts, edition, self._ranker)
        progress(len(stories) + 1, len(stories) + 1)
        return Dialogue(tuple(hosts), tuple(turns), "extractive", True, (*left_out, *dropped))
