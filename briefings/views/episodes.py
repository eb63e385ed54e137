"""Editions on their way: list, the stage line, and the editor's Open, Retry, Listen and Publish."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from briefings import desk, guesses, selectors
from briefings.errors import BriefingError
from briefings.models import Episode, Show
from briefings.views.responses import SeeOther


@require_safe
def episodes(request: HttpRequest) -> HttpResponse:
    slug = request.GET.get("show", "")
    page = Paginator(selectors.episode_list(slug), selectors.EPISODES_A_PAGE).get_page(request.GET.get("page"))
    rows = [(episode, selectors.line(episode)) for episode in page]
    return render(
        request, "episodes/list.html", {"page": page, "rows": rows, "shows": Show.objects.all(), "chosen": slug}
    )


@require_POST
def open_today(request: HttpRequest, slug: str) -> HttpResponse:
    episode = desk.open_today(get_object_or_404(Show, slug=slug), now())
    return SeeOther(_address(episode))


@require_safe
def episode(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.episodes(), pk=pk)
    chosen, left_out = selectors.rundown(found)
    context = {
        "episode": found,
        "line": selectors.line(found),
        "chosen": chosen,
        "left_out": left_out,
        "runs": found.runs.all(),
        "recording": selectors.recording_of(found),
    }
    return render(request, "episodes/detail.html", context)


@require_safe
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """The stage line alone, for the page that polls it. Once nothing moves any more, the page is told to reload."""
    found = get_object_or_404(selectors.episodes(), pk=pk)
    line = selectors.line(found)
    response = render(request, "episodes/_stage.html", {"episode": found, "line": line})
    if not line.is_moving:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Episode, pk=pk)
    try:
        if not desk.retry(found, by=request.user):
            messages.info(request, "There is nothing to retry.")
    except BriefingError as error:
        messages.error(request, error.editor_message)
    return SeeOther(_address(found))


@require_safe
def listen(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.episodes(), pk=pk)
    recording = selectors.recording_of(found)
    if recording is None:
        messages.info(request, "This edition has not been voiced yet.")
        return SeeOther(_address(found))
    hosts = list(found.show.hosts.values_list("name", flat=True))
    context = {
        "episode": found,
        "recording": recording,
        "hosts": hosts,
        "line": selectors.line(found),
        "guesses": guesses.of(recording),
    }
    return render(request, "episodes/listen.html", context)


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Episode, pk=pk)
    try:
        desk.publish(found, by=request.user, heard=request.POST.get("heard", ""))
        messages.success(request, "Published. It is in the podcast feed now.")
    except BriefingError as error:
        messages.error(request, error.editor_message)
    return SeeOther(_address(found))


def _address(episode: Episode) -> str:
    return reverse("episode", args=[episode.pk])
