"""A recording's chapters as JSON, for players that know the podcast namespace.

Source: https://github.com/Podcastindex-org/podcast-namespace, chapters/jsonChapters.md, version 1.2.0.
"""

from __future__ import annotations

import json

from briefings.models import Recording


def chapters_json(recording: Recording) -> str:
    """A chapter's link is the lead source of its story."""
    episode = recording.episode
    document = {
        "version": "1.2.0",
        "title": episode.title or str(episode),
        "podcastName": episode.show.title,
        "chapters": [_chapter(chapter) for chapter in recording.chapters],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _chapter(chapter: dict[str, object]) -> dict[str, object]:
    row = {"startTime": chapter["start_s"], "title": chapter["title"]}
    return row | {"url": chapter["url"]} if chapter.get("url") else row
