"""`manage.py doctor`, for people and for programs."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from briefings import checks


def doctor(monkeypatch, *found, **options):
    monkeypatch.setattr(checks, "run", lambda: list(found))
    out = io.StringIO()
    code = 0
    try:
        call_command("doctor", stdout=out, **options)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


GOOD = checks.Check("Python", "ok", "3.11")
LATE = checks.Check("Scheduler", "warn", "It has not ticked yet", "python manage.py serve")
BAD = checks.Check("ffmpeg", "fail", "There is none", "Install ffmpeg")


@pytest.mark.parametrize(("found", "code"), [([GOOD], 0), ([GOOD, LATE], 0), ([GOOD, BAD, LATE], 1)])
def test_the_exit_status_tells_whether_anything_fails(monkeypatch, found, code):
    assert doctor(monkeypatch, *found)[0] == code
    assert doctor(monkeypatch, *found, json=True)[0] == code


def test_what_is_wrong_comes_with_its_cure(monkeypatch):
    _, text = doctor(monkeypatch, GOOD, BAD)
    assert "FAIL  ffmpeg" in text
    assert "-> Install ffmpeg" in text
    assert "1 of 2 checks failed." in text


def test_json_is_one_document(monkeypatch):
    _, text = doctor(monkeypatch, GOOD, BAD, json=True)
    assert json.loads(text) == {
        "ok": False,
        "checks": [
            {"name": "Python", "state": "ok", "message": "3.11", "fix": ""},
            {"name": "ffmpeg", "state": "fail", "message": "There is none", "fix": "Install ffmpeg"},
        ],
    }
