"""The state of the installation, as the doctor sees it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from briefings import checks


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    return render(request, "system/doctor.html", {"checks": checks.run()})
