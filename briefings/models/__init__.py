"""What is stored. The models hold no network, no files and no model calls: those belong to the pipeline."""

from briefings.models.episodes import Episode, Recording, Segment
from briefings.models.feeds import Article, Feed
from briefings.models.runs import StageRun
from briefings.models.scripts import Script, Turn
from briefings.models.shows import Host, Pronunciation, Restriction, Show
from briefings.models.stories import Story

__all__ = [
    "Article",
    "Episode",
    "Feed",
    "Host",
    "Pronunciation",
    "Recording",
    "Restriction",
    "Script",
    "Segment",
    "Show",
    "StageRun",
    "Story",
    "Turn",
]
