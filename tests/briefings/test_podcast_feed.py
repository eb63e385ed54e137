"""The podcast feed says what was published: the same to every reader, and the same bytes until something changes."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import feedparser
import podcastparser
import pytest
import time_machine
from django.urls import reverse
from lxml import etree

from briefings import feedcheck, podcast_feed
from briefings.models import Episode, Show
from tests.factories import make_episode, make_recording, make_show

Status = Episode.Status
BASE = "https://wire.example"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


@pytest.fixture
def show(db, settings):
    settings.BASE_URL = BASE
    return make_show(slug="wire", title="The Morning Wire")


@pytest.fixture
def episodes(show):
    published = [
        make_episode(
            show,
            Status.PUBLISHED,
            title=f"Edition {n} & more",
            published_at=dt.datetime(2025, 3, 3 + n, 6, 41, tzinfo=dt.UTC),
            edition_date=dt.date(2025, 3, 3 + n),
        )
        for n in range(3)
    ]
    make_episode(show, Status.VOICED, title="Not yet")
    return published


def channel(show):
    return etree.fromstring(podcast_feed.build(show)).find("channel")


def test_it_passes_our_own_check(show, episodes):
    report = feedcheck.check(podcast_feed.build(show), address=f"{BASE}/shows/wire/feed.xml")
    assert report.to_json() == {"errors": [], "warnings": []}


def test_an_empty_feed_is_well_formed(show):
    report = feedcheck.check(podcast_feed.build(show))
    assert [remark["code"] for remark in report.errors + report.warnings] == ["rss:no-items"]


def test_feedparser_reads_back_what_was_published(show, episodes):
    read = feedparser.parse(podcast_feed.build(show))
    assert not read.bozo
    assert read.feed.title == "The Morning Wire"
    assert [entry.title for entry in read.entries] == [e.title for e in reversed(episodes)]
    assert [entry.id for entry in read.entries] == [str(e.guid) for e in reversed(episodes)]
    for entry, episode in zip(read.entries, reversed(episodes), strict=True):
        recording = episode.recordings.get()
        assert entry.enclosures[0].href == f"{BASE}/media/{recording.path}"
        assert int(entry.enclosures[0].length) == recording.size_bytes
        assert int(entry.itunes_duration) == 12


def test_podcastparser_reads_back_what_was_published(show, episodes, tmp_path):
    document = podcast_feed.build(show)
    # This parser knows the podcast namespace by its former address alone.
    former = b"https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
    path = tmp_path / "feed.xml"
    path.write_bytes(document.replace(b"https://podcastindex.org/namespace/1.0", former))
    with path.open("rb") as file:
        read = podcastparser.parse(f"{BASE}/shows/wire/feed.xml", file)
    assert read["title"] == "The Morning Wire"
    for entry, episode in zip(read["episodes"], reversed(episodes), strict=True):
        recording = episode.recordings.get()
        assert (entry["title"], entry["guid"]) == (episode.title, str(episode.guid))
        assert (entry["total_time"], entry["enclosures"][0]["file_size"]) == (12, recording.size_bytes)
        assert entry["transcript_url"].endswith("/transcript.vtt")
        assert entry["chapters_json_url"].endswith("/chapters.json")


def test_what_is_not_published_is_not_in_it(show, episodes):
    assert "Not yet" not in podcast_feed.build(show).decode()


def test_the_same_rows_give_the_same_bytes(show, episodes):
    first = podcast_feed.build(show)
    with time_machine.travel(dt.datetime(2031, 1, 1, tzinfo=dt.UTC)):
        assert podcast_feed.build(Show.objects.get()) == first


def test_addresses_come_from_the_settings_and_not_from_the_request(client, show, episodes):
    answer = client.get(reverse("public:feed", args=["wire"]), headers={"host": "localhost"})
    assert b"localhost" not in answer.content and b"testserver" not in answer.content


def test_a_correction_keeps_the_guid_and_gets_a_new_enclosure(show, episodes):
    before = channel(show).find("item")
    make_recording(episodes[-1], path="wire/2025-03-05-corrected.mp3", size_bytes=50_000)
    after = channel(show).find("item")
    assert after.findtext("guid") == before.findtext("guid")
    assert after.find("enclosure").get("url") == f"{BASE}/media/wire/2025-03-05-corrected.mp3"
    assert after.find("enclosure").get("length") == "50000"


def test_a_reader_that_has_it_gets_304(client, show, episodes):
    url = reverse("public:feed", args=["wire"])
    answer = client.get(url)
    for header, name in (("if-none-match", "ETag"), ("if-modified-since", "Last-Modified")):
        assert client.get(url, headers={header: answer[name]}).status_code == 304


def test_a_correction_is_never_304(client, show, episodes):
    url = reverse("public:feed", args=["wire"])
    first = client.get(url)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)):
        make_recording(episodes[0], path="wire/2025-03-03-corrected.mp3")
        for header, name in (("if-none-match", "ETag"), ("if-modified-since", "Last-Modified")):
            assert client.get(url, headers={header: first[name]}).status_code == 200


def test_many_readers_cost_little(client, show, episodes, django_assert_max_num_queries):
    url = reverse("public:feed", args=["wire"])
    client.get(url)
    with django_assert_max_num_queries(2):
        answer = client.get(url)
    assert "Vary" not in answer  # any cache may keep it


def test_head_is_answered(client, show):
    answer = client.head(reverse("public:feed", args=["wire"]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")


def test_it_says_that_it_is_made_by_ai(show, episodes):
    found = channel(show)
    for parent in (found, *found.findall("item")):
        assert parent.find(f"{PODCAST}txt[@purpose='ai-content']").text == "true"
    assert "AI" in found.find("item").findtext("description")


def test_the_show_s_guid_and_hosts_are_named(show):
    found = channel(show)
    assert uuid.UUID(found.findtext(f"{PODCAST}guid")) == show.guid
    assert [person.text for person in found.findall(f"{PODCAST}person")] == ["Ava", "Ben"]


def test_an_explicit_show_says_so(show, episodes):
    Show.objects.update(is_explicit=True)
    found = channel(Show.objects.get())
    assert {e.text for e in found.iter(f"{ITUNES}explicit")} == {"true"}


@pytest.mark.parametrize(
    ("weekdays", "rule", "words"),
    [
        ([0, 1, 2, 3, 4, 5, 6], "FREQ=DAILY", "Daily"),
        ([4, 3, 2, 1, 0], "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Weekdays"),
        ([0, 5], "FREQ=WEEKLY;BYDAY=MO,SA", "Mondays, Saturdays"),
    ],
)
def test_the_schedule_is_told_to_players(weekdays, rule, words):
    assert podcast_feed.update_frequency(weekdays) == (rule, words)


def test_what_xml_forbids_does_not_kill_the_feed(show):
    title = "Bell \x07, null \x00, half \ud83d, end ]]>, non-character \ufffe, <script>alert(1)</script>"
    episode = Episode(title=title)
    read = feedparser.parse(
        f"<rss version='2.0'><channel><title>{re.sub('[<>]', '', podcast_feed.plain(title))}</title></channel></rss>"
    )
    assert not read.bozo
    assert "<script>" not in podcast_feed.plain(episode.title)
    make_episode(show, Status.PUBLISHED, title=title.replace("\ud83d", ""))
    assert feedcheck.check(podcast_feed.build(show)).errors == []


def test_long_values_are_cut_between_characters():
    assert len(podcast_feed.legal("ä" * 500, 255)) == 255
    assert len(podcast_feed.within("ä" * 4000, 4000).encode()) <= 4000
