"""Rows for tests: plain functions, each with defaults that make a valid row."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.timezone import now

from briefings.models import Article, Episode, Feed, Host, Recording, Restriction, Script, Segment, Show, Story, Turn

_count = itertools.count(1)
Status = Episode.Status

TEXT = (
    "The harbour council of Port Ellery voted on Tuesday to rebuild the old sea wall.\n"
    "The work will cost 12 million euros and take two years, the council said.\n"
    '"We cannot wait for another winter," said Mara Lindqvist, the council\'s chair.\n'
    "Storms broke through the wall twice last winter and flooded 40 houses.\n"
    "Building starts in March."
)


def make_user(name: str = "editor", **values: Any) -> Any:
    return get_user_model().objects.create_user(name, password="a quiet harbour", **values)


def make_feed(**values: Any) -> Feed:
    n = next(_count)
    return Feed.objects.create(
        **{"url": f"https://outlet{n}.example/feed.xml", "title": f"Outlet {n}", "outlet": f"Outlet {n}"} | values
    )


def make_article(feed: Feed | None = None, **values: Any) -> Article:
    n = next(_count)
    defaults = {
        "guid": f"guid-{n}",
        "url": f"https://outlet.example/articles/{n}",
        "canonical_url": f"https://outlet.example/articles/{n}",
        "title": "Port Ellery votes to rebuild its sea wall",
        "summary": "The council voted on Tuesday.",
        "published_at": now() - dt.timedelta(hours=2),
        "text": TEXT,
        "read_at": now(),
        "language": "en",
    }
    return Article.objects.create(feed=feed or make_feed(), **defaults | values)


def make_story(articles: list[Article] | None = None, **values: Any) -> Story:
    articles = [make_article()] if articles is None else articles
    story = Story.objects.create(
        **{
            "title": articles[0].title if articles else "A story",
            "first_published_at": min((a.published_at for a in articles), default=now()),
            "last_published_at": max((a.published_at for a in articles), default=now()),
        }
        | values
    )
    for article in articles:
        article.story = story
        article.save(update_fields=["story"])
    return story


def make_show(**values: Any) -> Show:
    n = next(_count)
    show = Show.objects.create(
        **{
            "slug": f"show-{n}",
            "title": f"The Morning Wire {n}",
            "description": "The day's news, told by two.",
            "author": "The Desk",
            "owner_email": "desk@wire.example",
            "timezone": "Europe/London",
            "publish_time": dt.time(6, 30),
        }
        | values
    )
    Host.objects.create(show=show, order=0, name="Ava", voice="af_heart")
    Host.objects.create(show=show, order=1, name="Ben", voice="am_michael")
    return show


def make_episode(show: Show | None = None, status: str = Status.OPENED, **values: Any) -> Episode:
    """An episode at `status`, with the rows that the stages before it would have left."""
    n = next(_count)
    show = show or make_show()
    defaults: dict[str, Any] = {
        "edition_date": dt.date(2025, 3, 1) + dt.timedelta(days=n),
        "number": n,
        "title": "A sea wall for Port Ellery",
    }
    if status == Status.PUBLISHED:
        defaults["published_at"] = now()
    episode = Episode.objects.create(show=show, status=status, **defaults | values)
    order = list(Status.values)
    if order.index(status) >= order.index(Status.PLANNED):
        Segment.objects.create(episode=episode, story=make_story(), order=0, score=1.0, reason="fresh")
    if order.index(status) >= order.index(Status.WRITTEN):
        make_script(episode)
    if status in (Status.VOICED, Status.PUBLISHED):
        make_recording(episode)
    return episode


def make_script(episode: Episode, **values: Any) -> Script:
    segment = episode.segments.first()
    story = segment.story if segment else make_story()
    article = story.articles.first()
    script = Script.objects.create(
        episode=episode, **{"writer": "extractive", "is_extractive": True, "written_at": now()} | values
    )
    lines = [
        ("Ava", "opening", f"This is {episode.show.title}. Written and voiced by AI.", []),
        ("Ben", "question", "What did Port Ellery decide?", []),
        ("Ava", "fact", "The harbour council voted on Tuesday to rebuild the old sea wall.", [0]),
        ("Ben", "closing", "That's all for today.", []),
    ]
    for order, (host, kind, text, cited) in enumerate(lines):
        Turn.objects.create(
            script=script,
            order=order,
            host=host,
            kind=kind,
            text=text,
            story=story if kind in ("question", "fact") else None,
            citations=[{"article": article.pk, "sentence": s} for s in cited],
            written_by="extractive",
        )
    return script


def make_recording(episode: Episode, **values: Any) -> Recording:
    """A recording's row; its file is written only if the caller writes it."""
    n = next(_count)
    turns = list(episode.script.turns.all())
    cues = [
        {"start_s": 3.0 * i, "end_s": 3.0 * i + 2.8, "host": t.host, "text": t.text, "turn": i}
        for i, t in enumerate(turns)
    ]
    return Recording.objects.create(
        episode=episode,
        **{
            "path": f"{episode.show.slug}/{episode.edition_date}-{n:08x}.mp3",
            "sha256": f"{n:064x}",
            "script_sha256": episode.script.sha256,
            "size_bytes": 48_000,
            "duration_s": 12.0,
            "loudness_lufs": -16.0,
            "true_peak_dbtp": -1.8,
            "chapters": [{"start_s": 0, "title": "Opening", "url": ""}, {"start_s": 3, "title": "Sea wall", "url": ""}],
            "cues": cues,
            "voices": ["af_heart", "am_michael"],
            "device": "cpu",
        }
        | values,
    )


def make_restriction(**values: Any) -> Restriction:
    return Restriction.objects.create(**{"rule": Restriction.Rule.SAY, "phrase": f"Jane Doe {next(_count)}"} | values)
