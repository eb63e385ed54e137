from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from briefings.models import Feed, Show
from tests.factories import make_feed, make_show
from tests.fake_outlet import rss

pytestmark = pytest.mark.django_db

OPML = (
    '<opml version="2.0"><body><outline text="A" xmlUrl="{}"/><outline text="B" xmlUrl="{}"/></body></opml>'
)  # fmt: skip


def feeds(*args: str) -> str:
    out = io.StringIO()
    call_command("feeds", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def listing(tmp_path):
    path = tmp_path / "list.opml"
    path.write_text(OPML.format("https://a.example/feed", "https://b.example/feed"))
    return str(path)


def test_an_import_into_an_empty_newsroom_makes_a_daily_show_with_two_hosts(listing):
    said = feeds("import", listing)
    show = Show.objects.get()
    assert (show.slug, show.title, show.hosts.count(), show.feeds.count()) == ("daily", "The Daily Briefing", 2, 2)
    assert "2 feeds added" in said and "produce daily" in said


def test_an_import_goes_to_the_only_show(listing):
    show = make_show()
    feeds("import", listing)
    assert show.feeds.count() == 2


def test_an_import_never_joins_the_show_of_invented_news(listing):
    sample = make_show(slug="sample")
    sample.feeds.add(make_feed(is_sample=True))
    feeds("import", listing)
    assert sample.feeds.count() == 1
    assert Show.objects.get(slug="daily").feeds.count() == 2


def test_with_several_shows_an_import_goes_to_none_and_says_how(listing):
    make_show(slug="one"), make_show(slug="two")
    said = feeds("import", listing)
    assert "--show" in said and "one" in said and "two" in said
    assert Feed.objects.count() == 2
    assert not any(show.feeds.exists() for show in Show.objects.all())


def test_a_named_show_takes_the_feeds(listing):
    make_show(slug="one"), make_show(slug="two")
    feeds("import", listing, "--show", "two")
    assert Show.objects.get(slug="two").feeds.count() == 2


def test_an_unknown_show_is_refused_with_the_known_ones(listing):
    make_show(slug="one")
    with pytest.raises(CommandError, match="one"):
        feeds("import", listing, "--show", "none")


def test_importing_again_adds_nothing(listing):
    feeds("import", listing)
    assert "0 feeds added, 2 already known" in feeds("import", listing)


def test_a_list_is_imported_from_the_web_and_so_is_a_single_feed(outlet):
    single = outlet.serves("/feed.xml", rss([{"link": "https://e.example/1"}]))
    feeds("import", outlet.serves("/list.opml", OPML.format(single, "file:///etc/passwd")))
    assert [feed.url for feed in Feed.objects.all()] == [single]
    Feed.objects.all().delete()
    feeds("import", single)
    assert [feed.url for feed in Feed.objects.all()] == [single]


@pytest.mark.parametrize("source", ["/nowhere/list.opml", "http://169.254.169.254/"])
def test_a_source_that_cannot_be_read_is_an_error_in_words(source):
    with pytest.raises(CommandError):
        feeds("import", source)


def test_a_refresh_shows_each_feed_and_goes_on_past_errors(outlet):
    make_feed(url=outlet.serves("/good.xml", rss([{"link": "https://e.example/1"}])), outlet="Good")
    make_feed(url=outlet.serves("/bad.xml", "", status=500), outlet="Bad")
    said = feeds("refresh")
    assert "Good: 1 new articles" in said and "Bad: The outlet's server failed" in said


def test_json_documents_have_fixed_keys(outlet):
    make_feed(url=outlet.serves("/good.xml", rss([{"link": "https://e.example/1"}])), outlet="Good")
    refreshed, listed = json.loads(feeds("refresh", "--json")), json.loads(feeds("list", "--json"))
    assert refreshed == listed
    keys = ["url", "title", "outlet", "health", "error_code", "error_message", "articles", "checked_at"]
    assert list(listed[0]) == keys
    assert (listed[0]["outlet"], listed[0]["health"], listed[0]["articles"]) == ("Good", "ok", 1)


def test_the_list_shows_health_and_what_is_wrong():
    make_feed(outlet="Bad", error_code="feed:gone", error_message="Gone for good.", is_paused=True)
    said = feeds("list")
    assert "paused" in said and "Gone for good." in said
