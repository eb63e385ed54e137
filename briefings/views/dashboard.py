"""Today: a card a show, what waits for an editor, what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from briefings import selectors


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    moment = now()
    context = {
        "cards": selectors.shows_today(moment),
        "waiting": selectors.waiting_for_editor(moment),
        "stuck": selectors.stuck_episodes(moment),
        "failing_feeds": selectors.failing_feeds(),
        "has_feeds": selectors.feeds().exists(),
    }
    return render(request, "dashboard/index.html", context)
