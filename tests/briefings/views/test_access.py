"""Who may see what: the desk wants a login on every address, a listener none; and reading changes nothing."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from briefings.models import Episode, Feed, Recording, Restriction, Show, StageRun, Story, Turn
from tests.factories import make_episode, make_feed, make_restriction

Status = Episode.Status
ANSWERED_TO_READERS = {
    "dashboard", "feeds", "feeds_export", "feed_edit", "stories", "story", "episodes", "episode", "episode_stage",
    "listen", "script", "turn", "turn_edit", "shows", "show_new", "show_edit", "restrictions", "system",
    "root",
}  # fmt: skip


def patterns(resolver: URLResolver, prefix: str = "", space: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from patterns(entry, prefix, entry.namespace or space)
        elif isinstance(entry, URLPattern):
            yield f"{space}:{entry.name}" if space else entry.name, entry


ALL = dict(patterns(get_resolver()))
DESK = [name for name in ALL if not name.startswith("public:") and name != "login"]


def address(name: str, episode: Episode, feed: Feed) -> str:
    turn = Turn.objects.filter(script__episode=episode).first()
    known = {
        "slug": episode.show.slug,
        "date": episode.edition_date,
        "path": episode.recordings.get().path,
        "version": "00000000",
    }
    pks = {
        "restriction": make_restriction().pk,
        "feed": feed.pk,
        "story": episode.segments.get().story_id,
        "turn": turn.pk,
    }
    names = re.findall(r"<(?:\w+:)?(\w+)>", str(ALL[name].pattern))
    values = {n: pks.get(name.split("_")[0], episode.pk) if n == "pk" else known[n] for n in names}
    return reverse(name, kwargs=values)


@pytest.fixture
def episode(db):
    return make_episode(status=Status.VOICED)


@pytest.mark.parametrize("name", DESK)
def test_the_desk_wants_a_login(client, episode, name):
    url = address(name, episode, make_feed())
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")


def test_a_live_part_whose_session_has_ended_leads_to_the_login(client, episode):
    answer = client.get(reverse("episode_stage", args=[episode.pk]), headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (401, "true", b"")


def snapshot() -> list[object]:
    """Every row that a page could change."""
    models = (Feed, Story, Show, Episode, Turn, Recording, Restriction, StageRun)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("name", ALL)
def test_reading_changes_nothing(desk, episode, sent, name):
    url = address(name, episode, make_feed())
    before = snapshot()
    answer = desk.get(url)
    assert (snapshot(), sent) == (before, [])
    if name in ANSWERED_TO_READERS:
        assert answer.status_code in (200, 302, 303)
    elif not name.startswith("public:") and name != "login":
        assert answer.status_code == 405


@pytest.mark.parametrize("name", [name for name in DESK if name not in ANSWERED_TO_READERS])
def test_a_post_from_elsewhere_is_refused(episode, editor, name):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert strict.post(address(name, episode, make_feed())).status_code == 403


def test_every_page_has_a_strict_policy(desk, episode):
    for name in sorted(set(ALL) - {"system"}):  # which is slow to look at
        answer = desk.get(address(name, episode, make_feed()))
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "data:" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_is_not_published_is_not_heard(client, episode):
    slug, date = episode.show.slug, episode.edition_date
    path = episode.recordings.get().path
    for url in (
        reverse("public:episode", args=[slug, date]),
        reverse("public:transcript", args=[slug, date]),
        reverse("public:chapters", args=[slug, date]),
        reverse("public:media", args=[path]),
    ):
        assert client.get(url).status_code == 404
    assert str(episode.guid) not in client.get(reverse("public:feed", args=[slug])).content.decode()


def test_a_stranger_s_address_is_not_found(client, db):
    assert client.get(f"/media/{uuid.uuid4()}.mp3").status_code == 404
    assert client.get(f"/shows/none/{dt.date(2025, 1, 1)}/").status_code == 404
    assert client.get("/shows/none/2025-13-41/").status_code == 404


@pytest.fixture
def password(editor, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the default takes its time
    editor.set_password("a quiet harbour")
    editor.save()
    return "a quiet harbour"


def test_signing_in_leads_to_today(client, password):
    answer = client.post(reverse("login"), {"username": "editor", "password": password})
    assert answer["Location"] == reverse("dashboard")


def test_a_wrong_password_is_said_plainly(client, password):
    answer = client.post(reverse("login"), {"username": "editor", "password": "a loud harbour"})
    assert "Please enter a correct username and password" in answer.content.decode()


def test_guessing_a_password_is_stopped(client, password):
    for _ in range(10):
        answer = client.post(reverse("login"), {"username": "editor", "password": "a guess"})
    assert answer.status_code == 429
    assert "locked for a quarter of an hour" in answer.content.decode()
    assert client.post(reverse("login"), {"username": "editor", "password": password}).status_code == 429
