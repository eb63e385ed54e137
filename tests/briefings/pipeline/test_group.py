from __future__ import annotations

import datetime as dt

import pytest
import torch
from django.utils.timezone import now

from briefings import engines
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
    expected = {"articles": 3, "copies": 0, "new_stories": 2, "grown_stories": 0}
    assert episode.runs.get().measurements.items() >= expected.items()


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


AGENCY = (
    "Sixteen die as ferry sinks off Lamoa",
    "PORT ILANA, May 15 (Meridian) - Sixteen people were killed when a ferry sank in heavy swell off Lamoa on Friday,"
    " the coastguard said.\n"
    "The Star of Lamoa, an 800-tonne vessel licensed to carry 210 passengers, had left Port Ilana that evening.\n"
    "Captain Rui Andrade said that water had come in over the bow, and that the pumps had failed at once.\n"
    "The search would go on until dark, the coastguard said, with two helicopters and a dozen fishing boats.",
)


def printed(first: str = "", *, sentences: int = 4, figure: str = "Sixteen") -> str:
    """The agency's text as a client prints it."""
    kept = AGENCY[1].replace("Sixteen", figure).split("\n")[:sentences]
    return "\n".join([first, *kept] if first else kept)


def test_a_syndicated_text_under_another_title_is_a_copy_in_the_same_story(show):
    original = add(show, AGENCY, published_at=now() - dt.timedelta(hours=5))
    text = printed("It was meant to be a short crossing.", sentences=3)
    copy = add(show, ("Lamoa mourns", text), outlet=1)
    group(show)
    copy.refresh_from_db(), original.refresh_from_db()
    assert (copy.copy_of, original.copy_of) == (original, None)
    assert copy.story == original.story and Episode.objects.get().runs.get().measurements["copies"] == 1


def test_a_copy_of_a_copy_is_one_of_the_original(show):
    original = add(show, AGENCY, published_at=now() - dt.timedelta(hours=5))
    for hours, outlet in ((4, 1), (3, 1)):
        add(show, ("Lamoa mourns", printed(sentences=3)), outlet=outlet, published_at=now() - dt.timedelta(hours=hours))
    group(show)
    assert set(Article.objects.exclude(pk=original.pk).values_list("copy_of", flat=True)) == {original.pk}


def test_an_old_report_under_a_new_date_joins_the_old_story(show):
    old = add(show, AGENCY, published_at=now() - dt.timedelta(days=9))
    story = make_story([old])
    again = add(show, ("Sixteen die", AGENCY[1]))
    group(show)
    again.refresh_from_db(), story.refresh_from_db()
    assert (again.story, again.copy_of) == (story, old)
    assert story.last_published_at == old.published_at


def test_a_report_that_has_grown_since_is_no_copy(show):
    original = add(show, AGENCY, published_at=now() - dt.timedelta(hours=9))
    grown = add(show, ("Toll rises to 31", printed(figure="Thirty-one")))
    group(show)
    grown.refresh_from_db(), original.refresh_from_db()
    assert grown.copy_of is None and grown.story == original.story


def test_invented_news_has_no_copies(show):
    sample = make_feed(is_sample=True)
    show.feeds.add(sample)
    make_story([make_article(sample, title=AGENCY[0], text=AGENCY[1], published_at=now() - dt.timedelta(hours=25))])
    make_article(sample, title=AGENCY[0], text=AGENCY[1])
    group(show)
    assert not Article.objects.exclude(copy_of=None).exists()


def test_a_story_is_classed_by_all_its_reports(show):
    add(show, WALL), add(show, AGENCY)
    group(show)
    assert sorted(story.severity for story in Story.objects.all()) == [[], ["death"]]
    add(show, ("Captain charged", AGENCY[1].replace("Friday", "Friday, and a boy, 15, was charged in a youth court")))
    group(show)
    assert "minors" in Story.objects.exclude(severity=[]).get().severity


class FakeEncoder:
    """Makes one vector of every text that has the word, and another of all others."""

    def __init__(self, word: str):
        self.word, self.read = word, []

    def encode(self, texts: list[str]) -> torch.Tensor:
        self.read += texts
        return torch.tensor([[1.0, 0.0] if self.word in text else [0.0, 1.0] for text in texts])


TABLOID = (
    "Terror as packed boat flips",
    "Families clung to each other last night as a packed boat rolled over in monster waves near Lamoa. Survivors were"
    " plucked from the water by fishermen who heard the screams, and Captain Rui Andrade wept on the quay.",
)
ELSEWHERE = (
    "Terror as packed boat flips",
    "Families clung to each other last night as a packed boat rolled over in monster waves near Sandhaven. Survivors"
    " were plucked from the water by fishermen, and Captain Ola Brandt wept on the quay.",
)


@pytest.mark.parametrize(("report", "stories"), [(TABLOID, 1), (ELSEWHERE, 2)])
def test_a_report_in_other_words_joins_by_its_meaning_if_the_names_are_the_same(show, monkeypatch, report, stories):
    encoder = FakeEncoder("ver")
    monkeypatch.setattr(engines, "sentence_encoder", lambda: encoder)
    agency = (AGENCY[0], AGENCY[1].replace("heavy swell", "heavy swell, over"))
    add(show, agency), add(show, report, outlet=1)
    group(show)
    assert Story.objects.count() == stories
    assert bool(encoder.read) is (stories == 1)  # of other names no meaning is asked


def test_without_the_model_words_and_names_decide(show, monkeypatch):
    monkeypatch.setattr(engines, "sentence_encoder", lambda: None)
    add(show, AGENCY), add(show, TABLOID, outlet=1)
    group(show)
    assert Story.objects.count() == 2 and Episode.objects.get().runs.get().measurements["by_meaning"] is False
