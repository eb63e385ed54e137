"""Whose approval a script needs: one editor's, or two where the show asks for it and a story is grave."""

from __future__ import annotations

from briefings.models import Script, Story
from synthesis.dialogue import severity


def needs_two(script: Script) -> bool:
    """Whether two editors have to approve it, and no rule may."""
    if not script.episode.show.needs_second_approval:
        return False
    told = Story.objects.filter(turns__script=script).distinct()
    return any(severity.is_grave(classes) for classes in told.values_list("severity", flat=True))


def has_first(script: Script) -> bool:
    """Whether an editor has approved exactly this text."""
    return script.approved_at is not None and script.approved_sha256 == script.sha256
