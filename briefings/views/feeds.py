"""The feeds that the newsroom takes in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from briefings import desk, opml, selectors
from briefings.errors import BriefingError
from briefings.forms import FeedForm, FeedShowsForm, OpmlForm
from briefings.models import Feed
from briefings.pipeline.fetch import Subscribed
from briefings.views.responses import UNPROCESSABLE, SeeOther

REFUSALS_SHOWN = 8


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **forms: object) -> HttpResponse:
    rows = list(selectors.feeds())
    context = {"feeds": rows, "is_waiting": any(feed.health == "new" for feed in rows)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "feeds/_table.html", context)
    context |= {"feed_form": FeedForm(), "opml_form": OpmlForm()} | forms
    return render(request, "feeds/list.html", context, status=status)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    form = FeedForm(request.POST)
    if not form.is_valid():
        return _page(request, status=UNPROCESSABLE, feed_form=form)
    return _subscribed(request, desk.subscribe_one(form.cleaned_data["url"], form.cleaned_data["show"]))


@require_POST
def import_opml(request: HttpRequest) -> HttpResponse:
    form = OpmlForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, status=UNPROCESSABLE, opml_form=form)
    file, address = form.cleaned_data["file"], form.cleaned_data["opml_url"]
    try:
        document = file.read() if file else desk.fetch_opml(address)
        outcome = desk.subscribe(document, form.cleaned_data["opml_show"])
    except BriefingError as error:
        form.add_error(None, error.editor_message)
        return _page(request, status=UNPROCESSABLE, opml_form=form)
    return _subscribed(request, outcome)


def _subscribed(request: HttpRequest, outcome: Subscribed) -> HttpResponse:
    if outcome.added:
        messages.success(request, f"Added {_count(len(outcome.added), 'feed')}. The first fetch is under way.")
    if outcome.known:
        messages.info(request, f"Already on the list: {_count(len(outcome.known), 'feed')}.")
    for url, reason in outcome.refused[:REFUSALS_SHOWN]:
        messages.error(request, f"Not added: {url[:200]}: {reason}.")
    if len(outcome.refused) > REFUSALS_SHOWN:
        messages.error(request, f"{len(outcome.refused)} addresses were not added; the first are shown.")
    return SeeOther(reverse("feeds"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@require_safe
def export_opml(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="subscriptions.opml"'}
    return HttpResponse(opml.build(Feed.objects.all()), content_type="text/x-opml; charset=utf-8", headers=headers)


@require_POST
def refresh_all(request: HttpRequest) -> HttpResponse:
    sent = desk.refresh(list(Feed.objects.all()))
    messages.success(request, f"Fetching {_count(sent, 'feed')}.")
    return SeeOther(reverse("feeds"))


@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=pk)
    if desk.refresh([feed]):
        messages.success(request, f"Fetching {feed}.")
    else:
        messages.info(request, f"{feed} is paused. Resume it first.")
    return SeeOther(reverse("feeds"))


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=pk)
    Feed.objects.filter(pk=pk).update(is_paused=request.POST.get("wanted") == "yes")
    messages.success(request, f"{feed} is {'paused' if request.POST.get('wanted') == 'yes' else 'taken in again'}.")
    return SeeOther(reverse("feeds"))


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=pk)
    if desk.remove(feed):
        messages.success(request, f"Removed {feed}.")
    else:
        messages.info(request, f"{feed} is paused and no show takes it; it stays, since episodes cite its articles.")
    return SeeOther(reverse("feeds"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=pk)
    form = FeedShowsForm(request.POST or None, instance=feed)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        if form.has_moved:
            desk.refresh([saved])
        messages.success(request, f"Saved {saved}.")
        return SeeOther(reverse("feeds"))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "feeds/edit.html", {"form": form, "feed": feed}, status=status)
