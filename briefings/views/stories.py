"""What the outlets report: stories, their articles, and the editor's word on them."""

from __future__ import annotations

from collections.abc import Callable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from briefings import desk, selectors
from briefings.forms import EmbargoForm
from briefings.models import Story
from briefings.views.responses import UNPROCESSABLE, SeeOther

UNREAD_SHOWN = 20


@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("words", "").strip()[:200]
    page = Paginator(selectors.stories(words), selectors.STORIES_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "unread": selectors.unread_articles()[:UNREAD_SHOWN]}
    return render(request, "stories/list.html", context)


@require_safe
def story(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.stories(), pk=pk)
    return _page(request, found, EmbargoForm(initial={"until": found.embargo_until}))


def _page(request: HttpRequest, found: Story, form: EmbargoForm, *, status: int = 200) -> HttpResponse:
    segments = found.segments.select_related("episode__show").order_by("-episode__edition_date")
    context = {"story": found, "segments": segments, "embargo_form": form}
    return render(request, "stories/detail.html", context, status=status)


@require_POST
def embargo(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.stories(), pk=pk)
    form = EmbargoForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    desk.embargo(found, form.cleaned_data["until"])
    return SeeOther(reverse("story", args=[pk]))


@require_POST
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, desk.pin)


@require_POST
def kill(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, desk.kill)


def _decide(request: HttpRequest, pk: int, decide: Callable[[Story, bool], None]) -> HttpResponse:
    found = get_object_or_404(Story, pk=pk)
    decide(found, request.POST.get("wanted") == "yes")
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "stories/_story.html", {"story": selectors.stories().get(pk=pk)})
    return SeeOther(f"{reverse('stories')}#story-{pk}")
