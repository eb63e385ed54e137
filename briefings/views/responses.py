"""The two answers that Django has no name for."""

from __future__ import annotations

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: what was posted is done, now get this page."""

    status_code = 303


UNPROCESSABLE = 422
CONFLICT = 409
