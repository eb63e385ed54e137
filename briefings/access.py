"""Who needs a login: everybody, but for the views that say otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

UNAUTHORIZED = 401


class LoginRequired(LoginRequiredMiddleware):
    """As Django's, but it looks at the visitor only where the view wants one: what is public stays the same for all.

    Else every published page would vary with the cookies, and no cache could keep it.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        if refusal is not None and getattr(request, "htmx", False):
            # A live part whose session has ended reloads its page, which then leads to the login.
            return HttpResponse(status=UNAUTHORIZED, headers={"HX-Refresh": "true"})
        return refusal
