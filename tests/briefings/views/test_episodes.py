"""An edition on its way: opened, watched, retried, listened to and published."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from html import unescape as html_unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from briefings.models import Episode, Script, StageRun
from briefings.pipeline import stages
from briefings.selectors import line
from tests.factories import make_episode, make_show

Status = Episode.Status


def html(desk, name: str, *args) -> str:
    answer = desk.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_todays_edition_is_opened_once_and_sent_on(desk, sent):
    show = make_show()
    for _ in range(2):
        answer = desk.post(reverse("show_open", args=[show.slug]))
        episode = Episode.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, reverse("episode", args=[episode.pk]))
    assert episode.edition_date == now().astimezone(show.zone).date()
    assert sent == [("fetch", episode.pk)] * 2  # the second message finds it claimed, or does what the first one lost


@pytest.mark.parametrize(
    ("status", "values", "state"),
    [
        (Status.OPENED, {}, "running"),
        (Status.PLANNED, {"claim_token": uuid.uuid4()}, "running"),
        (Status.READ, {"error_code": "x", "retry_at": now()}, "running"),
        (Status.WRITTEN, {}, "editor"),
        (Status.VOICED, {}, "editor"),
        (Status.GROUPED, {"error_code": "x"}, "stuck"),
        (Status.REJECTED, {}, "rejected"),
        (Status.PUBLISHED, {}, "published"),
    ],
)
def test_the_line_says_where_it_stands(db, status, values, state):
    episode = make_episode(status=status, **values)
    found = line(episode)
    assert found.state == state
    assert [mark.name for mark in found.marks] == [stage.name for stage in stages.STAGES]
    done = sum(mark.state == "done" for mark in found.marks)
    assert done == {"published": 8, "rejected": 5}.get(state, list(Status.values).index(status))


def test_it_asks_again_as_long_as_it_moves(desk, db):
    episode = make_episode(status=Status.PLANNED, progress_done=3, progress_total=9, claim_token=uuid.uuid4())
    url = reverse("episode_stage", args=[episode.pk])
    moving = desk.get(url)
    assert "every 2s" in moving.content.decode() and "3 of 9" in moving.content.decode()
    assert "<html" not in moving.content.decode() and "HX-Refresh" not in moving
    Episode.objects.update(claim_token=None, error_code="episode:nothing-to-say", error_message="No news.")
    still = desk.get(url)
    assert "every 2s" not in still.content.decode()
    assert still["HX-Refresh"] == "true"


def test_the_page_shows_rundown_and_runs(desk, db):
    episode = make_episode(status=Status.PLANNED)
    StageRun.objects.create(
        episode=episode, stage="plan", outcome="failed", token=uuid.uuid4(), started_at=now(), error_message="No news."
    )
    page = html(desk, "episode", episode.pk)
    assert "Port Ellery votes" in page and "fresh" in page and "No news." in page


def test_a_failed_stage_is_retried(desk, sent):
    episode = make_episode(status=Status.GROUPED, error_code="episode:nothing-to-say", error_message="No news.")
    assert "No news." in html(desk, "episode", episode.pk) and "Retry" in html(desk, "episode", episode.pk)
    assert desk.post(reverse("episode_retry", args=[episode.pk])).status_code == 303
    episode.refresh_from_db()
    assert (episode.error_code, sent) == ("", [("fetch", episode.pk)])  # for fresh news


def test_a_failed_publishing_is_tried_again_at_once(desk, recorded):
    Episode.objects.update(error_code="episode:recording-rejected", error_message="The file is missing.")
    desk.post(reverse("episode_retry", args=[recorded.pk]))
    recorded.refresh_from_db()
    assert recorded.status == Status.PUBLISHED


def test_nothing_is_retried_that_did_not_fail(desk, sent):
    episode = make_episode(status=Status.WRITTEN)
    answer = desk.post(reverse("episode_retry", args=[episode.pk]), follow=True)
    assert "nothing to retry" in answer.content.decode()
    assert sent == []


def test_a_recording_is_listened_to_line_by_line(desk, db):
    episode = make_episode(status=Status.VOICED)
    page = html(desk, "listen", episode.pk)
    recording = episode.recordings.get()
    assert f'src="/media/{recording.path}"' in page
    assert 'data-start="6.000" data-end="8.800"' in page
    assert "-16.0 LUFS" in page and "-1.8 dBTP" in page and "Publish" in page


GUESSES = [
    {"word": "Grzybowski", "phonemes": "ɡʒɨˈbɔfski", "language": "pl", "confidence": 0.62},
    {"word": "Ellery", "phonemes": "ˈɛləɹi", "language": "sh", "confidence": 0.3},
]
FIGURES = {
    "hosts_lufs": {"Ava": -16.1, "Ben": -16.4}, "takes": 31, "takes_reused": 28, "takes_again": 2,
    "voice_s": 41.0, "real_time_factor": 0.214, "model": "Kokoro-82M", "pcm_sha256": "0" * 64,
}  # fmt: skip


def test_the_figures_of_a_recording_are_told_in_plain_words(desk, db):
    episode = make_episode(status=Status.VOICED)
    episode.recordings.update(figures=FIGURES, faults=["turn 2: clipped"])
    page = html(desk, "listen", episode.pk)
    for told in ("Ava alone", "-16.4 LUFS", "31, 28 kept from before, 2 spoken again", "0.214 s a second of speech",
                 "by Kokoro-82M", "turn 2: clipped", "stayed faulty"):  # fmt: skip
        assert told in page


def test_a_guessed_word_can_be_heard_and_settled(desk, db):
    episode = make_episode(status=Status.VOICED)
    episode.recordings.update(guesses=GUESSES, guessed=["Grzybowski", "Ellery", "Zyx"])
    page = html(desk, "listen", episode.pk)
    assert "said /ɡʒɨˈbɔfski/, taken for Polish, 62 % sure" in page
    assert "taken for Serbian or Croatian, 30 % sure" in page
    assert 'data-start="3.000" aria-label="Hear Ellery"' in page  # the question, the first turn that says it
    assert "Hear Grzybowski" not in page  # no turn says it any more
    assert 'aria-label="Settle Zyx"' in page  # of before guesses told more than the word
    address = html_unescape(re.search(r'href="([^"]+)" aria-label="Settle Ellery"', page).group(1))
    form = desk.get(address).content.decode()
    assert 'value="Ellery"' in form and 'value="/ˈɛləɹi/"' in form
    episode.show.pronunciations.create(written="Ellery", spoken="EL-er-ee")
    assert desk.get(address).content.decode().count('value="Ellery"') == 1


def test_without_a_recording_there_is_nothing_to_hear(desk, db):
    episode = make_episode(status=Status.WRITTEN)
    answer = desk.get(reverse("listen", args=[episode.pk]), follow=True)
    assert "not been voiced yet" in answer.content.decode()


@pytest.fixture
def recorded(media):
    """An edition whose approved script was voiced, with its file."""
    episode = make_episode(status=Status.VOICED)
    sha256 = episode.script.sha256
    Script.objects.filter(episode=episode).update(approved_at=now(), approved_sha256=sha256)
    content = b"ID3 the sound"
    episode.recordings.update(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    path = media / episode.recordings.get().path
    path.parent.mkdir()
    path.write_bytes(content)
    return episode


def test_a_voiced_edition_is_published(desk, recorded):
    answer = desk.post(reverse("episode_publish", args=[recorded.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("episode", args=[recorded.pk]), 303)]
    recorded.refresh_from_db()
    assert recorded.status == Status.PUBLISHED
    assert "Published. It is in the podcast feed now." in answer.content.decode()
    assert recorded.runs.get(worker="desk").measurements == {"by": "editor"}
    assert "by editor" in answer.content.decode()


def test_a_recording_that_was_not_heard_is_not_published(desk, recorded):
    answer = desk.post(reverse("episode_publish", args=[recorded.pk]), {"heard": "0" * 64}, follow=True)
    assert "Listen to the new recording first" in answer.content.decode()
    recorded.refresh_from_db()
    assert recorded.status == Status.VOICED


def test_a_recording_whose_file_is_gone_is_not_published(desk, recorded, media):
    (media / recorded.recordings.get().path).unlink()
    answer = desk.post(reverse("episode_publish", args=[recorded.pk]), follow=True)
    recorded.refresh_from_db()
    assert recorded.status == Status.VOICED
    assert "missing from the media folder" in answer.content.decode()
    assert "Retry" in answer.content.decode()


@pytest.mark.parametrize("status", [Status.WRITTEN, Status.APPROVED, Status.PUBLISHED, Status.REJECTED])
def test_nothing_else_is_published(desk, db, status):
    episode = make_episode(status=status)
    assert desk.post(reverse("episode_publish", args=[episode.pk])).status_code == 303
    episode.refresh_from_db()
    assert episode.status == status


def test_the_list_is_of_one_show_if_asked(desk, db):
    one, other = make_episode(title="One of one"), make_episode(title="One of another")
    page = desk.get(reverse("episodes"), {"show": one.show.slug}).content.decode()
    assert one.title in page and other.title not in page


def test_today_shows_what_waits_and_what_failed(desk, db):
    today = now().date()
    make_episode(status=Status.WRITTEN, title="A script", edition_date=today)
    make_episode(status=Status.VOICED, title="A recording", edition_date=today)
    make_episode(status=Status.GROUPED, error_code="x", error_message="Nothing fresh.", edition_date=today)
    page = html(desk, "dashboard")
    assert "Waiting for you" in page and "A script" in page and "A recording" in page and "Nothing fresh." in page


def test_today_leaves_old_editions_to_the_list(desk, db):
    old = now().date() - dt.timedelta(days=8)
    make_episode(status=Status.WRITTEN, title="An old script", edition_date=old)
    make_episode(status=Status.GROUPED, error_code="x", error_message="It failed.", edition_date=old)
    assert "An old script" not in html(desk, "dashboard") and "It failed." not in html(desk, "dashboard")
    assert "An old script" in html(desk, "episodes") and "It failed." in html(desk, "episodes")


def test_today_offers_to_open_an_edition_that_is_not_open(desk, db):
    make_show()
    assert "Open today's edition now" in html(desk, "dashboard").replace("&#x27;", "'")


def test_an_empty_newsroom_is_told_how_to_begin(desk, db):
    page = html(desk, "dashboard")
    assert reverse("feeds") in page and reverse("show_new") in page and "Welcome" in page


def test_what_was_heard_otherwise_is_shown_with_a_place_to_play_from(desk, db):
    episode = make_episode(status=Status.VOICED)
    wrong = {"kind": "wrong", "start_s": 6.25, "turn": 2, "expected": "sea", "heard": "see"}
    forbidden = {"kind": "restricted", "start_s": 9.0, "turn": 3, "expected": "", "heard": "Jane <Doe>"}
    episode.recordings.update(
        readback={
            "recogniser": "whisper-base",
            "words": 30,
            "heard": 29,
            "seconds": 2.0,
            "differences": [wrong, forbidden],
        }
    )
    page = html(desk, "listen", episode.pk)
    assert "“see” for “sea”" in page and 'data-start="6.250" aria-label="Play from 0:06"' in page
    assert "Not to be said:" in page and "Jane &lt;Doe&gt;" in page
    assert "Read back: 2 differences" in html(desk, "episode", episode.pk)
    episode.recordings.update(readback={"skipped": "it is not installed"})
    assert "Nobody listened: it is not installed." in html(desk, "listen", episode.pk)
    episode.recordings.update(readback={})
    assert "Read back" not in html(desk, "listen", episode.pk)
