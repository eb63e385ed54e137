"""The voice stage: nothing but a whole, approved, measured file ever gets a recording's name."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import re
from pathlib import Path

import pytest
from django.db import connection
from django.utils.timezone import now

from briefings import engines
from briefings.errors import DiskFull, ModelUnavailable, RecordingRejected, ScriptRejected
from briefings.models import Episode, Script
from briefings.pipeline import stages, voice
from synthesis import readback, recogniser
from synthesis.errors import AudioOutOfSpec, CheckpointError, DialogueRejected, MusicRejected, RenderFailed
from synthesis.types import Guess, TakeCounts
from tests.factories import make_episode, make_restriction, make_show
from tests.fakes import FakeStudio

pytestmark = pytest.mark.django_db
Status = Episode.Status
VOICE = stages.BY_NAME["voice"]


@pytest.fixture
def studio(monkeypatch, media):
    fake = FakeStudio()
    monkeypatch.setattr(engines, "studio", lambda show: fake)
    monkeypatch.setattr(voice.artwork, "png", lambda show: b"\x89PNG of " + show.slug.encode())
    return fake


def approved(show=None, **values):
    episode = make_episode(show, Status.APPROVED, **values)
    sha256 = episode.script.sha256
    Script.objects.filter(episode=episode).update(approved_at=now(), approved_sha256=sha256)
    return episode


def files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_recording_is_named_by_its_content(studio, media):
    show = make_show(slug="wire")
    episode = stages.advance(approved(show, edition_date=dt.date(2025, 2, 3)).pk, VOICE)
    assert episode.status == Status.VOICED
    recording = episode.recordings.get()
    assert re.fullmatch(r"wire/2025-02-03-[0-9a-f]{12}\.mp3", recording.path)
    content = Path(recording.file_path).read_bytes()
    assert recording.sha256 == hashlib.sha256(content).hexdigest()
    assert recording.sha256.startswith(recording.path[-16:-4])
    assert recording.size_bytes == len(content)
    assert recording.script_sha256 == episode.script.sha256
    assert recording.voices == ["af_heart", "am_michael"]
    assert recording.cues[0]["text"].startswith("This is")
    assert recording.chapters[1]["title"] == "Port Ellery votes to rebuild its sea wall"
    assert files(media) == [Path(recording.file_path)]


def test_the_file_is_tagged_with_what_it_is(studio):
    show = make_show(title="The Wire", author="The Desk")
    episode = approved(show, number=41)
    stages.advance(episode.pk, VOICE)
    dialogue, tags = studio.asked[0]
    assert (tags.show, tags.artist, tags.track) == ("The Wire", "The Desk", 41)
    assert tags.date == episode.edition_date.isoformat()
    assert "AI" in tags.comment
    assert tags.artwork == b"\x89PNG of " + show.slug.encode()
    story = episode.segments.get().story
    assert tags.chapter_urls == {str(story.pk): story.articles.get().url}
    assert [turn.text for turn in dialogue.turns] == [turn.text for turn in episode.script.turns.all()]


def test_what_the_studio_counted_is_kept_with_the_recording(studio):
    studio.figures = {
        "hosts_lufs": {"Ava": -16.1, "Ben": -16.4},
        "takes": TakeCounts(made=4, reused=1, spoken_again=2, compute_s=3.0, audio_s=12.0),
        "model": "Kokoro-82M",
        "pcm_sha256": "ab" * 32,
        "guesses": (Guess("Ellery", "ˈɛləɹi", "en", 0.3),),
        "faults": ("turn 2: clipped",),
    }
    episode = approved()
    stages.advance(episode.pk, VOICE)
    recording = episode.recordings.get()
    assert recording.figures == {
        "hosts_lufs": {"Ava": -16.1, "Ben": -16.4}, "takes": 4, "takes_reused": 1, "takes_again": 2, "voice_s": 3.0,
        "real_time_factor": 0.25, "model": "Kokoro-82M", "pcm_sha256": "ab" * 32,
    }  # fmt: skip
    assert recording.guesses == [{"word": "Ellery", "phonemes": "ˈɛləɹi", "language": "en", "confidence": 0.3}]
    assert recording.faults == ["turn 2: clipped"]
    assert episode.runs.get(stage="voice").measurements["takes_again"] == 2


def test_an_overlap_of_the_script_reaches_the_studio(studio):
    episode = approved()
    episode.script.turns.filter(order=1).update(overlap_s=0.3)
    stages.advance(episode.pk, VOICE)
    assert [turn.overlap_s for turn in studio.asked[0][0].turns] == [0.0, 0.3, 0.0, 0.0]


def test_music_that_cannot_be_used_says_which_setting_to_mend(studio):
    studio.error = MusicRejected("the bed bed.flac is silent")
    with pytest.raises(RecordingRejected) as refused:
        stages.advance(approved().pk, VOICE)
    assert "bed bed.flac is silent" in refused.value.editor_message
    assert "TANDEM_BED" in refused.value.editor_message


def test_a_bad_line_of_the_projects_pronunciations_is_named_with_what_to_mend(media, settings, tmp_path, monkeypatch):
    settings.LEXICON = tmp_path / "words.tsv"
    settings.LEXICON.write_text("word\tsaid\nNiroula\tni-ROW-la\nOrbán\t/ʘ/\n", "utf-8")
    monkeypatch.setattr(engines, "_synthesizer", lambda: "the voice")
    with pytest.raises(RecordingRejected) as refused:
        stages.advance(approved().pk, VOICE)
    for part in ("words.tsv: line 3", "'Orbán'", "TANDEM_LEXICON"):
        assert part in refused.value.editor_message


def test_a_pronunciation_of_the_show_that_cannot_be_said_is_named(media, monkeypatch):
    monkeypatch.setattr(engines, "_synthesizer", lambda: "the voice")
    episode = approved()
    episode.show.pronunciations.create(written="Orbán", spoken="/ʘ/")
    with pytest.raises(RecordingRejected, match="'Orbán' has unknown symbols: ʘ") as refused:
        stages.advance(episode.pk, VOICE)
    assert "the show's pronunciations" in refused.value.editor_message


def test_a_host_speaks_with_the_voice_that_the_show_gives_it_now(studio):
    episode = approved()
    episode.show.hosts.filter(name="Ben").update(voice="am_puck")
    stages.advance(episode.pk, VOICE)
    assert {host.name: host.voice for host in studio.asked[0][0].hosts} == {"Ava": "af_heart", "Ben": "am_puck"}


def test_a_script_that_was_changed_since_its_approval_is_not_voiced(studio, media):
    episode = approved()
    episode.script.turns.filter(order=0).update(text="Something else.")
    with pytest.raises(ScriptRejected, match="approved"):
        stages.advance(episode.pk, VOICE)
    assert not studio.asked
    assert files(media) == []


def test_an_approval_without_its_moment_is_none(studio):
    episode = approved()
    Script.objects.filter(episode=episode).update(approved_at=None)
    with pytest.raises(ScriptRejected):
        stages.advance(episode.pk, VOICE)


def full_disk():
    error = RenderFailed("episode.mp3 could not be written")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CheckpointError("the model voice is not installed"), ModelUnavailable),
        (DialogueRejected("nothing to say", turn=2), ScriptRejected),
        (RenderFailed("the mix is silent"), RecordingRejected),
        (AudioOutOfSpec("the loudness in LUFS", -30.0, -16.0), RecordingRejected),
        (full_disk(), DiskFull),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_what_goes_wrong_is_named_and_leaves_no_file(studio, media, error, expected):
    studio.error = error
    episode = approved()
    with pytest.raises(expected):
        stages.advance(episode.pk, VOICE)
    episode.refresh_from_db()
    assert (episode.status, episode.error_code) == (Status.APPROVED, expected.code)
    assert files(media) == []
    assert not episode.recordings.exists()


@pytest.mark.parametrize(
    "figures",
    [
        {"duration_s": 0.0},
        {"loudness_lufs": -17.2},
        {"loudness_lufs": -14.8},
        {"true_peak_dbtp": -1.4},
        {"size_bytes": 1},
    ],
    ids=str,
)
def test_a_recording_outside_its_limits_is_not_kept(studio, media, figures):
    studio.figures = figures
    with pytest.raises(RecordingRejected):
        stages.advance(approved().pk, VOICE)
    assert files(media) == []


def test_without_room_nothing_is_begun(studio, media, monkeypatch):
    monkeypatch.setattr(voice.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10_000_000})())
    with pytest.raises(DiskFull, match="10 MB are free"):
        stages.advance(approved().pk, VOICE)
    assert not studio.asked


def test_an_encoder_that_fails_on_a_full_disk_is_a_full_disk(studio, monkeypatch):
    episode, free = approved(), iter([9_000_000_000, 1_000])
    monkeypatch.setattr(voice.shutil, "disk_usage", lambda path: type("Usage", (), {"free": next(free)})())
    studio.error = RenderFailed("the encoder gave up")
    with pytest.raises(DiskFull):
        stages.advance(episode.pk, VOICE)


def test_voicing_the_same_script_again_changes_nothing(studio, media):
    episode = approved()
    stages.advance(episode.pk, VOICE)
    first = episode.recordings.get()
    Episode.objects.filter(pk=episode.pk).update(status=Status.APPROVED)
    stages.advance(episode.pk, VOICE)
    assert episode.recordings.get().path == first.path
    assert len(files(media)) == 1


def test_a_new_script_gets_a_new_name_beside_the_old_one(studio, media):
    episode = approved()
    stages.advance(episode.pk, VOICE)
    episode.script.turns.filter(order=3).update(text="Until tomorrow.")
    Script.objects.filter(episode=episode).update(approved_sha256=Episode.objects.get(pk=episode.pk).script.sha256)
    Episode.objects.filter(pk=episode.pk).update(status=Status.APPROVED)
    stages.advance(episode.pk, VOICE)
    assert len({recording.path for recording in episode.recordings.all()}) == 2
    assert len(files(media)) == 2


def test_what_a_killed_worker_left_is_removed(studio, media):
    episode = approved()
    left = media / ".rendering" / f"{episode.pk}-0000" / "episode.mp3"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half an episode")
    stages.advance(episode.pk, VOICE)
    assert files(media) == [Path(episode.recordings.get().file_path)]


def test_a_worker_that_lost_its_lease_leaves_no_recording(studio, media, monkeypatch):
    episode = approved()
    claim = stages.claim(episode.pk, VOICE)
    Episode.objects.filter(pk=episode.pk).update(claimed_until=now() - dt.timedelta(seconds=1))
    stages.advance(episode.pk, VOICE)
    with pytest.raises(stages.StageConflict):
        voice.run(claim)
    assert episode.recordings.count() == 1


def test_without_ffmpeg_nothing_is_rendered_and_the_editor_is_told_what_to_install(studio, monkeypatch, tmp_path):
    monkeypatch.setattr(voice.checks.shutil, "which", lambda name: str(tmp_path / "gone"))
    with pytest.raises(RecordingRejected) as refused:
        stages.advance(approved().pk, VOICE)
    assert "Install ffmpeg" in refused.value.editor_message
    assert not studio.asked


HEARD = {"differences": [{"kind": "wrong", "start_s": 1.0, "turn": 0, "expected": "a", "heard": "b"}]}


def test_a_new_recording_is_read_back(studio, settings, monkeypatch):
    settings.READBACK = "auto"
    make_restriction(phrase="sea wall")
    asked = []
    monkeypatch.setattr(recogniser, "why_absent", lambda: "")
    monkeypatch.setattr(
        readback, "read_back", lambda *given: asked.append((*given, len(connection.savepoint_ids))) or HEARD
    )
    before = len(connection.savepoint_ids)
    episode = stages.advance(approved().pk, VOICE)
    assert episode.recordings.get().readback == HEARD
    ((path, cues, never_say, transactions),) = asked
    assert path.name == "episode.mp3" and len(cues) == 4 and never_say == ("sea wall",) and transactions == before


def test_a_read_back_that_cannot_be_costs_nothing_and_says_why(studio, settings, monkeypatch):
    assert of_new_recording() == {"skipped": "TANDEM_READBACK is off"}
    settings.READBACK = "auto"
    monkeypatch.setattr(recogniser, "why_absent", lambda: "it is not installed")
    assert of_new_recording() == {"skipped": "it is not installed"}
    monkeypatch.setattr(recogniser, "why_absent", lambda: "")
    assert "the show speaks de" in of_new_recording(language="de")["skipped"]
    monkeypatch.setattr(readback, "read_back", lambda *given: 1 / 0)
    assert of_new_recording() == {"skipped": "it broke: ZeroDivisionError: division by zero"}


def of_new_recording(**show):
    return stages.advance(approved(make_show(**show)).pk, VOICE).recordings.get().readback


def test_what_was_heard_and_is_not_to_be_said_is_not_published_by_itself(studio):
    episode = stages.advance(approved(make_show(auto_publish=True)).pk, VOICE)
    assert stages.next_stage(episode).name == "publish"
    episode.recordings.update(readback={"differences": [HEARD["differences"][0] | {"kind": "restricted"}]})
    assert stages.next_stage(episode) is None
