"""The state of the installation, as the doctor sees it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from briefings import checks, schedule


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    context = {"checks": checks.run(), "last_tick": schedule.last_tick()}
    return render(request, "system/doctor.html", context)
