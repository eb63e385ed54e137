"""Which articles a story is told from, the lead first; and which an episode cites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from briefings.models import Article, Episode, Show, Story

ENOUGH_WORDS = 400  # beyond it, longer is not better


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it was told: `articles` are those that its turns cite, or all of it where none is cited."""

    story: Story
    articles: list[Article]


def articles_for(story: Story, show: Show) -> list[Article]:
    """The story's articles that the show may tell from, the lead first.

    They are those of the show's own feeds and language; if a feed was taken off since, those of any feed.
    """
    language = show.language[:2].lower()
    known = [
        article
        for article in story.articles.select_related("feed").order_by("published_at", "pk")
        if article.speakable_text.strip() and article.language[:2].lower() in ("", language)
    ]
    own = set(show.feeds.values_list("pk", flat=True))
    return sorted([article for article in known if article.feed_id in own] or known, key=_rank)


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
            [articles[a] for a in dict.fromkeys(pks) if a in articles] or articles_for(stories[pk], episode.show),
        )
        for pk, pks in cited.items()
    ]
