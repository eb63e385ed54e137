"""Absolute addresses of what is published, built from the configured base address and never from a request's host."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse

from briefings import artwork
from briefings.models import Episode, Recording, Show


class EditionDate:
    """The path converter of an edition's date."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


def absolute(path: str) -> str:
    return settings.BASE_URL + path


def show_page(show: Show) -> str:
    return absolute(reverse("public:show", args=[show.slug]))


def podcast_feed(show: Show) -> str:
    return absolute(reverse("public:feed", args=[show.slug]))


def show_artwork(show: Show) -> str:
    """Its name changes with the picture, as podcast directories keep a picture by its address."""
    return absolute(artwork_path(show))


def artwork_path(show: Show) -> str:
    return reverse("public:artwork_version", args=[show.slug, artwork.version(show)])


def episode_page(episode: Episode) -> str:
    return _of_episode("public:episode", episode)


def transcript(episode: Episode) -> str:
    return _of_episode("public:transcript", episode)


def chapters(episode: Episode) -> str:
    return _of_episode("public:chapters", episode)


def enclosure(recording: Recording) -> str:
    return absolute(reverse("public:media", args=[recording.path]))


def _of_episode(name: str, episode: Episode) -> str:
    return absolute(reverse(name, args=[episode.show.slug, episode.edition_date]))
