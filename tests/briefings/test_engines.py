"""The studio of a show and the writer are what the settings say."""

from __future__ import annotations

import http.server
import json
import threading

import pytest
from django.template.loader import render_to_string

import synthesis
from briefings import engines
from briefings.errors import ModelUnavailable
from briefings.models import Episode, Segment
from briefings.pipeline import stages
from tests import tiny_checkpoint
from tests.factories import make_article, make_episode, make_show, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """What the studio is made with."""
    options: dict = {}
    monkeypatch.setattr(engines, "_synthesizer", lambda: "the voice")
    monkeypatch.setattr(synthesis, "Studio", lambda folder, **given: options.update(given), raising=False)
    return options


def test_the_studio_gets_the_takes_the_music_and_both_pronunciations(told, settings, tmp_path):
    settings.TAKES_DIR, settings.TAKES_MAX_BYTES = tmp_path / "takes", 77
    settings.STING, settings.STING_BETWEEN_STORIES, settings.BED = tmp_path / "s.wav", True, tmp_path / "b.wav"
    settings.LEXICON = tmp_path / "words.tsv"
    show = make_show()
    show.pronunciations.create(written="Ellery", spoken="EL-er-ee")
    engines.studio(show)
    takes = told.pop("takes")
    assert (takes.folder, takes.max_bytes) == (tmp_path / "takes", 77)
    assert told == {
        "lexicon": {"Ellery": "EL-er-ee"},
        "project_lexicon": tmp_path / "words.tsv",
        "synthesizer": "the voice",
        "sting": tmp_path / "s.wav",
        "sting_between": True,
        "bed": tmp_path / "b.wav",
    }


@pytest.fixture
def fresh_writer():
    engines._writer.cache_clear()
    yield
    engines._writer.cache_clear()


@pytest.fixture
def chat(settings):
    """A chat server that answers with `answers` in turn, the last for ever; the settings name it. Its requests."""
    asked, answers = [], []

    class Chat(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((dict(self.headers), json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            status, text = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"choices": [{"message": {"content": text}}]}).encode())

        def log_message(self, *args): ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.WRITER_URL = f"http://127.0.0.1:{server.server_port}/v1"
    settings.WRITER_MODEL, settings.WRITER_KEY, settings.WRITER_TIMEOUT_S = "a-model", "sk-secret-0", 5
    yield asked, answers
    server.shutdown()
    server.server_close()


def planned():
    episode = make_episode(status=Episode.Status.GROUPED)
    article = make_article(text=TRAWLER, title="One missing after a trawler sinks")
    Segment.objects.create(episode=episode, story=make_story([article]), order=0, reason="fresh")
    Episode.objects.filter(pk=episode.pk).update(status=Episode.Status.PLANNED)
    return episode


TRAWLER = """Seven fishermen were rescued and one is still missing after a trawler sank off Cape Dorran early on Monday, the coastguard said.
The trawler, the Northern Star, sent a distress call at 4.20 in the morning and went down within 20 minutes.
A helicopter from the base at Saltham lifted the seven men from a raft, according to the coastguard.
The cause is not known."""  # noqa: E501


def answer_by(lead, other):
    """An answer that the checks take, if the hosts are these."""
    rows = [
        (["1.0"], lead, "fact", "The coastguard says seven fishermen were rescued, and one is missing."),
        ([], other, "question", "How were they found?"),
        (["1.2"], lead, "fact", "A helicopter lifted the seven men from a raft."),
    ]
    return json.dumps([dict(zip(("cites", "host", "kind", "text"), row, strict=True)) for row in rows])


def test_a_script_of_the_servers_bears_its_name_and_is_no_extractive_draft(chat, fresh_writer, settings, tmp_path):
    asked, answers = chat
    settings.MODELS_DIR = tmp_path
    answers += [(200, answer_by("Ava", "Ben")), (200, answer_by("Ben", "Ava"))]
    episode = stages.advance(planned().pk, stages.BY_NAME["write"])
    script = episode.script
    assert script.writer == f"a-model at {settings.WRITER_URL[7:-3]}, server tier"
    assert not script.is_extractive
    assert "How were they found?" in [turn.text for turn in script.turns.all()]
    headers, body = asked[0]
    assert headers["Authorization"] == "Bearer sk-secret-0" and body["model"] == "a-model"
    page = render_to_string("scripts/_summary.html", {"script": script, "episode": episode, "turns": [], "red": []})
    assert "Written by a-model at" in page and "extractive draft" not in page


@pytest.mark.parametrize(
    ("answer", "said", "cure"),
    [
        ((401, "no"), "refused the key (401)", "Check TANDEM_WRITER_KEY"),
        ((404, "no"), "refused the request (404)", "TANDEM_WRITER_MODEL"),
    ],
)
def test_a_server_that_does_not_write_stops_the_stage_for_another_try(
    chat, fresh_writer, settings, tmp_path, answer, said, cure
):
    _, answers = chat
    settings.MODELS_DIR = tmp_path
    answers.append(answer)
    episode = planned()
    with pytest.raises(ModelUnavailable) as stopped:
        stages.advance(episode.pk, stages.BY_NAME["write"])
    assert said in stopped.value.editor_message and cure in stopped.value.editor_message
    assert "sk-secret" not in stopped.value.editor_message
    assert stopped.value.retry
    assert not hasattr(Episode.objects.get(pk=episode.pk), "script")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"WRITER": "server"}, "TANDEM_WRITER_URL names none"),
        ({"WRITER": "default"}, "models install qwen3-30b-a3b --source FOLDER"),
        ({"WRITER_URL": "http://127.0.0.1:9/v1"}, "Set TANDEM_WRITER_MODEL"),
        ({"WRITER": "/no/such/folder"}, "is no folder"),
    ],
)
def test_a_writer_that_is_not_there_says_what_to_do(settings, tmp_path, fresh_writer, values, told):
    settings.MODELS_DIR = tmp_path
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(ModelUnavailable) as missing:
        engines.writer()
    assert told in missing.value.editor_message


def test_a_checkpoint_of_ones_own_is_loaded(settings, tmp_path, fresh_writer):
    settings.MODELS_DIR, settings.WRITER = tmp_path, str(tiny_checkpoint.write(tmp_path / "mine"))
    choice = engines.writers_choice()
    assert (choice.tier, choice.title) == ("folder", "mine")
    assert engines.writer() is engines.writer()
