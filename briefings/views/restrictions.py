"""What is not to be said or covered: the lists, and the editor's adding, ending and deleting of an entry."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from briefings import desk, selectors
from briefings.forms import RestrictionForm
from briefings.models import Restriction
from briefings.views.responses import UNPROCESSABLE, SeeOther


@require_http_methods(["GET", "HEAD", "POST"])
def restrictions(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, RestrictionForm())
    form = RestrictionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    desk.restrict(form.save(commit=False), by=request.user)
    return _done(request, f"Added: {form.instance}.")


@require_POST
def expire(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(Restriction, pk=pk)
    desk.expire(entry, by=request.user)
    return _done(request, f"Ended: {entry}.")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(Restriction, pk=pk)
    desk.lift(entry, by=request.user)
    return _done(request, f"Deleted: {entry}.")


def _done(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, RestrictionForm())
    return SeeOther(reverse("restrictions"))


def _page(request: HttpRequest, form: RestrictionForm, *, status: int = 200) -> HttpResponse:
    template = "restrictions/_desk.html" if request.htmx else "restrictions/list.html"  # type: ignore[attr-defined]
    context = {"form": form, "lists": selectors.restriction_lists(now())}
    return render(request, template, context, status=status)
