"""The chapters document of a recording."""

from __future__ import annotations

import json

import pytest

from briefings import chapters
from briefings.models import Episode
from tests.factories import make_episode, make_recording

pytestmark = pytest.mark.django_db


def test_chapters_have_times_titles_and_their_source():
    episode = make_episode(status=Episode.Status.APPROVED)
    recording = make_recording(
        episode,
        chapters=[
            {"start_s": 0.0, "title": "Introduction", "url": ""},
            {"start_s": 14.0, "title": "Naïve & <wild>", "url": "https://ellery.example/wall"},
        ],
    )
    document = json.loads(chapters.chapters_json(recording))
    assert document["version"] == "1.2.0"
    assert document["podcastName"] == episode.show.title
    assert document["chapters"] == [
        {"startTime": 0.0, "title": "Introduction"},
        {"startTime": 14.0, "title": "Naïve & <wild>", "url": "https://ellery.example/wall"},
    ]
