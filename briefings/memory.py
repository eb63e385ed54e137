"""What a show has told of a story: in editions that went out, or that are on their way since yesterday."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from briefings.models import Article, Episode, Segment, StageRun, Story, Turn
from synthesis.text import sentences

REMEMBERED = dt.timedelta(days=14)
Status = Episode.Status


@dataclass(frozen=True, slots=True)
class Telling:
    """The last time that a story was told: in the edition of `on`, which knew what had come in until `at`."""

    on: dt.date
    at: dt.datetime


def tellings(episode: Episode) -> dict[int, Telling]:
    """By a story's key when the show told it last before this episode."""
    rows = _earlier(episode).values_list("story", "episode", "episode__edition_date", "episode__created_at")
    done = StageRun.objects.filter(stage="plan", outcome=StageRun.Outcome.DONE, episode__show=episode.show)
    planned = dict(done.order_by("ended_at").values_list("episode", "ended_at"))
    found: dict[int, Telling] = {}
    for story, earlier, on, created_at in rows:
        telling = Telling(on, planned.get(earlier) or created_at)
        if story not in found or telling.at > found[story].at:
            found[story] = telling
    return found


def told(story: Story, episode: Episode) -> tuple[dt.date | None, tuple[str, ...]]:
    """The date of the edition that told the story last, None for never, and every sentence that was told of it."""
    earlier = _earlier(episode).filter(story=story)
    last = earlier.order_by("-episode__edition_date").values_list("episode__edition_date", flat=True).first()
    if last is None:
        return None, ()
    turns = Turn.objects.filter(script__episode__in=earlier.values("episode"), story=story)
    return last, tuple(dict.fromkeys(_cited(turns.order_by("script__episode__edition_date", "order"))))


def _cited(turns: QuerySet[Turn]) -> list[str]:
    """The sentences that the turns rest on, as far as their articles still have them."""
    places = [(int(c["article"]), int(c["sentence"])) for turn in turns for c in turn.citations]
    articles = Article.objects.in_bulk({pk for pk, _ in places})
    split = {pk: sentences.split(article.speakable_text) for pk, article in articles.items()}
    return [split[pk][at] for pk, at in places if pk in split and at < len(split[pk])]


def _earlier(episode: Episode) -> QuerySet[Segment]:
    """The segments that the show told in the last two weeks, or is about to tell."""
    day = episode.edition_date
    on_its_way = Q(episode__edition_date__gte=day - dt.timedelta(days=1)) & ~Q(episode__status=Status.REJECTED)
    return Segment.objects.filter(
        Q(episode__status=Status.PUBLISHED) | on_its_way,
        episode__show=episode.show,
        episode__edition_date__gte=day - REMEMBERED,
        order__isnull=False,
    ).exclude(episode=episode)
