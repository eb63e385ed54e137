from __future__ import annotations

import datetime as dt

import pytest
from django.utils.timezone import now

from briefings.models import Article, Episode, Show, Story
from briefings.pipeline import stages
from tests.factories import TEXT, make_article, make_episode, make_feed, make_show, make_story

pytestmark = pytest.mark.django_db

WALL = ("Port Ellery votes to rebuild its sea wall", TEXT)
WALL_ELSEWHERE = (
    "Port Ellery to spend 12 million euros on new sea wall",
    "Councillors in Port Ellery agreed on Tuesday to rebuild the town's sea wall at a cost of 12 million euros.\n"
    "Council chair Mara Lindqvist said that work starts in March. Winter storms broke the wall twice.",
)
RATES = (
    "Meridian central bank holds rates at 4%",
    "The central bank of Meridian held its rate at 4% on Tuesday. Governor Ola Brandt said inflation was falling.",
)


@pytest.fixture
def show() -> Show:
    show = make_show()
    show.feeds.add(make_feed(outlet="The Post"), make_feed(outlet="The Wire"))
    return show


def add(show: Show, article: tuple[str, str], outlet: int = 0, **values) -> Article:
    title, text = article
    return make_article(show.feeds.order_by("pk")[outlet], title=title, text=text, **values)


def group(show: Show) -> Episode:
    episode = make_episode(show, Episode.Status.READ)
    return stages.advance(episode.pk, stages.BY_NAME["group"])


def test_two_outlets_on_one_event_become_one_story(show):
    add(show, WALL), add(show, WALL_ELSEWHERE, outlet=1), add(show, RATES)
    episode = group(show)
    assert sorted(story.articles.count() for story in Story.objects.all()) == [1, 2]
    assert episode.runs.get().measurements == {"articles": 3, "new_stories": 2, "grown_stories": 0}


def test_a_story_spans_the_time_of_its_articles(show):
    first = add(show, WALL, published_at=now() - dt.timedelta(hours=9))
    last = add(show, WALL_ELSEWHERE, outlet=1, published_at=now() - dt.timedelta(hours=2))
    group(show)
    story = Story.objects.get()
    assert (story.first_published_at, story.last_published_at) == (first.published_at, last.published_at)


def test_a_later_report_joins_the_story_that_is_known(show):
    story = make_story([add(show, WALL, published_at=now() - dt.timedelta(hours=30))])
    late = add(show, WALL_ELSEWHERE, outlet=1)
    group(show)
    late.refresh_from_db()
    story.refresh_from_db()
    assert late.story == story
    assert story.last_published_at == late.published_at


def test_grouping_again_changes_nothing(show):
    add(show, WALL), add(show, WALL_ELSEWHERE, outlet=1)
    group(show)
    before = list(Article.objects.values_list("pk", "story"))
    group(show)
    assert list(Article.objects.values_list("pk", "story")) == before


def test_a_like_event_long_ago_is_another_story(show):
    make_story([add(show, WALL, published_at=now() - dt.timedelta(days=10))])
    add(show, WALL_ELSEWHERE, outlet=1)
    group(show)
    assert Story.objects.count() == 2


def test_two_entries_of_one_page_are_one_story(show):
    url = {"canonical_url": "https://e.example/1"}
    add(show, WALL, **url), add(show, RATES, outlet=1, **url)
    group(show)
    assert Story.objects.count() == 1


def test_invented_news_never_joins_real_news(show):
    sample = make_feed(is_sample=True)
    show.feeds.add(sample)
    add(show, WALL)
    make_article(sample, title=WALL[0], text=WALL[1])
    group(show)
    assert Story.objects.count() == 2


def test_invented_news_of_another_day_is_another_story(show):
    sample = make_feed(is_sample=True)
    show.feeds.add(sample)
    make_story([make_article(sample, title=WALL[0], published_at=now() - dt.timedelta(hours=25))])
    make_article(sample, title=WALL[0])
    group(show)
    assert Story.objects.count() == 2


def test_articles_of_other_shows_feeds_stale_and_unread_ones_are_left_alone(show):
    make_article(title=WALL[0])
    add(show, RATES, published_at=now() - dt.timedelta(hours=show.max_age_hours + 1))
    add(show, RATES, read_at=None)
    group(show)
    assert not Story.objects.exists()
