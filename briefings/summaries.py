"""What came of an edition, as one document: the summary that commands print."""

from __future__ import annotations

from typing import Any

from briefings import addresses
from briefings.console import Console
from briefings.errors import BriefingError
from briefings.models import Episode, Script, StageRun


def summary(episode: Episode, error: BriefingError | None = None) -> dict[str, Any]:
    """The document that `produce --json` prints; figures that are not there yet are null."""
    episode.refresh_from_db()
    recording = episode.recordings.first()
    script = getattr(episode, "script", None)
    return {
        "episode": addresses.episode_page(episode),
        "status": episode.status,
        "mp3": recording.file_path if recording else None,
        "feed_url": addresses.podcast_feed(episode.show),
        "duration_s": recording.duration_s if recording else None,
        "loudness_lufs": recording.loudness_lufs if recording else None,
        "true_peak_dbtp": recording.true_peak_dbtp if recording else None,
        "chapters": [{"start_s": c["start_s"], "title": c["title"]} for c in recording.chapters] if recording else [],
        "stories": _told(episode),
        "seconds": seconds(episode),
        "writer": script.writer if script else None,
        "voices": recording.voices if recording else [],
        "errors": [describe(error)] if error else [],
    }


def _told(episode: Episode) -> int:
    """Stories in the script, or in the rundown while there is none."""
    script: Script | None = getattr(episode, "script", None)
    if script is None:
        return episode.segments.filter(order__isnull=False).count()
    return script.turns.filter(story__isnull=False).values("story").distinct().count()


def seconds(episode: Episode) -> dict[str, float]:
    """How long each stage took the last time that it was done."""
    runs = episode.runs.filter(outcome=StageRun.Outcome.DONE, worker__contains=":").order_by("started_at")
    return {run.stage: round(run.duration_s or 0.0, 1) for run in runs}


def describe(error: BriefingError) -> dict[str, str]:
    return {"code": error.code, "message": error.editor_message}


def tell(console: Console, told: dict[str, Any]) -> None:
    """The summary for a person."""
    console.say()
    if told["mp3"]:
        minutes, rest = divmod(round(told["duration_s"]), 60)
        console.say(f"Episode   {told['mp3']}")
        console.say(f"Length    {minutes}:{rest:02d}, {told['stories']} stories")
        console.say(f"Loudness  {told['loudness_lufs']:.1f} LUFS, true peak {told['true_peak_dbtp']:.1f} dBTP")
        console.say(f"Writer    {told['writer']}; voices {', '.join(told['voices'])}")
        console.say(
            "Chapters  " + "\n          ".join(f"{_clock(c['start_s'])} {c['title']}" for c in told["chapters"])
        )
    console.say(f"Status    {told['status']}: {told['episode']}")
    if told["status"] == Episode.Status.PUBLISHED:
        console.say(f"Feed      {told['feed_url']}")


def _clock(start_s: float) -> str:
    return f"{int(start_s) // 60:2d}:{int(start_s) % 60:02d}"
