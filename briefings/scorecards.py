"""The scorecard of a stored script: measured again from its rows once an editor has changed it."""

from __future__ import annotations

from briefings import sources
from briefings.models import Script
from briefings.pipeline import voice, write


def refresh(script: Script) -> None:
    """Measure the script as it stands now, and store it."""
    from synthesis.dialogue.scorecard import scorecard  # brings torch

    episode = script.episode
    stories = [write.told_story(item.story, episode) for item in sources.told(episode)]
    card = scorecard(voice.dialogue_of(script), stories, write.edition_of(episode), write.earlier_frames(episode))
    Script.objects.filter(pk=script.pk).update(scorecard=card)
