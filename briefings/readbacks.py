"""The read-back of a new recording: what a recogniser heard of it, or why none listened. It never fails a stage."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.conf import settings

from briefings import restrictions
from briefings.models import Recording, Show
from synthesis import types

log = logging.getLogger(__name__)


def of(path: Path, made: types.Recording, show: Show) -> dict[str, Any]:
    """What `Recording.readback` stores: the differences, or {"skipped": why}."""
    if settings.READBACK == "off":
        return {"skipped": "TANDEM_READBACK is off"}
    from synthesis import readback, recogniser  # brings torch

    if reason := recogniser.why_absent():
        return {"skipped": reason}
    if not show.language.lower().startswith("en"):
        return {"skipped": f"the recogniser is asked for English, and the show speaks {show.language}"}
    try:
        return readback.read_back(path, made.cues, restrictions.never_say(show))
    except Exception as error:  # an extra pair of ears must not cost the recording
        log.exception("the read-back of %s broke", path)
        return {"skipped": f"it broke: {type(error).__name__}: {error}"}


def heard_restricted(recording: Recording) -> bool:
    """Whether something was heard that is not to be said: then an editor has to listen before it is published."""
    return any(found["kind"] == "restricted" for found in recording.readback.get("differences", ()))
