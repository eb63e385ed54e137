"""`manage.py produce`: an edition in the foreground, with a summary that programs can read."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from briefings import artwork, engines
from briefings.models import Episode, StageRun
from briefings.pipeline import stages
from synthesis.errors import CheckpointError
from synthesis.types import Finding
from tests.factories import make_episode, make_show, make_user
from tests.fakes import FakeStudio, FakeWriter

pytestmark = pytest.mark.django_db
Status = Episode.Status


@pytest.fixture
def writer(monkeypatch, media):
    writer, studio = FakeWriter(), FakeStudio()
    monkeypatch.setattr(engines, "writer", lambda: writer)
    monkeypatch.setattr(engines, "studio", lambda show: studio)
    monkeypatch.setattr(artwork, "png", lambda show: b"")
    return writer


@pytest.fixture
def planned(writer):
    return make_episode(make_show(slug="wire"), Status.PLANNED)


def produce(*words):
    out, code = io.StringIO(), 0
    try:
        call_command("produce", *words, stdout=out)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


def produce_json(episode, *words):
    code, text = produce("wire", "--date", str(episode.edition_date), "--json", *words)
    return code, json.loads(text)


def test_an_edition_is_taken_to_the_feed(planned, settings):
    settings.BASE_URL = "https://news.example"
    code, told = produce_json(planned)
    assert code == 0
    assert told["status"] == "published"
    assert told["errors"] == []
    assert Path(told["mp3"]).is_file()
    assert told["feed_url"] == "https://news.example/shows/wire/feed.xml"
    assert told["episode"] == f"https://news.example/shows/wire/{planned.edition_date}/"
    assert (told["duration_s"], told["loudness_lufs"], told["true_peak_dbtp"]) == (12.0, -16.0, -1.8)
    assert told["chapters"][1] == {"start_s": 3.0, "title": "Port Ellery votes to rebuild its sea wall"}
    assert told["stories"] == 1
    assert set(told["seconds"]) == {"write", "approve", "voice", "publish"}
    assert (told["writer"], told["voices"]) == ("fake writer", ["af_heart", "am_michael"])


def test_its_approval_is_the_command_s_and_says_so(planned):
    produce_json(planned)
    run = planned.runs.get(stage="approve")
    assert run.measurements["approved_by"] == "the produce command"
    assert Episode.objects.get(pk=planned.pk).script.approved_by is None


def test_a_red_check_stops_it_before_the_approval(planned, writer):
    writer.findings = (Finding("number", "12", "No cited sentence says 12."),)
    code, told = produce_json(planned)
    assert code == 1
    assert told["status"] == "written"
    assert told["errors"][0]["code"] == "episode:script-rejected"
    assert told["mp3"] is None


def test_where_to_go_on_is_told(planned, writer, capsys):
    writer.findings = (Finding("number", "12", "No cited sentence says 12."),)
    code, _ = produce("wire", "--date", str(planned.edition_date))
    told = capsys.readouterr().err
    assert code == 1
    assert "A check is red in turn 3. Edit what is marked" in told
    assert f"/episodes/{planned.pk}/script/" in told
    assert f"produce wire --date {planned.edition_date}" in told


@pytest.mark.parametrize(("stage", "status"), [("write", "written"), ("approve", "approved"), ("voice", "voiced")])
def test_it_goes_as_far_as_it_is_asked(planned, stage, status):
    assert produce_json(planned, "--until", stage)[1]["status"] == status


def test_what_is_published_is_told_again_and_not_made_again(planned):
    first = produce_json(planned)[1]
    runs = StageRun.objects.count()
    assert produce_json(planned) == (0, first)
    assert StageRun.objects.count() == runs


def test_an_edition_that_failed_is_taken_up_where_it_stands(planned, writer):
    writer.error = CheckpointError("the model embedded is not installed")
    code, told = produce_json(planned)
    assert (code, told["errors"][0]["code"]) == (1, "episode:model-unavailable")
    writer.error = None
    assert produce_json(planned)[1]["status"] == "published"


def test_a_rejected_script_is_not_overruled(planned):
    from briefings.pipeline import approve

    produce_json(planned, "--until", "write")
    approve.reject(planned, make_user(), "Too thin.")
    code, told = produce_json(planned)
    assert (code, told["status"]) == (1, "rejected")


def test_a_stage_that_a_worker_holds_is_waited_for(planned, monkeypatch):
    from briefings import foreground

    claim = stages.claim(planned.pk, stages.BY_NAME["write"])
    waited = []

    def worker_finishes(seconds):
        waited.append(seconds)
        stages.fail(claim, CheckpointError("gone"))

    monkeypatch.setattr(foreground.time, "sleep", worker_finishes)
    assert produce_json(planned)[1]["status"] == "published"
    assert waited == [foreground.ASK_AGAIN_S]


def test_without_a_date_it_is_the_show_s_today(writer):
    show = make_show(slug="wire", timezone="Pacific/Kiritimati")
    code, text = produce("wire", "--json", "--until", "fetch")
    assert code == 0
    assert Episode.objects.get().edition_date == now().astimezone(show.zone).date()
    assert json.loads(text)["status"] == "fetched"


def test_an_edition_without_news_is_a_named_error(writer):
    make_show(slug="wire")
    code, text = produce("wire", "--json")
    assert code == 1
    assert json.loads(text)["errors"][0]["code"] == "episode:nothing-to-say"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "Shows: wire"),
        (["wire", "--date", "tomorrow"], "is no date"),
        (["wire", "--until", "lunch"], "invalid choice"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_right(words, message):
    make_show(slug="wire")
    with pytest.raises(CommandError, match=message):
        produce(*words)
