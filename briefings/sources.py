"""Which articles a story is told from, the lead first; and which an episode cites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.timezone import now

from briefings.models import Article, Episode, Show, Story

ENOUGH_WORDS = 400  # beyond it, longer is not better
NEARLY = 0.7


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it was told: `articles` are those that its turns cite, or all of it where none is cited."""

    story: Story
    articles: list[Article]


def articles_for(story: Story, show: Show, moment: dt.datetime) -> list[Article]:
    """The story's articles that the show may tell from at `moment`, the lead first; none while it is under embargo.

    They are those of the show's own feeds and language; if a feed was taken off since, those of any feed. Of a report
    and its copies one is told.
    """
    if why_embargoed(story, show, moment):
        return []
    language = show.language[:2].lower()
    known = [
        article
        for article in story.articles.select_related("feed").order_by("published_at", "pk")
        if article.speakable_text.strip()
        and article.language[:2].lower() in ("", language)
        and moment >= embargo_of(article)
    ]
    own = set(show.feeds.values_list("pk", flat=True))
    return ranked(without_copies([article for article in known if article.feed_id in own] or known))


def why_embargoed(story: Story, show: Show, moment: dt.datetime) -> str:
    """Until when the desk keeps the story from being told, as it is said in the rundown; "" if nothing keeps it."""
    until = story.embargo_until
    return f"under embargo until {local_time(until, show)}" if until and moment < until else ""


def local_time(moment: dt.datetime, show: Show) -> str:
    return f"{moment.astimezone(show.zone):%H:%M on %-d %B} ({show.timezone})"


def embargo_of(article: Article) -> dt.datetime:
    """Until when the outlet's news may not be told."""
    return article.published_at + dt.timedelta(minutes=article.feed.embargo_minutes)


def without_copies(articles: Iterable[Article]) -> list[Article]:
    """One of each report: the original where it is there nearly as full as its fullest copy, else that copy."""
    groups: dict[int, list[Article]] = {}
    for article in articles:
        groups.setdefault(article.copy_of_id or article.pk, []).append(article)
    return [_fullest(key, group) for key, group in groups.items()]


def _fullest(original: int, group: list[Article]) -> Article:
    most = max(len(article.speakable_text.split()) for article in group)
    for article in group:
        if article.pk == original and len(article.speakable_text.split()) >= NEARLY * most:
            return article
    return ranked(group)[0]


def ranked(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=_rank)


def lead(articles: Iterable[Article]) -> Article | None:
    """The article that a story is chiefly told from."""
    return min(articles, key=_rank, default=None)


def _rank(article: Article) -> tuple[bool, int, object]:
    """A full text before a summary, a fuller one before a short one, an earlier one before a later."""
    return (not article.text, -min(len(article.speakable_text.split()), ENOUGH_WORDS), article.published_at)


def told(episode: Episode) -> list[Told]:
    """The stories of the script in the order in which they are told, each with the articles cited for it."""
    cited: dict[int, list[int]] = {}
    stories: dict[int, Story] = {}
    for turn in episode.script.turns.select_related("story"):
        if turn.story is not None:
            stories[turn.story.pk] = turn.story
            cited.setdefault(turn.story.pk, []).extend(int(citation["article"]) for citation in turn.citations)
    wanted = {pk for pks in cited.values() for pk in pks}
    articles = Article.objects.select_related("feed").in_bulk(wanted)
    return [
        Told(
            stories[pk],
            [articles[a] for a in dict.fromkeys(pks) if a in articles]
            or articles_for(stories[pk], episode.show, now()),
        )
        for pk, pks in cited.items()
    ]
