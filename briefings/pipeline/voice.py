"""An approved script to a finished MP3, under a new name that its content gives it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from briefings import artwork, checks, engines, headlines, readbacks, show_notes, sources
from briefings.errors import DiskFull, RecordingRejected, ScriptRejected
from briefings.models import Episode, Recording, Script
from briefings.pipeline import stages
from synthesis import types
from synthesis.errors import (
    CheckpointError,
    DialogueRejected,
    LexiconRejected,
    MusicRejected,
    SynthesisError,
    UnspeakableText,
)

DISCLOSURE = "Made with AI: software wrote the script from the sources in the show notes, and the voices are synthetic."
TARGET_LUFS = {1: -19.0, 2: -16.0}
TOLERANCE_LU = 1.0
CEILING_DBTP = -1.5
BYTES_A_WORD = 16_000 * 60 / 150  # at 128 kbit/s and a slow 150 words a minute
SPARE_BYTES = 50_000_000
FULL_BYTES = 5_000_000


def run(claim: stages.Claim) -> None:
    """Render the approved script, check what came out, and store it as the episode's newest recording.

    Raises ScriptRejected if the script is not approved as it stands or can't be spoken, ModelUnavailable,
    RecordingRejected, DiskFull. No unfinished file ever has a recording's name.
    """
    episode = claim.episode
    script = Script.objects.prefetch_related("turns").get(episode=episode)
    if not script.approved_at or script.approved_sha256 != script.sha256:
        raise ScriptRejected(episode, "the script is not approved as it stands", advice="Approve it at the desk.")
    _check_room(episode, script)
    _check_encoder(episode)
    started = time.monotonic()
    with _explained(episode), _scratch(claim) as folder:
        made = _render(claim, script, folder / "episode.mp3")
        _check(episode, made)
        row = _row(made, script) | {"compute_s": round(time.monotonic() - started, 2)}
        row |= {"readback": readbacks.of(made.path, made, episode.show)}
        _put_in_place(made.path, settings.MEDIA_ROOT / row["path"])
    with stages.finish(claim, **_measure(made)):
        # Voicing the same script again gives the same file: its row is renewed, so that it is the newest.
        Recording.objects.filter(episode=episode, path=row["path"]).delete()
        Recording.objects.create(episode=episode, **row)


def _render(claim: stages.Claim, script: Script, path: Path) -> types.Recording:
    studio = engines.studio(claim.episode.show)
    return studio.render(dialogue_of(script), path, tags=tags_of(claim.episode), progress=claim.report)


@contextmanager
def _explained(episode: Episode) -> Iterator[None]:
    """What the studio or the disk refuse, as the editor is to read it."""
    try:
        yield
    except CheckpointError as error:
        raise engines.unavailable("voice", error) from error
    except (DialogueRejected, UnspeakableText) as error:
        raise ScriptRejected(episode, str(error)) from error
    except MusicRejected as error:
        advice = "Mend TANDEM_STING or TANDEM_BED, or unset it; then retry."
        raise RecordingRejected(episode, str(error), advice=advice) from error
    except LexiconRejected as error:
        advice = "Mend it in the show's pronunciations, or in the file that TANDEM_LEXICON names; then retry."
        raise RecordingRejected(episode, str(error), advice=advice) from error
    except (SynthesisError, OSError) as error:
        # An encoder that ran out of room says so in many ways, so the disk is asked as well.
        if _is_disk_full(error) or _is_disk_full(error.__cause__) or _free_bytes() < FULL_BYTES:
            raise DiskFull(episode, f"there is no room left in {settings.MEDIA_ROOT}") from error
        if isinstance(error, SynthesisError):
            raise RecordingRejected(episode, str(error)) from error
        raise


def _free_bytes() -> int:
    return shutil.disk_usage(settings.MEDIA_ROOT).free


def _is_disk_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def dialogue_of(script: Script) -> types.Dialogue:
    """The stored script as the studio takes it. A host speaks with the voice that the show gives it now."""
    voices = {host["name"]: host["voice"] for host in script.hosts}
    voices |= dict(script.episode.show.hosts.values_list("name", "voice"))
    turns = [
        types.Turn(
            host=turn.host,
            text=turn.text,
            kind=cast(types.TurnKind, turn.kind),
            citations=tuple(types.Citation(str(cited["article"]), int(cited["sentence"])) for cited in turn.citations),
            findings=tuple(types.Finding(found["kind"], found["span"], found["reason"]) for found in turn.findings),
            story=str(turn.story_id) if turn.story_id else None,
            overlap_s=turn.overlap_s,
        )
        for turn in script.turns.all()
    ]
    hosts = tuple(types.Host(name, voice) for name, voice in voices.items())
    return types.Dialogue(hosts, tuple(turns), script.writer, script.is_extractive)


def tags_of(episode: Episode) -> types.Tags:
    show = episode.show
    titles, urls = {}, {}
    for item in sources.told(episode):
        lead = sources.lead(item.articles)
        titles[str(item.story.pk)] = headlines.shorten(show_notes.title_of(item))
        urls[str(item.story.pk)] = lead.url if lead else ""
    return types.Tags(
        title=episode.title or str(episode),
        show=show.title,
        artist=show.author or show.title,
        date=episode.edition_date.isoformat(),
        track=episode.number,
        comment=DISCLOSURE,
        chapter_titles=titles,
        chapter_urls=urls,
        artwork=artwork.png(show),
    )


def _check_room(episode: Episode, script: Script) -> None:
    """Three times what the file is likely to need, and something to spare, before any work is done."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    words = sum(len(turn.text.split()) for turn in script.turns.all())
    needed, free = int(3 * words * BYTES_A_WORD) + SPARE_BYTES, _free_bytes()
    if free < needed:
        raise DiskFull(
            episode, f"{needed / 1e6:.0f} MB are needed in {settings.MEDIA_ROOT}, and {free / 1e6:.0f} MB are free"
        )


def _check_encoder(episode: Episode) -> None:
    """What the doctor would say of ffmpeg, before minutes are spent on what can't be written."""
    (found,) = checks.ffmpeg()
    if found.state != "ok":
        raise RecordingRejected(episode, f"ffmpeg: {found.message}", advice=f"{found.fix}; then retry.")


@contextmanager
def _scratch(claim: stages.Claim) -> Iterator[Path]:
    """A folder of this attempt's own, on the disk of the media folder; what a killed attempt left is removed."""
    root = settings.MEDIA_ROOT / ".rendering"
    for left in root.glob(f"{claim.episode.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = root / f"{claim.episode.pk}-{claim.token}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(episode: Episode, made: types.Recording) -> None:
    """Hold the finished file against its limits once more, whoever made it."""
    target = TARGET_LUFS[made.channels]
    if made.duration_s <= 0 or not made.cues:
        raise RecordingRejected(episode, "the recording is empty")
    if made.path.stat().st_size != made.size_bytes:
        raise RecordingRejected(episode, "the recording's file has another size than was measured")
    if abs(made.loudness_lufs - target) > TOLERANCE_LU:
        raise RecordingRejected(episode, f"its loudness is {made.loudness_lufs:.1f} LUFS, and must be {target:.0f} ± 1")
    if made.true_peak_dbtp > CEILING_DBTP:
        raise RecordingRejected(episode, f"its true peak is {made.true_peak_dbtp:.1f} dBTP, above {CEILING_DBTP}")


def _row(made: types.Recording, script: Script) -> dict[str, Any]:
    episode = script.episode
    with made.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "path": f"{episode.show.slug}/{episode.edition_date:%Y-%m-%d}-{sha256[:12]}.mp3",
        "sha256": sha256,
        "script_sha256": script.approved_sha256,
        "size_bytes": made.size_bytes,
        "duration_s": made.duration_s,
        "loudness_lufs": made.loudness_lufs,
        "true_peak_dbtp": made.true_peak_dbtp,
        "chapters": [{"start_s": c.start_s, "title": c.title, "url": c.url} for c in made.chapters],
        "cues": [
            {"start_s": c.start_s, "end_s": c.end_s, "host": c.host, "text": c.text, "turn": c.turn} for c in made.cues
        ],
        "guessed": list(made.guessed),
        "guesses": [asdict(guess) for guess in made.guesses],
        "faults": list(made.faults),
        "figures": _figures(made),
        "voices": [host.voice for host in dialogue_of(script).hosts],
        "device": made.device,
    }


def _figures(made: types.Recording) -> dict[str, Any]:
    return {
        "hosts_lufs": dict(made.hosts_lufs),
        "takes": made.takes.made,
        "takes_reused": made.takes.reused,
        "takes_again": made.takes.spoken_again,
        "voice_s": round(made.takes.compute_s, 2),
        "real_time_factor": round(made.takes.real_time_factor, 4),
        "model": made.model,
        "pcm_sha256": made.pcm_sha256,
    }


def _measure(made: types.Recording) -> Mapping[str, Any]:
    return {
        "duration_s": round(made.duration_s, 2),
        "loudness_lufs": made.loudness_lufs,
        "true_peak_dbtp": made.true_peak_dbtp,
        "size_bytes": made.size_bytes,
        "guessed": len(made.guessed),
        "faults": len(made.faults),
        "device": made.device,
        "takes": made.takes.made,
        "takes_reused": made.takes.reused,
        "takes_again": made.takes.spoken_again,
    }


def _put_in_place(made: Path, path: Path) -> None:
    """In one step, on one disk: at `path` there is the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(made, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
