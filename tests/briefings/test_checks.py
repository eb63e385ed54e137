"""The doctor's list: each fault is found, named, and has a cure."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import checks as system_checks
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now

from briefings import checks, schedule

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
    assert [check.fix for check in found] == [f"{checks.MODELS_FIX} voice", f"{checks.MODELS_FIX} embedded"]


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
