"""Thirty days of repeated reports through the feeds' memory, the grouping and the rundown; `-s` prints the figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest
import time_machine
from django.utils.timezone import now

from briefings import engines
from briefings.entries import Document, Entry
from briefings.links import canonical
from briefings.models import Article, Episode, Feed, Script, Segment, Turn
from briefings.pipeline import fetch, stages, write
from tests import replay
from tests.factories import make_feed, make_show

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@dataclass
class Newsroom:
    """What became of the reports: that of each article, by its key, and on which days an event was told."""

    reports: list[replay.Report]
    sources: dict[int, replay.Report] = field(default_factory=dict)
    told: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def event(self, article: int) -> str:
        return self.sources[article].event


@pytest.fixture
def newsroom(monkeypatch) -> Newsroom:
    """Thirty editions, each after the day's reports came in; words and names alone group them."""
    monkeypatch.setattr(engines, "sentence_encoder", lambda: None)
    room = Newsroom(replay.reports())
    show = make_show(timezone="UTC", minutes=8)
    feeds = {outlet: make_feed(outlet=outlet) for outlet in replay.OUTLETS}
    show.feeds.add(*feeds.values())
    for day in range(replay.DAYS):
        with time_machine.travel(START + dt.timedelta(days=day + 1), tick=False):
            take_in(room, [row for row in room.reports if row.day == day], feeds)
            tell(room, show, day)
    return room


def take_in(room: Newsroom, rows: list[replay.Report], feeds: dict[str, Feed]) -> None:
    """The day's feeds: each outlet's items at once."""
    for outlet, feed in feeds.items():
        items = {row.guid: row for row in rows if row.outlet == outlet}
        entries = [entry_of(row) for row in items.values()]
        fetch.keep(feed, fetch.Answer(document=Document("", "", "en", None, entries)))
        for article in feed.articles.filter(read_at=None):
            row = room.sources[article.pk] = items[article.guid]
            Article.objects.filter(pk=article.pk).update(text=row.text, read_at=now())


def entry_of(row: replay.Report) -> Entry:
    published = START + dt.timedelta(days=row.day, hours=row.hour)
    summary = row.text.split("\n")[0]
    return Entry(row.guid, row.url, canonical(row.url), row.title, summary, row.text, [], [], "en", published)


def tell(room: Newsroom, show, day: int) -> None:
    """Group, plan, and publish a script that tells the first sentences of each chosen story."""
    date = (START + dt.timedelta(days=day + 1)).date()
    episode = Episode.objects.create(show=show, status=Episode.Status.READ, edition_date=date, number=day + 1)
    stages.advance(episode.pk, stages.BY_NAME["group"])
    stages.advance(episode.pk, stages.BY_NAME["plan"])
    script = Script.objects.create(episode=episode, writer="replay", written_at=now())
    chosen = Segment.objects.filter(episode=episode, order__isnull=False).select_related("story")
    for segment in chosen:
        lead = write.told_story(segment.story, episode).articles[0]
        room.told[room.event(int(lead.id))].append(day)
        cites = [{"article": int(lead.id), "sentence": at} for at in range(3)]
        Turn.objects.create(
            script=script,
            order=segment.order,
            host="Ava",
            kind="fact",
            text=lead.title,
            story=segment.story,
            citations=cites,
        )
    Episode.objects.filter(pk=episode.pk).update(status=Episode.Status.PUBLISHED, published_at=now())


def test_nothing_is_told_twice_without_news_and_copies_are_folded(newsroom):
    copies = [row for row in newsroom.reports if row.kind == "copy"]
    articles = {article.pk: article for article in Article.objects.all()}
    apart = [
        pk
        for pk, article in articles.items()
        if newsroom.sources[pk].kind == "copy"
        and (article.copy_of_id is None or newsroom.event(article.copy_of_id) != newsroom.event(pk))
    ]
    merged = len(copies) - len(apart)
    strays = misplaced(newsroom, articles)
    news = {row.event: row.day for row in newsroom.reports if row.kind == "news"}
    again = [event for event, days in newsroom.told.items() if retold(days, news.get(event))]
    print(
        f"\n{len(newsroom.reports)} reports of {len(newsroom.told)} told events; {len(copies)} copies: {merged} merged"
        f" ({merged / len(copies):.1%}); {len(articles)} articles: {strays} in a story of another event"
        f" ({strays / len(articles):.2%}); {len(again)} events told again without news"
    )
    assert merged >= 0.95 * len(copies)
    assert strays <= 0.02 * len(articles)
    assert not again
    assert sum(len(days) > 1 for days in newsroom.told.values()) >= 10  # news is told


def misplaced(newsroom: Newsroom, articles: dict[int, Article]) -> int:
    """Articles in a story most of whose articles are of another event, and copies of another event's report."""
    stories: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, article in articles.items():
        stories[article.story_id or 0][newsroom.event(pk)] += 1
    return sum(sum(counts.values()) - max(counts.values()) for story, counts in stories.items() if story)


def retold(days: list[int], news_on: int | None) -> bool:
    """Whether a telling after the first has no news between it and the one before."""
    return any(news_on is None or not before <= news_on - 1 < day for before, day in zip(days, days[1:], strict=False))
