from __future__ import annotations

import datetime as dt

import pytest
from django.utils.timezone import now

from briefings.errors import FeedGone, FeedUnreachable
from briefings.models import Article, Episode, Feed
from briefings.pipeline import fetch, stages
from tests.factories import make_episode, make_feed, make_show
from tests.fake_outlet import rss

pytestmark = pytest.mark.django_db

ITEMS = [{"title": f"Story {n}", "link": f"https://e.example/{n}", "guid": f"g{n}"} for n in range(3)]


def refreshed(feed: Feed) -> Feed:
    fetch.refresh(feed)
    feed.refresh_from_db()
    return feed


def test_new_items_become_articles_once(outlet):
    feed = make_feed(url=outlet.serves("/feed.xml", rss(ITEMS)))
    assert [fetch.refresh(feed), fetch.refresh(feed)] == [3, 0]
    assert {a.title for a in feed.articles.all()} == {"Story 0", "Story 1", "Story 2"}


def test_a_feed_names_itself_its_site_and_its_language(outlet):
    feed = refreshed(
        make_feed(url=outlet.serves("/feed.xml", rss(ITEMS, title="ElleryPost - RSS")), title="", outlet="")
    )
    assert (feed.outlet, feed.site_url, feed.language) == ("Ellery Post", "https://ellery.example/", "en-gb")


def test_an_outlets_name_given_by_the_desk_is_kept(outlet):
    feed = refreshed(make_feed(url=outlet.serves("/feed.xml", rss(ITEMS)), outlet="The Post"))
    assert feed.outlet == "The Post"


def test_the_second_request_is_conditional_and_not_modified_is_no_error(outlet):
    feed = refreshed(make_feed(url=outlet.serves_conditionally("/feed.xml", rss(ITEMS), '"v1"')))
    feed = refreshed(feed)
    assert outlet.asked("/feed.xml")[1]["if-none-match"] == '"v1"'
    assert (feed.health, feed.etag, feed.articles.count()) == ("ok", '"v1"', 3)


def test_a_changed_item_is_corrected_and_not_stored_again(outlet):
    feed = make_feed(
        url=outlet.serves("/feed.xml", rss([{"title": "Old title", "link": "https://e.example/1", "guid": "g"}]))
    )
    fetch.refresh(feed)
    outlet.serves("/feed.xml", rss([{"title": "New title", "link": "https://e.example/1", "guid": "g"}]))
    assert fetch.refresh(feed) == 0
    assert [a.title for a in feed.articles.all()] == ["New title"]


def test_a_link_that_another_feed_brought_is_not_stored_again(outlet):
    item = {"title": "Wall", "link": "https://e.example/1", "guid": "a"}
    first = make_feed(url=outlet.serves("/one.xml", rss([item])))
    second = make_feed(
        url=outlet.serves("/two.xml", rss([item | {"link": "https://www.e.example/1?utm_source=x", "guid": "b"}]))
    )
    fetch.refresh(first)
    assert fetch.refresh(second) == 0
    assert Article.objects.get().feed == first


DATED = dt.datetime(2025, 3, 1, 8, tzinfo=dt.UTC)


def test_a_page_under_a_new_guid_at_each_fetch_is_one_article(outlet):
    feed = make_feed()
    for n in range(3):
        item = {"title": "Wall", "link": "https://e.example/wall?session=1", "guid": f"made-up-{n}"}
        Feed.objects.filter(pk=feed.pk).update(url=outlet.serves(f"/{n}.xml", rss([item])))
        feed.refresh_from_db()
        fetch.refresh(feed)
    assert Article.objects.count() == 1


def test_an_item_under_a_new_guid_and_a_new_link_at_each_fetch_is_one_article(outlet):
    feed = make_feed()
    for n in range(3):
        item = {"title": "Wall", "link": f"https://e.example/s{n}/wall", "guid": f"made-up-{n}", "published": DATED}
        Feed.objects.filter(pk=feed.pk).update(url=outlet.serves(f"/{n}.xml", rss([item])))
        feed.refresh_from_db()
        fetch.refresh(feed)
    assert Article.objects.count() == 1


def test_a_guid_that_is_used_again_for_another_page_is_another_article_once(outlet):
    feed = make_feed()
    for n in (1, 2, 2):
        item = {
            "title": f"Story {n}",
            "link": f"https://e.example/{n}",
            "guid": "latest",
            "published": DATED + dt.timedelta(days=n),
        }
        Feed.objects.filter(pk=feed.pk).update(url=outlet.serves(f"/{n}.xml", rss([item])))
        feed.refresh_from_db()
        fetch.refresh(feed)
    assert sorted(Article.objects.values_list("title", flat=True)) == ["Story 1", "Story 2"]


def test_items_that_link_to_the_front_page_are_all_kept(outlet):
    items = [{"title": f"Story {n}", "link": "https://e.example/", "guid": f"g{n}"} for n in range(3)]
    feed = make_feed(url=outlet.serves("/feed.xml", rss(items)))
    assert [fetch.refresh(feed), fetch.refresh(feed)] == [3, 0]


def test_a_sound_feed_takes_an_article_over_from_a_damaged_one(outlet):
    whole = rss([{"title": "Wall", "link": "https://e.example/1", "guid": "a"}, {"title": "x" * 900}])
    damaged = refreshed(make_feed(url=outlet.serves("/cut.xml", whole[:-500]), outlet="Everything"))
    assert damaged.articles.count() == 1
    sound = make_feed(
        url=outlet.serves("/ok.xml", rss([{"title": "Wall", "link": "https://e.example/1"}])), outlet="The Post"
    )
    fetch.refresh(sound)
    assert Article.objects.get().outlet == "The Post"


def test_an_article_is_plain_dated_and_web_linked(outlet):
    moment = now() + dt.timedelta(days=3)
    item = {
        "title": "<b>Wall</b>",
        "link": "javascript:alert(1)",
        "guid": "https://e.example/1",
        "summary": "<p>One.</p>",
        "published": moment,
    }
    feed = make_feed(url=outlet.serves("/feed.xml", rss([item])))
    fetch.refresh(feed)
    article = feed.articles.get()
    assert (article.title, article.summary) == ("Wall", "One.")
    assert not article.url.startswith("javascript")
    assert article.published_at <= now()


def test_long_content_in_the_feed_is_kept_as_text(outlet):
    content = "<p>" + "A sentence of the report. " * 60 + "</p>"
    feed = make_feed(url=outlet.serves("/feed.xml", rss([{"link": "https://e.example/1", "content": content}])))
    fetch.refresh(feed)
    assert feed.articles.get().text.startswith("A sentence of the report.")


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "words"),
    [
        (500, "oops", {}, "feed:unreachable", "500"),
        (403, "no", {}, "feed:unreachable", "refuses access"),
        (404, "no", {}, "feed:unreachable", "404"),
        (410, "gone", {}, "feed:gone", "410"),
        (429, "later", {"Retry_After": "7200"}, "feed:unreachable", "come back later"),
        (200, "", {}, "feed:empty", "empty answer"),
        (200, rss([]), {}, "feed:empty", "no items"),
        (200, "<html><body>Please enable JavaScript</body></html>", {}, "feed:malformed", "web page"),
        (200, b"\x00\x01\x02 binary", {}, "feed:malformed", "neither RSS"),
    ],
)
def test_each_fault_is_stored_with_its_own_code_and_words(outlet, status, body, headers, code, words):
    feed = refreshed(make_feed(url=outlet.serves("/feed.xml", body, status=status, **headers)))
    assert (feed.error_code, feed.failures) == (code, 1)
    assert words in feed.error_message
    assert feed.next_check_at >= now() + dt.timedelta(minutes=14)


def test_a_gone_feed_is_paused(outlet):
    assert refreshed(make_feed(url=outlet.serves("/feed.xml", "", status=410))).health == "paused"


def test_a_feed_not_found_three_times_is_gone(outlet):
    feed = make_feed(url=outlet.url("/nowhere.xml"))
    assert [refreshed(feed).is_paused for _ in range(3)] == [False, False, True]
    assert feed.error_code == FeedGone.code


def test_pauses_grow_with_every_failure_and_end_at_a_day(outlet):
    feed = make_feed(url=outlet.serves("/feed.xml", "", status=500))
    pauses = []
    for _ in range(10):
        refreshed(feed)
        pauses.append(feed.next_check_at - feed.checked_at)
    assert pauses[:3] == [dt.timedelta(minutes=m) for m in (15, 30, 60)]
    assert pauses[-1] == dt.timedelta(hours=24)


def test_retry_after_is_kept(outlet):
    feed = refreshed(make_feed(url=outlet.serves("/feed.xml", "", status=503, Retry_After="36000")))
    assert feed.next_check_at - feed.checked_at == dt.timedelta(hours=10)


@pytest.mark.parametrize(
    ("extra", "headers", "minutes"),
    [
        ("", {}, 60),
        ("<ttl>45</ttl>", {}, 45),
        ("<ttl>1</ttl>", {}, 15),
        ("", {"Cache_Control": "max-age=1800"}, 30),
        ("<ttl>20</ttl>", {"Cache_Control": "max-age=1800"}, 30),
        ("<ttl>999999</ttl>", {}, 24 * 60),
    ],
)
def test_the_interval_is_the_outlets_between_a_quarter_hour_and_a_day(outlet, extra, headers, minutes):
    feed = refreshed(make_feed(url=outlet.serves("/feed.xml", rss(ITEMS, extra=extra), **headers)))
    assert feed.next_check_at - feed.checked_at == dt.timedelta(minutes=minutes)


def test_a_feed_that_works_again_is_healthy_again(outlet):
    feed = refreshed(make_feed(url=outlet.serves("/feed.xml", "", status=500)))
    outlet.serves("/feed.xml", rss(ITEMS))
    feed = refreshed(feed)
    assert (feed.health, feed.failures, feed.error_message) == ("ok", 0, "")


def test_a_feed_that_was_renamed_paused_or_removed_meanwhile_stays_so(outlet):
    feed = make_feed(url=outlet.serves("/feed.xml", rss(ITEMS)), outlet="Old")
    answer = fetch.ask(feed)
    Feed.objects.filter(pk=feed.pk).update(outlet="New", is_paused=True)
    fetch.keep(feed, answer)
    feed.refresh_from_db()
    assert (feed.outlet, feed.is_paused) == ("New", True)
    Feed.objects.filter(pk=feed.pk).delete()
    assert fetch.keep(feed, answer) == 0


def test_an_error_is_raised_for_those_who_ask_for_it(outlet):
    feed = make_feed(url=outlet.serves("/feed.xml", "", status=500))
    with pytest.raises(FeedUnreachable):
        fetch.refresh(feed, raising=True)
    assert fetch.refresh(feed) == 0


def test_the_stage_goes_on_past_failing_feeds_and_leaves_feeds_that_are_not_due(outlet):
    show = make_show()
    show.feeds.add(
        make_feed(url=outlet.serves("/good.xml", rss(ITEMS))),
        make_feed(url=outlet.serves("/bad.xml", "", status=500)),
        make_feed(url=outlet.serves("/later.xml", rss(ITEMS)), next_check_at=now() + dt.timedelta(hours=1)),
        make_feed(url=outlet.serves("/paused.xml", rss(ITEMS)), is_paused=True),
    )
    episode = stages.advance(make_episode(show).pk, stages.BY_NAME["fetch"])
    assert episode.status == Episode.Status.FETCHED
    assert episode.runs.get().measurements == {"feeds": 2, "failed": 1, "articles": 3}
    assert not outlet.asked("/later.xml") and not outlet.asked("/paused.xml")


def test_subscribing_adds_each_feed_once_and_refuses_what_is_no_web_address():
    show = make_show()
    outcome = fetch.subscribe(["https://a.example/feed", "https://a.example/feed", "file:///etc/passwd"], show)
    assert (len(outcome.added), len(outcome.known)) == (1, 1)
    assert outcome.refused[0][0] == "file:///etc/passwd"
    assert show.feeds.count() == 1


def test_a_feed_that_was_given_another_address_meanwhile_keeps_it():
    feed = make_feed(url="https://old.example/feed")
    Feed.objects.filter(pk=feed.pk).update(url="https://new.example/feed")
    fetch.keep(feed, fetch.Answer(error=FeedGone(feed, "gone")))
    feed.refresh_from_db()
    assert (feed.url, feed.is_paused, feed.checked_at) == ("https://new.example/feed", False, None)


def test_a_fault_of_ours_over_one_feed_does_not_keep_the_others_from_being_asked(outlet, monkeypatch):
    sound, odd = (make_feed(url=outlet.serves(path, rss(ITEMS))) for path in ("/sound.xml", "/odd.xml"))
    parse = fetch._parse
    monkeypatch.setattr(fetch, "_parse", lambda feed, response: 1 / 0 if feed == odd else parse(feed, response))
    assert dict(fetch.refresh_all([sound, odd])) == {sound: 3, odd: 0}
    assert odd.error_code == "feed:error" and "ZeroDivisionError" in odd.error_message


def test_a_subscription_to_an_endless_address_is_refused():
    assert [reason for _, reason in fetch.subscribe(["https://a.example/" + "x" * 2000]).refused] == [
        "the address is longer than 2000 characters"
    ]
