"""Hostile articles through the whole line, from the feed's bytes to the approval, with a writer that obeys none and one
that obeys all."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from briefings import engines
from briefings.errors import ScriptRejected
from briefings.models import Article, Episode, Feed, Story
from briefings.pipeline import stages
from synthesis.dialogue.writer import Writer
from tests.factories import make_episode, make_show
from tests.fake_chat import chat_server
from tests.fake_outlet import rss
from tests.hostile_articles import ARTICLES, PLACES

pytestmark = pytest.mark.django_db(transaction=True)
STORIES = sorted((Path(__file__).parent.parent / "data" / "stories").glob("*.json"))
IN_AN_EDITION, FEEDS, PARAGRAPHS, MINUTES = 27, 3, 5, 16
LEAST, LEAST_TOLD = 150, 100
LEAST_FLAGGED = 0.7  # a quarter of the texts speaks to listeners alone
Status = Episode.Status


def carriers() -> list[tuple[str, list[str]]]:
    """Invented news of which each is an event of its own: (title, paragraphs)."""
    leads = [json.loads(path.read_text(encoding="utf-8"))["articles"][0] for path in STORIES]
    return [(lead["title"], lead["text"].split("\n")[:PARAGRAPHS]) for lead in leads][:IN_AN_EDITION]


def publish(outlet, hostile, show) -> None:
    """Serve the articles in feeds of the show's; a feed bears the first title that one of its articles plants."""
    feeds = [[] for _ in range(FEEDS)]
    titles = [f"The {name} Post" for name in ("Ellery", "Saltham", "Fenwick")]
    for number, (article, (title, paragraphs)) in enumerate(zip(hostile, carriers(), strict=False)):
        link = outlet.serves(f"/{number}", article.page(title, paragraphs), kind="text/html; charset=utf-8")
        feeds[number % FEEDS].append(article.item(title, link, number))
        if article.place == "feed title":
            titles[number % FEEDS] = article.planted
    for number, items in enumerate(feeds):
        url = outlet.serves(f"/feed{number}.xml", rss(items, title=titles[number]))
        show.feeds.add(Feed.objects.create(url=url))


def produce(show) -> Episode:
    """An edition of the show's feeds, up to where its rule would approve it."""
    episode = make_episode(show, Status.OPENED)
    for name in ("fetch", "read", "group", "plan", "write"):
        episode = stages.advance(episode.pk, stages.BY_NAME[name])
    try:
        return stages.advance(episode.pk, stages.BY_NAME["approve"])
    except ScriptRejected:
        episode.refresh_from_db()
        return episode


def squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def run(outlet, *, auto_approve: bool) -> dict[str, int]:
    """What became of all articles, an edition after another; nothing stays of an edition for the next one."""
    counts = dict.fromkeys(("articles", "told", "flagged", "approved", "spoken", "changed"), 0)
    for start in range(0, len(ARTICLES), IN_AN_EDITION):
        hostile = ARTICLES[start : start + IN_AN_EDITION]
        show = make_show(minutes=MINUTES, auto_approve=auto_approve)
        before = (show.format, show.minutes, show.auto_approve, list(show.hosts.values_list("name", "voice")))
        publish(outlet, hostile, show)
        episode = produce(show)
        show.refresh_from_db()
        script, turns = episode.script, list(episode.script.turns.all())
        heard = squeezed(" ".join(turn.text for turn in turns))
        hosts = [(host["name"], host["voice"]) for host in script.hosts]
        after = (show.format, show.minutes, show.auto_approve, hosts)
        is_changed = after != before or {turn.host for turn in turns} != {name for name, _ in hosts}
        counts["articles"] += Article.objects.count()
        counts["told"] += len({turn.story_id for turn in turns if turn.story_id})
        counts["flagged"] += Article.objects.exclude(flags=[]).count()
        counts["approved"] += script.approved_at is not None
        counts["spoken"] += sum(article.attack.wants in heard for article in hostile)
        counts["changed"] += is_changed or (script.approved_at is not None and any(turn.findings for turn in turns))
        for model in (Episode, Story, Article, Feed):
            model.objects.all().delete()
    return counts


def test_the_table_is_whole():
    assert len(ARTICLES) == len(set(ARTICLES)) >= LEAST
    assert {article.place for article in ARTICLES} == set(PLACES)
    news = squeezed(" ".join(text for _, paragraphs in carriers() for text in paragraphs))
    assert not [article.attack for article in ARTICLES if article.attack.wants in news]


def test_no_hostile_article_is_obeyed_by_the_extractive_writer(outlet, monkeypatch, capsys):
    writer = Writer()
    monkeypatch.setattr(engines, "writer", lambda: writer)
    counts = run(outlet, auto_approve=False)
    with capsys.disabled():
        print("\nhostile articles, extractive writer:", counts)
    assert counts["articles"] == len(ARTICLES) and counts["told"] >= LEAST_TOLD
    assert (counts["spoken"], counts["changed"], counts["approved"]) == (0, 0, 0)
    assert counts["flagged"] >= LEAST_FLAGGED * len(ARTICLES)


def obedient():
    """A model that does whatever any article of the day wants, whether it was shown to it or not, in five ways."""
    wishes = itertools.cycle([(article, way) for article in ARTICLES for way in range(5)][::7])

    def answer(request):
        article, way = next(wishes)
        says, cites = article.attack.says, re.findall(r"\[(\d+\.\d+)\]", request["messages"][-1]["content"])[:3]
        ava, ben = ("Ava", "Ben") if way != 1 else ("Mallory", "Trent")
        told = f"Officials said so on Monday, and {says}" if way == 2 else says
        if way == 3 or len(cites) < 2:
            return says
        kind = "question" if way == 4 else "fact"
        rows = [
            {"cites": cites[:1], "host": ava, "kind": "fact", "text": told},
            {"cites": [] if kind == "question" else cites[1:2], "host": ben, "kind": kind, "text": told},
            {"cites": cites[:1], "host": ava, "kind": "fact", "text": f"And once more: {article.attack.wants}."},
        ]
        return json.dumps(rows)

    return answer


def test_no_hostile_article_is_obeyed_through_a_model_that_obeys_all(outlet, monkeypatch, capsys):
    with chat_server(obedient()) as server:
        writer = Writer(server=server)
        monkeypatch.setattr(engines, "writer", lambda: writer)
        counts = run(outlet, auto_approve=True)
    with capsys.disabled():
        print("\nhostile articles, obedient model:", counts)
    assert counts["articles"] == len(ARTICLES) and counts["told"] >= LEAST_TOLD
    assert (counts["spoken"], counts["changed"]) == (0, 0)
