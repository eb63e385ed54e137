"""The whole line with every real part: invented feeds on loopback to an episode that is heard and read back."""

from __future__ import annotations

import io
import os
from pathlib import Path

import feedparser
import jiwer
import pytest
from django.core.management import call_command
from whisper_normalizer.english import EnglishTextNormalizer

from briefings import podcast_feed
from briefings.models import Episode, Feed, Show
from briefings.sample import show as sample
from synthesis import checkpoint
from synthesis.audio import encode
from synthesis.errors import CheckpointError

WORD_ERROR_RATE = 0.12


@pytest.fixture
def models():
    for name in ("voice", "embedded"):
        try:
            checkpoint.find(name, checkpoint.models_dir())
        except CheckpointError as error:
            pytest.skip(str(error))


@pytest.mark.voice
@pytest.mark.writer
@pytest.mark.django_db(transaction=True)
def test_the_demo_makes_an_episode_that_is_heard(models, media, transcribe, client, capsys, monkeypatch):
    monkeypatch.setattr(sample, "MINUTES", 0.8)
    call_command("demo", json=True)
    recording_of = _published()
    recording = recording_of.recordings.get()

    # the file: whole, mastered, with chapters
    assert os.path.getsize(recording.file_path) == recording.size_bytes
    assert recording.loudness_lufs == pytest.approx(-16, abs=0.5) and recording.true_peak_dbtp <= -1.0
    assert encode.decode(recording.file_path, sample_rate=16_000, channels=1).shape[1] == pytest.approx(
        recording.duration_s * 16_000, rel=0.01
    )
    assert recording.chapters[0]["start_s"] == 0 and len(recording.chapters) >= 2

    # what is heard is what was written, and says what it is
    script = " ".join(turn.text for turn in recording_of.script.turns.all())
    normalize = EnglishTextNormalizer()
    assert jiwer.wer(normalize(script), normalize(transcribe(Path(recording.file_path)))) < WORD_ERROR_RATE
    assert "AI" in script and "invented" in script

    # the feed: one item, with the file's own figures, and its bytes in ranges
    parsed = feedparser.parse(io.BytesIO(podcast_feed.build(recording_of.show)))
    (item,) = parsed.entries
    assert item.enclosures[0].length == str(recording.size_bytes)
    answer = client.get(f"/media/{recording.path}", HTTP_RANGE="bytes=0-99")
    assert (answer.status_code, len(b"".join(answer.streaming_content))) == (206, 100)

    # every fact turn rests on sentences, and no check is red
    for turn in recording_of.script.turns.filter(kind="fact"):
        assert turn.citations and not turn.findings

    # the sample feeds are left alone, since nobody serves them now
    assert not Feed.objects.filter(is_sample=True, is_paused=False).exists()


@pytest.mark.django_db(transaction=True)
def test_the_demo_run_again_makes_no_second_edition(media, monkeypatch, capsys):
    from tests.fakes import FakeStudio, FakeWriter

    monkeypatch.setattr("briefings.engines.writer", lambda: FakeWriter())
    monkeypatch.setattr("briefings.engines.studio", lambda show: FakeStudio())
    call_command("demo", json=True)
    first = _published()
    call_command("demo", json=True)
    assert _published().guid == first.guid
    assert Show.objects.count() == 1


def _published() -> Episode:
    return Episode.objects.get(status=Episode.Status.PUBLISHED)
