"""What listeners see and their players fetch."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from briefings import artwork
from briefings.models import Article, Episode, Recording, Show, Story, Turn
from tests.factories import make_episode, make_show

Status = Episode.Status
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def episode(db):
    show = make_show(slug="wire", title="The Morning Wire")
    return make_episode(show, Status.PUBLISHED, title="A sea wall")


def page(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def of(episode: Episode) -> tuple[object, ...]:
    return episode.show.slug, episode.edition_date


def test_the_shows_are_listed_once_something_is_published(client, episode):
    make_show(title="Nothing Yet")
    html = page(client, "public:home")
    assert "The Morning Wire" in html and "Nothing Yet" not in html


def test_a_show_s_page_lists_its_episodes_and_its_feed(client, episode):
    make_episode(episode.show, Status.VOICED, title="Not yet")
    html = page(client, "public:show", "wire")
    assert "A sea wall" in html and "Not yet" not in html
    assert 'type="application/rss+xml"' in html and "http://127.0.0.1:8000/shows/wire/feed.xml" in html


def test_an_episode_s_page_has_player_transcript_chapters_and_sources(client, episode):
    html = page(client, "public:episode", *of(episode))
    recording = episode.recordings.get()
    assert f'src="/media/{recording.path}"' in html and "<track" in html
    assert "rebuild the old sea wall" in html  # the transcript
    assert "Opening" in html and "0:03" in html  # the chapters
    article = Article.objects.get()
    assert f'href="{article.url}"' in html and article.outlet in html  # the show notes
    assert "AI" in html


def test_the_transcript_may_be_read_by_any_player(client, episode):
    answer = client.get(reverse("public:transcript", args=of(episode)))
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.content.decode().startswith("WEBVTT\n\n")
    assert (
        client.get(
            reverse("public:transcript", args=of(episode)), headers={"if-none-match": answer["ETag"]}
        ).status_code
        == 304
    )


def test_the_chapters_may_be_read_by_any_player(client, episode):
    answer = client.get(reverse("public:chapters", args=of(episode)))
    assert answer["Content-Type"] == "application/json+chapters"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert [chapter["title"] for chapter in json.loads(answer.content)["chapters"]] == ["Opening", "Sea wall"]


def test_the_cover_s_address_changes_with_the_picture(client, episode):
    version = artwork.version(episode.show)
    answer = client.get(reverse("public:artwork_version", args=["wire", version]))
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    assert client.head(reverse("public:artwork", args=["wire"])).status_code == 200
    Show.objects.update(title="Evening Star")
    assert client.get(reverse("public:artwork_version", args=["wire", version])).status_code == 404


def test_markup_from_the_web_is_shown_as_text(client, desk, episode):
    Show.objects.update(title=SCRIPT, description=SCRIPT)
    Episode.objects.update(title=SCRIPT)
    Story.objects.update(title=SCRIPT)
    Article.objects.update(title=SCRIPT, text=SCRIPT, summary=SCRIPT)
    Turn.objects.update(text=SCRIPT, findings=[{"kind": "name", "span": SCRIPT, "reason": SCRIPT}])
    chapters, cues = (
        [{"start_s": 0, "title": SCRIPT}],
        [{"start_s": 0, "end_s": 1, "host": SCRIPT, "text": SCRIPT, "turn": 0}],
    )
    Recording.objects.update(chapters=chapters, cues=cues, guessed=[SCRIPT])
    feed = episode.segments.get().story.articles.get().feed
    type(feed).objects.update(outlet=SCRIPT, error_message=SCRIPT, error_code="feed:error")
    story, turn = episode.segments.get().story_id, Turn.objects.first().pk
    for name, args in (
        ("public:home", ()), ("public:show", ("wire",)), ("public:episode", of(episode)), ("dashboard", ()),
        ("feeds", ()), ("feed_edit", (feed.pk,)), ("stories", ()), ("story", (story,)), ("episodes", ()),
        ("episode", (episode.pk,)), ("script", (episode.pk,)), ("turn_edit", (turn,)), ("listen", (episode.pk,)),
        ("shows", ()), ("show_edit", ("wire",)),
    ):  # fmt: skip
        html = page(desk, name, *args)
        assert "<script>alert" not in html, name
        assert "alert(1)" in html, name


def test_a_link_from_the_web_never_runs_a_script(desk, episode):
    Article.objects.update(url="javascript:alert(1)", error_code="x")
    story = episode.segments.get().story_id
    for name, args in (
        ("stories", ()),
        ("story", (story,)),
        ("script", (episode.pk,)),
        ("public:episode", of(episode)),
    ):
        assert 'href="javascript:' not in page(desk, name, *args), name
