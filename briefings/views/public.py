"""What listeners get, without logging in: pages, the podcast feed, the sound and what goes with it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from briefings import addresses, artwork, chapters, podcast_feed, ranged_media, selectors, show_notes, transcripts
from briefings.models import Recording, Show

ANYONE = {"Access-Control-Allow-Origin": "*"}
AUDIO_TYPE = "audio/mpeg"


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    shows = [(show, addresses.podcast_feed(show)) for show in selectors.published_shows()]
    return render(request, "public/home.html", {"shows": shows})


@login_not_required
@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Show, slug=slug)
    published = selectors.published_episodes(found)[: selectors.EPISODES_A_PAGE]
    rows = [(episode, selectors.recording_of(episode)) for episode in published]
    context = {
        "show": found,
        "rows": rows,
        "feed_url": addresses.podcast_feed(found),
        "artwork_url": addresses.artwork_path(found),
    }
    return render(request, "public/show.html", context)


@login_not_required
@require_safe
def episode(request: HttpRequest, slug: str, date: dt.date) -> HttpResponse:
    found = get_object_or_404(selectors.published_episodes(get_object_or_404(Show, slug=slug)), edition_date=date)
    context = {
        "episode": found,
        "show": found.show,
        "recording": selectors.recording_of(found),
        "notes": show_notes.notes_html(found),
        "hosts": list(found.show.hosts.values_list("name", flat=True)),
        "feed_url": addresses.podcast_feed(found.show),
        "artwork_url": addresses.artwork_path(found.show),
        "page_url": addresses.episode_page(found),
    }
    return render(request, "public/episode.html", context)


@login_not_required
@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = get_object_or_404(Show, slug=slug)
    state = selectors.published_state(found)
    return _document(request, podcast_feed.kept(found, state), podcast_feed.CONTENT_TYPE, changed_at=state.changed_at)


@login_not_required
@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A recording's file. `path` is looked up among the recordings and never opened as it came."""
    recording = _recording(request, path=path)
    try:
        response = ranged_media.serve(
            request, Path(recording.file_path), sha256=recording.sha256, content_type=AUDIO_TYPE
        )
    except OSError as cause:
        raise Http404("the file of this recording is missing") from cause
    response.headers.setdefault("Cache-Control", _caching(recording))
    return response


def _caching(recording: Recording) -> str:
    """A file's name changes with its content, so what is public may be kept for ever; what is not, by nobody."""
    is_public = recording.episode.published_at is not None
    return "public, max-age=31536000, immutable" if is_public else "private, no-store"


@login_not_required
@require_safe
def transcript(request: HttpRequest, slug: str, date: dt.date) -> HttpResponseBase:
    body = transcripts.webvtt(_recording(request, episode__show__slug=slug, episode__edition_date=date))
    return _document(request, body.encode(), "text/vtt; charset=utf-8", headers=ANYONE)


@login_not_required
@require_safe
def chapter_marks(request: HttpRequest, slug: str, date: dt.date) -> HttpResponseBase:
    body = chapters.chapters_json(_recording(request, episode__show__slug=slug, episode__edition_date=date))
    return _document(request, body.encode(), "application/json+chapters", headers=ANYONE)


def _recording(request: HttpRequest, **wanted: object) -> Recording:
    """What is published, for anybody; anything, for an editor. The visitor is looked at only if he has to be."""
    found = selectors.published_recordings().filter(**wanted).first()
    if found is None and request.user.is_authenticated:
        found = selectors.all_recordings().filter(**wanted).first()
    if found is None:
        raise Http404("there is no such recording")
    return found


@login_not_required
@require_safe
def cover(request: HttpRequest, slug: str, version: str = "") -> HttpResponseBase:
    found = get_object_or_404(Show, slug=slug)
    if version and version != artwork.version(found):
        raise Http404("the show has another cover by now")
    kept = {"Cache-Control": "public, max-age=31536000, immutable" if version else "public, max-age=3600"}
    return _document(request, artwork.png(found), "image/png", headers=kept | ANYONE)


def _document(
    request: HttpRequest,
    body: bytes,
    content_type: str,
    *,
    changed_at: dt.datetime | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponseBase:
    """An answer with the ETag of its content, or 304 for who has it already."""
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    modified = int(changed_at.timestamp()) if changed_at else None
    response = HttpResponse(body, content_type=content_type, headers=headers)
    response["ETag"] = etag
    if modified:
        response["Last-Modified"] = http_date(modified)
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response
