"""The line in the foreground: one edition taken through its stages by a command, with the progress on the console."""

from __future__ import annotations

import time

from briefings.console import Console, Progress
from briefings.errors import ScriptRejected, StageConflict
from briefings.models import Episode
from briefings.pipeline import approve, stages

Status = Episode.Status
ASK_AGAIN_S = 0.5


def produce(episode: Episode, console: Console, *, until: str = "publish", on_behalf_of: str) -> Episode:
    """Take the episode through every stage up to `until`, and publish it, as its operator asked for it by name.

    A script with a red check is not approved: raises ScriptRejected. Raises what a stage raises, after storing it. A
    stage that a worker is running already is waited for.
    """
    last = stages.STAGES.index(stages.BY_NAME[until])
    stages.retry(episode)
    while True:
        episode.refresh_from_db()
        if episode.status == Status.REJECTED:
            raise ScriptRejected(episode, "an editor rejected the script", advice="Have it written again at the desk.")
        stage = stages.after(episode.status)
        if stage is None or stages.STAGES.index(stage) > last:
            return episode
        with console.stage(stage.name) as progress:
            _advance(episode, stage, progress, on_behalf_of)


def _advance(episode: Episode, stage: stages.Stage, progress: Progress, on_behalf_of: str) -> None:
    while True:
        try:
            if stage.name == "approve":
                approve.approve(episode, on_behalf_of=on_behalf_of)
            else:
                stages.advance(episode.pk, stage, progress)
            return
        except StageConflict:
            if _moved_on(episode, stage, progress):
                return


def _moved_on(episode: Episode, stage: stages.Stage, progress: Progress) -> bool:
    """Follow the worker that holds the stage. True once the episode has left it."""
    episode.refresh_from_db()
    if episode.status != stage.starts_from:
        return True
    progress(episode.progress_done, episode.progress_total)
    time.sleep(ASK_AGAIN_S)
    return False
