"""The feeds: added, imported, refreshed, paused and removed by an editor."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from briefings import opml
from briefings.models import Feed
from tests.factories import make_article, make_episode, make_feed, make_show

OPML = b"""<opml version="2.0"><body><outline text="News">
<outline type="rss" text="One" xmlUrl="https://one.example/feed"/><outline type="rss" xmlUrl="https://two.example/feed"/>
</outline></body></opml>"""


def post(desk, name: str, *args, **values):
    return desk.post(reverse(name, args=args), values)


def test_a_feed_is_added_for_a_show_and_fetched(desk, sent):
    show = make_show()
    answer = post(desk, "feed_add", url="https://outlet.example/feed", show=show.pk)
    feed = Feed.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("feeds"))
    assert (feed.url, list(feed.shows.all()), sent) == ("https://outlet.example/feed", [show], [("refresh", feed.pk)])


def test_a_feed_that_is_there_already_is_not_added_again(desk, sent):
    feed = make_feed()
    answer = desk.post(reverse("feed_add"), {"url": feed.url}, follow=True)
    assert "Already on the list: 1 feed." in answer.content.decode()
    assert (Feed.objects.count(), sent) == (1, [])


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://outlet.example/feed", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(desk, sent, url):
    assert post(desk, "feed_add", url=url).status_code == 422
    assert not Feed.objects.exists()


def test_an_address_that_may_not_be_asked_is_refused_with_the_reason(desk, sent):
    answer = desk.post(reverse("feed_add"), {"url": "http://me:secret@outlet.example/feed"}, follow=True)
    assert "Not added: http://me:secret@outlet.example/feed" in answer.content.decode()
    assert not Feed.objects.exists()


def test_a_subscription_list_is_imported_from_a_file(desk, sent):
    file = SimpleUploadedFile("list.opml", OPML)
    assert post(desk, "feeds_import", file=file).status_code == 303
    assert set(Feed.objects.values_list("url", flat=True)) == {"https://one.example/feed", "https://two.example/feed"}
    assert len(sent) == 2


def test_of_many_refused_addresses_the_first_are_shown_and_all_are_counted(desk, sent):
    rows = "".join(f'<outline xmlUrl="ftp://outlet{n}.example/feed"/>' for n in range(50))
    file = SimpleUploadedFile("list.opml", f"<opml><body>{rows}</body></opml>".encode())
    html = desk.post(reverse("feeds_import"), {"file": file}, follow=True).content.decode()
    assert "50 addresses were not added" in html
    assert html.count("Not added: ftp://") == 8


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "one of the two"),
        ({"file": SimpleUploadedFile("x.opml", b"<html>")}, "It is no OPML"),
        ({"opml_url": "http://127.0.0.1:1/list.opml"}, "TANDEM_ALLOW_PRIVATE_ADDRESSES"),
        ({"file": SimpleUploadedFile("x.opml", b"x" * 2_000_001)}, "larger than 2 MB"),
    ],
)
def test_a_list_that_is_none_is_refused_in_plain_words(desk, sent, values, said):
    answer = post(desk, "feeds_import", **values)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_export_is_read_back_by_the_import(desk, db):
    feed = make_feed(outlet="Salt & Pepper")
    answer = desk.get(reverse("feeds_export"))
    assert "attachment" in answer["Content-Disposition"]
    assert opml.parse(answer.content) == [opml.Subscription(feed.url, "Salt & Pepper")]


def test_all_feeds_but_the_paused_are_refreshed(desk, sent):
    feed, _ = make_feed(), make_feed(is_paused=True)
    assert post(desk, "feeds_refresh").status_code == 303
    assert sent == [("refresh", feed.pk)]


def test_one_feed_is_refreshed(desk, sent):
    feed = make_feed()
    post(desk, "feed_refresh", feed.pk)
    assert sent == [("refresh", feed.pk)]


def test_a_feed_is_paused_and_resumed(desk, db):
    feed = make_feed()
    for wanted, expected in (("yes", True), ("no", False)):
        assert post(desk, "feed_pause", feed.pk, wanted=wanted).status_code == 303
        feed.refresh_from_db()
        assert feed.is_paused is expected


def test_a_feed_is_removed(desk, db):
    post(desk, "feed_remove", make_feed().pk)
    assert not Feed.objects.exists()


def test_a_feed_that_an_episode_was_told_from_stays_for_its_sources(desk, db):
    episode = make_episode(status="published")
    feed = Feed.objects.get()
    feed.shows.add(episode.show)
    answer = desk.post(reverse("feed_remove", args=[feed.pk]), follow=True)
    feed.refresh_from_db()
    assert (feed.is_paused, feed.shows.count()) == (True, 0)
    assert "episodes cite its articles" in answer.content.decode()


def test_its_name_on_air_and_its_shows_are_saved(desk, db):
    feed, show = make_feed(), make_show()
    assert post(desk, "feed_edit", feed.pk, url=feed.url, outlet="The Post", shows=[show.pk]).status_code == 303
    feed.refresh_from_db()
    assert (feed.outlet, list(feed.shows.all())) == ("The Post", [show])


def test_a_feed_that_moved_is_asked_at_its_new_address(desk, sent):
    feed = make_feed(is_paused=True, error_code="feed:gone", error_message="Gone.", etag="old", failures=3)
    post(desk, "feed_edit", feed.pk, url="https://new.example/feed", outlet="The Post")
    feed.refresh_from_db()
    assert (feed.url, feed.health, feed.etag, feed.failures) == ("https://new.example/feed", "new", "", 0)
    assert sent == [("refresh", feed.pk)]


def test_two_feeds_can_not_have_one_address(desk, sent):
    feed, other = make_feed(), make_feed()
    assert post(desk, "feed_edit", feed.pk, url=other.url, outlet="The Post").status_code == 422


def test_the_list_says_how_a_feed_is(desk, db):
    make_feed(outlet="Slow Lane", error_code="feed:unreachable", error_message="It did not answer.")
    make_article(make_feed(outlet="Quick Lane"))
    html = desk.get(reverse("feeds")).content.decode()
    assert "It did not answer." in html and "failing" in html and "1 article " in html


def test_the_table_is_asked_again_only_while_a_feed_is_new(desk, db):
    feed = make_feed()
    url = reverse("feeds")
    fragment = desk.get(url, headers={"hx-request": "true"}).content.decode()
    assert "every 4s" in fragment and "<html" not in fragment
    Feed.objects.filter(pk=feed.pk).update(checked_at="2025-03-03T06:00:00Z")
    assert "every 4s" not in desk.get(url, headers={"hx-request": "true"}).content.decode()


def test_an_embargo_is_saved_and_a_negative_one_refused(desk, db):
    feed = make_feed()
    assert post(desk, "feed_edit", feed.pk, url=feed.url, outlet="The Post", embargo_minutes="90").status_code == 303
    feed.refresh_from_db()
    assert feed.embargo_minutes == 90
    assert post(desk, "feed_edit", feed.pk, url=feed.url, outlet="The Post", embargo_minutes="-1").status_code == 422
    assert post(desk, "feed_edit", feed.pk, url=feed.url, outlet="The Post", embargo_minutes="").status_code == 303
    feed.refresh_from_db()
    assert feed.embargo_minutes == 0
