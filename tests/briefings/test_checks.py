"""The doctor's list: each fault is found, named, and has a cure."""

from __future__ import annotations

import datetime as dt
import http.server
import threading

import pytest
from django.core import checks as system_checks
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now

from briefings import checks, schedule
from synthesis import checkpoint
from synthesis.language.server import ChatServer

pytestmark = pytest.mark.django_db


def only(check):
    (found,) = checks._guarded(check)
    return found


def test_every_check_has_a_state_a_message_and_a_cure_where_it_is_needed():
    found = checks.run()
    assert {check.state for check in found} <= {"ok", "warn", "fail"}
    assert all(check.name and check.message for check in found)
    assert all(check.fix for check in found if check.state != "ok")
    names = [check.name for check in found]
    assert len(names) == len(set(names))


def test_an_old_python_fails(monkeypatch):
    monkeypatch.setattr(checks.sys, "version_info", (3, 10, 4))
    assert only(checks.python).state == "fail"


def test_a_state_folder_that_can_not_be_written_fails(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.STATE_DIR = tmp_path / "file"
    assert only(checks.state_folder).state == "fail"


@pytest.mark.parametrize(("free", "state"), [(100_000_000, "fail"), (1_000_000_000, "warn"), (9_000_000_000, "ok")])
def test_a_full_disk_is_told(monkeypatch, free, state):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: type("Usage", (), {"free": free})())
    _, disk = checks._guarded(checks.state_folder)
    assert disk.state == state


def test_waiting_migrations_fail(monkeypatch):
    assert only(checks.database).state == "ok"
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    assert only(checks.database).fix == "python manage.py migrate"


def test_a_missing_ffmpeg_fails(monkeypatch):
    import imageio_ffmpeg

    def none():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", none)
    assert only(checks.ffmpeg).state == "fail"


def test_models_that_are_not_installed_fail_with_what_to_install(settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    found = checks._guarded(checks.models)
    assert [check.state for check in found] == ["fail", "fail"]
    install = "python manage.py models install"
    assert [check.fix for check in found] == [f"{install} voice", f"{install} embedded"]


def writer_of(settings, **values):
    for name, value in values.items():
        setattr(settings, name, value)
    _, found = checks._guarded(checks.models)
    return found


def test_the_writer_is_told_with_its_tier_and_why(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "verify", lambda name, folder: None)
    monkeypatch.setattr(
        checkpoint, "status", lambda name, folder: checkpoint.ModelStatus(checkpoint.card_of(name), "installed", "")
    )
    found = writer_of(settings, WRITER="embedded")
    assert found.state == "ok"
    assert found.message == "SmolLM2-135M-Instruct, Q4_1, embedded tier, since TANDEM_WRITER is embedded; verified"
    found = writer_of(settings, WRITER="default")
    assert "default tier" in found.message and "models verify qwen3-30b-a3b hashes them" in found.message


@pytest.mark.parametrize(
    ("wanted", "told", "cure"),
    [
        ("default", "qwen3-30b-a3b is not installed", "models install qwen3-30b-a3b --source FOLDER"),
        ("small", "granite-3b-a800m is not installed", "models install granite-3b-a800m --source FOLDER"),
        ("server", "TANDEM_WRITER_URL names none", "Set TANDEM_WRITER"),
        ("/no/such/folder", "which is no folder", "Set TANDEM_WRITER"),
    ],
)
def test_a_writer_that_can_not_be_had_is_told_with_its_cure(settings, tmp_path, wanted, told, cure):
    found = writer_of(settings, WRITER=wanted, MODELS_DIR=tmp_path)
    assert found.state == "fail" and told in found.message and cure in found.fix


def test_a_checkpoint_of_ones_own_is_said_to_be_unverified(settings, tmp_path):
    found = writer_of(settings, WRITER=str(tmp_path))
    assert found.state == "warn" and "folder tier" in found.message and "taken as they are" in found.message


@pytest.fixture
def models_server():
    """A server that lists one model, named a-model."""

    class Listing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"data": [{"id": "a-model"}]}')

        def log_message(self, *args): ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("model", "state", "told"),
    [
        ("a-model", "ok", "it answers"),
        ("another", "warn", "it lists a-model"),
        ("", "fail", "no model is named"),
    ],
)
def test_the_writers_server_is_asked(settings, models_server, model, state, told):
    found = writer_of(settings, WRITER="server", WRITER_URL=models_server, WRITER_MODEL=model)
    assert found.state == state and told in found.message


def test_a_writers_server_that_is_not_there_fails(settings):
    found = writer_of(settings, WRITER="auto", WRITER_URL="http://127.0.0.1:9/v1", WRITER_MODEL="a-model")
    assert found.state == "fail"
    assert "since TANDEM_WRITER_URL names a server: the writer's server 127.0.0.1:9 can't be reached" in found.message
    assert "TANDEM_WRITER_URL" in found.fix


def test_a_key_that_travels_unencrypted_is_told(settings, monkeypatch):
    monkeypatch.setattr(ChatServer, "served_models", lambda self: ["a-model"])
    found = writer_of(settings, WRITER_URL="http://models.example/v1", WRITER_MODEL="a-model", WRITER_KEY="sk-secret-0")
    assert found.state == "warn" and "unencrypted" in found.message and "sk-secret" not in f"{found}"


def test_a_device_that_is_not_there_fails(monkeypatch):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    monkeypatch.setenv("COMPUTE_DEVICE", "cuda")
    assert only(checks.device).state == "fail"


@pytest.mark.parametrize(
    ("content", "state", "told"),
    [
        ("word\tsaid\nNiroula\tni-ROW-la\n", "ok", "words.tsv, 1 entries"),
        ("word\tsaid\nOrbán\t/ʘ/\n", "fail", "words.tsv: line 2: the pronunciation of 'Orbán'"),
        (None, "fail", "words.tsv: No such file"),
    ],
)
def test_the_projects_pronunciations_are_read_line_by_line(settings, tmp_path, content, state, told):
    settings.LEXICON = tmp_path / "words.tsv"
    if content:
        settings.LEXICON.write_text(content, "utf-8")
    found = only(checks.lexicon)
    assert found.state == state
    assert told in found.message


def test_a_broker_that_can_not_be_reached_fails(settings, tmp_path):
    assert only(checks.broker).state == "ok"
    settings.QUEUE_DIR = tmp_path / "gone"
    assert only(checks.broker).state == "fail"


@pytest.mark.parametrize(("age_s", "state"), [(None, "warn"), (600, "warn"), (20, "ok")])
def test_a_scheduler_that_does_not_tick_is_told(monkeypatch, age_s, state):
    last = None if age_s is None else now() - dt.timedelta(seconds=age_s)
    monkeypatch.setattr(schedule, "last_tick", lambda: last)
    assert only(checks.tick).state == state


def test_a_short_key_fails_and_an_open_one_is_told(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    settings.SECRET_KEY = "x" * 50
    assert only(checks.secret_key).state == "ok"
    (tmp_path / "secret_key").write_text("x" * 50)
    (tmp_path / "secret_key").chmod(0o644)
    assert only(checks.secret_key).state == "warn"
    settings.SECRET_KEY = "short"
    assert only(checks.secret_key).state == "fail"


@pytest.mark.parametrize(
    ("url", "state"),
    [("http://127.0.0.1:8000", "warn"), ("http://news.example", "warn"), ("https://news.example", "ok")],
)
def test_an_address_that_nobody_reaches_is_told(settings, url, state):
    settings.BASE_URL, settings.IS_HTTPS = url, url.startswith("https")
    assert only(checks.base_url).state == state


def test_a_check_that_breaks_counts_as_failed():
    def odd_one():
        yield checks.Check("Odd", "ok", "so far")
        raise KeyError("x")

    assert only(odd_one).state == "fail"


def test_the_quick_ones_are_system_checks_and_stop_no_command(monkeypatch):
    assert not [m for m in system_checks.run_checks(tags=["tandem"]) if m.is_serious()]
    monkeypatch.setattr(checks.sys, "version_info", (3, 10, 4))
    (warning,) = [m for m in checks.installation() if "Python" in m.msg]
    assert not warning.is_serious(level=system_checks.ERROR)
    assert warning.hint


def test_who_listens_to_new_recordings(settings, monkeypatch):
    from synthesis import recogniser

    monkeypatch.setattr(recogniser, "why_absent", lambda: "")
    for setting, found in (
        ("auto", "whisper-base"),
        ("off", "nobody listens to new recordings: TANDEM_READBACK is off"),
    ):
        settings.READBACK = setting
        assert [(check.state, check.message) for check in checks.read_back()] == [("ok", found)]
    settings.READBACK = "auto"
    monkeypatch.setattr(recogniser, "why_absent", lambda: "it is not installed")
    assert only(checks.read_back).message == "nobody listens to new recordings: it is not installed"
