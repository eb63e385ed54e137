from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils.timezone import now

from briefings.errors import NothingToSay
from briefings.models import Episode, Segment, Show, Story
from briefings.pipeline import plan, stages
from tests.factories import TEXT, make_article, make_episode, make_feed, make_show, make_story

pytestmark = pytest.mark.django_db

HARD = (
    "{place} (MW) — A ferry sank off {place} on Monday and at least three people died, the coastguard of"
    " {place} said.\n"
    "Police said that an investigation into the crash had begun, and that two officers had been questioned.\n"
    "The minister told parliament on Tuesday that a judge would lead it, and that the government would pay"
    " for the rescue.\n"
    "It is the worst accident on the coast of {place} in ten years, according to the harbour office, which"
    " keeps the records.\n"
    "Divers were still searching the wreck late on Monday, the coastguard said, while families waited on the"
    " quay at {place}.\n"
)
SOFT = (
    "The cafe by the harbour has blue chairs and good cake, and people like to sit there in the sun for an hour. " * 6
)
PLACES = [
    "Ellery",
    "Gullport",
    "Norwick",
    "Sandhaven",
    "Tidemouth",
    "Brackwater",
    "Kelpness",
    "Oysterby",
    "Foxholm",
    "Larkmoor",
    "Elmsea",
    "Ashby",
]


@pytest.fixture
def show() -> Show:
    return make_show(minutes=5)


def add(
    show: Show, title: str = "", text: str = "", *, outlets: int = 1, hours: float = 2, place: str = "Ellery", **values
) -> Story:
    """A story, reported by this many outlets of the show."""
    articles = []
    for n in range(outlets):
        feed = make_feed()
        show.feeds.add(feed)
        body = (
            text or HARD.format(place=place)
        ) + f"Reporter {n} of outlet {n} asked witness {n} about it and he told her so. " * (n * 6)
        published = now() - dt.timedelta(hours=hours)
        articles.append(
            make_article(
                feed, title=title or f"Ferry sinks off {place}, three dead", text=body, published_at=published, **values
            )
        )
    return make_story(articles)


def planned(show: Show) -> Episode:
    """The next day's edition."""
    date = dt.date(2025, 6, 1) + dt.timedelta(days=show.episodes.count())
    episode = make_episode(show, Episode.Status.GROUPED, edition_date=date)
    return stages.advance(episode.pk, stages.BY_NAME["plan"])


def told(episode: Episode) -> list[Story]:
    return [segment.story for segment in episode.segments.all() if segment.is_chosen]


def reason(episode: Episode, story: Story) -> str:
    return episode.segments.get(story=story).reason


def test_every_story_is_weighed_and_the_reason_stored(show):
    stories = [add(show, place=place) for place in PLACES]
    episode = planned(show)
    assert {s.story for s in episode.segments.all()} == set(stories)
    assert all(s.reason for s in episode.segments.all())
    assert [s.order for s in episode.segments.filter(order__isnull=False)] == list(range(len(told(episode))))


@pytest.mark.parametrize(("minutes", "stories"), [(5, 9), (3, 6), (8, 13)])
def test_the_length_decides_how_many_with_some_in_reserve(minutes, stories):
    assert plan.size_of(minutes) == stories


def test_hard_news_comes_before_soft(show):
    soft, hard = add(show, "A new cafe by the harbour", SOFT), add(show)
    assert told(planned(show)) == [hard, soft]


def test_what_more_outlets_report_comes_first(show):
    one, many = add(show, place="Ellery"), add(show, place="Gullport", outlets=3)
    assert told(planned(show)) == [many, one]


def test_copies_of_one_agencys_text_count_as_one_outlet(show):
    story = add(show)
    original = story.articles.get()
    for _ in range(3):
        feed = make_feed()
        show.feeds.add(feed)
        make_article(feed, title="Ferry sinks", text=HARD.format(place="Ellery"), story=story, copy_of=original)
    assert "one outlet" in reason(planned(show), story)


def test_fresh_news_comes_before_yesterdays(show):
    old, fresh = add(show, place="Ellery", hours=30), add(show, place="Gullport", hours=1)
    assert told(planned(show)) == [fresh, old]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("11 Best Sleeping Bags (2025)", "shopping"),
        ("Wine Guy: 3 bottles to sip", "food-and-drink"),
        ("Your horoscope for Tuesday", "horoscope"),
        ("The mother of all antioxidants", "remedy"),
        ("Ferry disaster: live updates", "live blog"),
    ],
)
def test_reviews_recipes_puzzles_and_live_blogs_are_left_out_with_the_reason(show, title, words):
    add(show)
    story = add(show, title, SOFT)
    episode = planned(show)
    assert story not in told(episode)
    assert words in reason(episode, story)


@pytest.mark.parametrize(
    "title", ["Opinion: ferries are unsafe", "Rovers beat United 3-1", "SCANDAL! Ferry owner accused"]
)
def test_opinion_sport_and_lurid_headlines_never_lead(show, title):
    pushed, plain = add(show, title, outlets=4, hours=0.5), add(show, "A new bridge is opened", SOFT, hours=30)
    assert told(planned(show))[0] == plain
    assert pushed in told(Episode.objects.latest("pk"))


def test_a_story_too_thin_to_speak_is_left_out_with_the_reason(show):
    add(show)
    thin = add(show, "Short notice", "Only this. " * 10, error_message="Its page gives only 20 words.")
    episode = planned(show)
    assert thin not in told(episode)
    assert "20 words" in reason(episode, thin)


def test_a_killed_story_is_left_out_and_a_pinned_one_is_in(show):
    killed = add(show, place="Ellery")
    pinned = add(show, "Your horoscope for Tuesday", SOFT)
    rest = [add(show, place=place) for place in PLACES[1:]]
    Story.objects.filter(pk=killed.pk).update(is_killed=True)
    Story.objects.filter(pk=pinned.pk).update(is_pinned=True)
    episode = planned(show)
    assert killed not in told(episode) and "Killed" in reason(episode, killed)
    assert pinned in told(episode) and "Pinned" in reason(episode, pinned)
    assert told(episode)[0] in rest


def test_another_language_than_the_shows_is_left_out(show):
    add(show)
    french = add(show, "Le bac a coulé", language="fr")
    episode = planned(show)
    assert "another language" in reason(episode, french)


def test_one_outlet_does_not_fill_the_rundown(show):
    feed = make_feed()
    show.feeds.add(feed)
    for place in PLACES[:9]:
        make_story([make_article(feed, title=f"Ferry sinks off {place}", text=HARD.format(place=place))])
    others = [add(show, f"Council of {place} meets", TEXT * 3, place=place) for place in PLACES[:3]]
    episode = planned(show)
    assert set(told(episode)) & set(others)
    assert episode.segments.filter(order=None, reason__contains="for variety").exists()


def test_a_story_told_lately_is_left_out(show):
    story, other = add(show, place="Ellery"), add(show, place="Gullport")
    planned(show)
    fresh = add(show, place="Norwick")
    episode = planned(show)
    assert told(episode) == [fresh]
    assert "told" in reason(episode, story).lower() and "told" in reason(episode, other).lower()


def test_a_told_story_with_news_is_told_as_an_update(show):
    story = add(show)
    planned(show)
    feed = make_feed()
    show.feeds.add(feed)
    text = "A judge on Wednesday charged the captain of the ferry with manslaughter, the court of Ellery said. " * 8
    make_article(feed, title="Captain of sunken Ellery ferry charged", text=text, story=story)
    episode = planned(show)
    assert told(episode) == [story]
    assert "An update of" in reason(episode, story) and "charged the captain" in reason(episode, story)


def test_a_copy_of_what_was_told_is_no_news(show):
    story = add(show)
    planned(show)
    feed = make_feed()
    show.feeds.add(feed)
    original = story.articles.get()
    text = HARD.format(place="Ellery") + "The mayor of Sandhaven, Ona Brisk, told 44 reporters that she mourned. " * 3
    make_article(feed, title="Ferry sinks off Ellery", text=text, story=story, copy_of=original)
    add(show, place="Gullport")
    assert story not in told(planned(show))


def test_a_new_report_without_new_facts_is_no_news(show):
    story = add(show)
    planned(show)
    feed = make_feed()
    show.feeds.add(feed)
    text = (
        "A ferry sank off Ellery on Monday, and three people died at least, said the coastguard of Ellery.\n"
        "An investigation into the crash had begun, police said, and two officers had been questioned.\n"
        "A judge would lead it, the minister told parliament, and the government would pay for the rescue.\n"
        "Divers searched the wreck late on Monday while families waited on the quay, the coastguard said.\n"
        "It is the worst accident on the coast in ten years, the harbour office said, which keeps the records.\n"
    )
    make_article(feed, title="Three dead as ferry sinks off Ellery", text=text, story=story)
    add(show, place="Gullport")
    episode = planned(show)
    assert story not in told(episode) and "no new facts since" in reason(episode, story)


def test_a_toll_that_has_risen_is_news(show):
    story = add(show)
    planned(show)
    feed = make_feed()
    show.feeds.add(feed)
    text = HARD.format(place="Ellery").replace("at least three people died", "at least 16 people died")
    make_article(feed, title="Ellery ferry: toll rises to 16", text=text, story=story)
    episode = planned(show)
    assert told(episode) == [story] and "16 people died" in reason(episode, story)


def test_what_a_rejected_edition_held_may_be_told(show):
    story = add(show)
    episode = planned(show)
    Episode.objects.filter(pk=episode.pk).update(status=Episode.Status.REJECTED)
    assert told(planned(show)) == [story]


def test_invented_news_may_be_told_every_day(show):
    story = add(show)
    show.feeds.update(is_sample=True)
    planned(show)
    assert told(planned(show)) == [story]


def test_a_telling_long_ago_is_forgotten(show):
    story = add(show)
    old = make_episode(show, edition_date=dt.date(2024, 1, 1), number=900)
    Segment.objects.create(episode=old, story=story, order=0, reason="fresh")
    assert told(planned(show)) == [story]


def test_planning_again_replaces_the_rundown(show):
    add(show)
    episode = planned(show)
    Episode.objects.filter(pk=episode.pk).update(status=Episode.Status.GROUPED)
    stages.advance(episode.pk, stages.BY_NAME["plan"])
    assert episode.segments.count() == 1


def test_the_episode_is_titled_by_its_lead(show):
    add(show)
    assert planned(show).title == "Ferry sinks off Ellery, three dead"


def test_no_news_at_all_is_said(show):
    show.feeds.add(make_feed())
    with pytest.raises(NothingToSay, match="no article of the last 36 hours"):
        planned(show)
    episode = Episode.objects.get()
    assert (episode.error_code, episode.status) == ("episode:nothing-to-say", Episode.Status.GROUPED)


def test_a_show_without_feeds_or_with_failing_ones_alone_says_so(show):
    with pytest.raises(NothingToSay, match="has no feeds"):
        planned(show)
    show.feeds.add(make_feed(error_code="feed:gone"))
    with pytest.raises(NothingToSay, match="all 1 feeds"):
        planned(show)


def test_nothing_that_can_be_told_is_said(show):
    add(show, "Your horoscope for Tuesday", SOFT)
    with pytest.raises(NothingToSay, match="none of the 1"):
        planned(show)


def test_an_old_report_under_a_new_date_is_no_news(show):
    old = make_article(make_feed(), text=HARD.format(place="Ellery"), published_at=now() - dt.timedelta(days=9))
    story = add(show)
    story.articles.update(copy_of=old)
    add(show, place="Gullport")
    assert "under a new date" in reason(planned(show), story)


def test_a_story_under_embargo_is_left_out_until_its_hour(show):
    story, other = add(show), add(show, place="Gullport")
    Story.objects.filter(pk=story.pk).update(embargo_until=now() + dt.timedelta(hours=3), is_pinned=True)
    episode = planned(show)
    assert told(episode) == [other] and "Under embargo until" in reason(episode, story)
    assert show.timezone in reason(episode, story)
    with time_machine.travel(now() + dt.timedelta(hours=3, minutes=1), tick=False):
        assert story in told(planned(show))


def test_an_outlets_embargo_holds_its_articles_back_and_no_others(show):
    held, both = add(show, hours=0.5), add(show, place="Gullport", hours=0.5)
    for story in (held, both):
        story.articles.get().feed.__class__.objects.filter(articles__story=story).update(embargo_minutes=60)
    feed = make_feed(outlet="The Free Post")
    show.feeds.add(feed)
    make_article(feed, title="Ferry sinks off Gullport", text=HARD.format(place="Gullport"), story=both)
    episode = planned(show)
    assert told(episode) == [both] and "embargo until" in reason(episode, held)
    with time_machine.travel(now() + dt.timedelta(minutes=31), tick=False):
        assert held in told(planned(show))


def test_what_the_listeners_care_about_counts_and_is_named(show):
    show.interests = "Night trains\nferries\nthe moon"
    show.save()
    plain, wanted = (
        add(show, "Bus sinks off Ellery, three dead"),
        add(show, "Night train to Gullport", place="Gullport"),
    )
    episode = planned(show)
    assert told(episode) == [wanted, plain]
    assert "Of interest to its listeners (Night trains, ferries)" in reason(episode, wanted)


def test_the_light_come_last_and_not_beside_the_grave(show):
    grave = [add(show, place=place) for place in PLACES[:3]]
    calm = add(show, "Council of Larkmoor meets", TEXT * 3, outlets=4)
    light = add(show, "Goat closes the motorway at Elmsea", TEXT * 3, place="Elmsea")
    Story.objects.filter(pk__in=[story.pk for story in grave]).update(severity=["death"])
    Story.objects.filter(pk=light.pk).update(severity=["light"])
    episode = planned(show)
    assert told(episode)[-2:] == [calm, light]
    assert "light note" in reason(episode, light) and "no grave story ends" in reason(episode, calm)
