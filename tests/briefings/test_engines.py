"""The studio of a show is told what the settings say."""

from __future__ import annotations

import pytest

import synthesis
from briefings import engines
from tests.factories import make_show

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """What the studio is made with."""
    options: dict = {}
    monkeypatch.setattr(engines, "_synthesizer", lambda: "the voice")
    monkeypatch.setattr(synthesis, "Studio", lambda folder, **given: options.update(given), raising=False)
    return options


def test_the_studio_gets_the_takes_the_music_and_both_pronunciations(told, settings, tmp_path):
    settings.TAKES_DIR, settings.TAKES_MAX_BYTES = tmp_path / "takes", 77
    settings.STING, settings.STING_BETWEEN_STORIES, settings.BED = tmp_path / "s.wav", True, tmp_path / "b.wav"
    settings.LEXICON = tmp_path / "words.tsv"
    show = make_show()
    show.pronunciations.create(written="Ellery", spoken="EL-er-ee")
    engines.studio(show)
    takes = told.pop("takes")
    assert (takes.folder, takes.max_bytes) == (tmp_path / "takes", 77)
    assert told == {
        "lexicon": {"Ellery": "EL-er-ee"},
        "project_lexicon": tmp_path / "words.tsv",
        "synthesizer": "the voice",
        "sting": tmp_path / "s.wav",
        "sting_between": True,
        "bed": tmp_path / "b.wav",
    }
