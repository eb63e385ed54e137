"""Models that no card pins: given by a person, checked as far as can be, recorded, and held to it ever after."""

from __future__ import annotations

import dataclasses
import http.server
import json
import pickle
import threading

import pytest

from synthesis import checkpoint
from synthesis.errors import CheckpointError
from synthesis.first_use import Commit
from synthesis.model_cards import CATALOGUE
from tests import tiny_checkpoint
from tests.tiny_checkpoint import CARD

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def card(monkeypatch):
    monkeypatch.setattr(checkpoint, "CATALOGUE", (*CATALOGUE, CARD))


@pytest.fixture
def source(tmp_path):
    return tiny_checkpoint.write(tmp_path / "given")


@pytest.fixture
def models(tmp_path, source):
    """A models folder with the tiny model installed."""
    checkpoint.install("tiny-1k", tmp_path / "models", source=source)
    return tmp_path / "models"


def test_its_name_alone_fetches_nothing(tmp_path):
    with pytest.raises(CheckpointError, match="is not pinned here, so it is not fetched by its name alone") as refused:
        checkpoint.install("default", tmp_path / "models")
    assert "models install qwen3-30b-a3b --source FOLDER (or --revision COMMIT)" in str(refused.value)
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("shards", [1, 3])
def test_a_folder_is_copied_recorded_and_said_to_be_trusted(tmp_path, shards):
    source = tiny_checkpoint.write(tmp_path / "given", shards=shards)
    (source / "pytorch_model.bin").write_bytes(pickle.dumps("a stowaway"))
    (source / "README.md").write_text("not needed")
    steps = []
    installed = checkpoint.install(
        "tiny-1k", tmp_path / "models", source=source, progress=lambda done, total: steps.append((done, total))
    )
    found = {path.name for path in installed.path.iterdir()}
    assert "pytorch_model.bin" not in found and "README.md" not in found
    assert found > {"config.json", "tokenizer.json", "tokenizer_config.json", "manifest.json"}
    manifest = json.loads((installed.path / "manifest.json").read_text())
    assert {row["name"] for row in manifest["files"]} == found - {"manifest.json"}
    assert installed.notes == (
        f"no card pins these files: they are trusted as given, and {len(found) - 1} SHA-256 are kept",
    )
    assert checkpoint.find("tiny-1k", tmp_path / "models") == installed.path
    assert checkpoint.status("tiny-1k", tmp_path / "models").state == "installed"
    assert steps[-1] == (1, 1)


def test_what_was_recorded_is_loaded_by_our_runtime(models):
    from synthesis.language.engine import Engine

    engine = Engine.load(checkpoint.find("tiny-1k", models), device="cpu")
    (said,) = engine.generate([engine.tokenizer.encode_chat([{"role": "user", "content": "Hm?"}])], max_tokens=3)
    assert len(said.tokens) <= 3


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def rewrite(path, change):
    row = json.loads(path.read_text())
    change(row)
    path.write_text(json.dumps(row))


SHARD = "model-00001-of-00002.safetensors"


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        (SHARD, flip_a_bit, "is not the pinned file"),
        ("config.json", flip_a_bit, "is not the pinned file"),
        ("tokenizer.json", lambda path: path.unlink(), "lacks its file tokenizer.json"),
        (SHARD, lambda path: path.write_bytes(b""), "of 0 bytes"),
        ("manifest.json", lambda path: path.write_text("{}"), "no readable manifest.json"),
        ("manifest.json", lambda path: rewrite(path, lambda row: row.update(files=[])), "no readable manifest"),
        ("manifest.json", lambda path: rewrite(path, lambda row: row.update(files=3)), "no readable manifest"),
        ("manifest.json", lambda path: rewrite(path, lambda row: row.update(name="voice")), "another version"),
        (
            "manifest.json",
            lambda path: rewrite(path, lambda row: row["files"][0].update(name="../voice/model.safetensors")),
            "no readable manifest",
        ),
    ],
)
def test_a_later_change_is_refused(models, name, spoil, message):
    spoil(models / "tiny-1k" / name)
    with pytest.raises(CheckpointError, match=message) as refused:
        checkpoint.find("tiny-1k", models)
    assert "models install tiny-1k --source FOLDER" in str(refused.value) and "\n" not in str(refused.value)


def pickled(path):
    path.write_bytes(pickle.dumps(["weights"] * 100))


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("config.json", lambda path: path.unlink(), "has no config.json"),
        ("config.json", lambda path: path.write_text("{"), "config.json cannot be read"),
        (
            "config.json",
            lambda path: path.write_text(json.dumps(tiny_checkpoint.CONFIG | {"num_hidden_layers": 3})),
            "holds olmoe of 3 layers, 16 wide, and Tiny-1K-Instruct is olmoe of 2 layers, 16 wide",
        ),
        ("config.json", lambda path: path.write_text('{"model_type": "mamba"}'), "model_type 'mamba' is not supported"),
        ("tokenizer.json", lambda path: path.unlink(), "holds no tokenizer.json"),
        ("tokenizer.json", lambda path: path.write_text("{}"), "tokenizer.json cannot be used"),
        ("tokenizer_config.json", lambda path: path.write_text("{}"), "no chat template"),
        ("model.safetensors.index.json", lambda path: path.unlink(), "holds no model.safetensors"),
        (
            "model.safetensors.index.json",
            lambda path: path.write_text('{"weight_map": {"a": "../a.safetensors"}}'),
            "names no files of weights",
        ),
        (
            "model.safetensors.index.json",
            lambda path: path.write_text('{"weight_map": {"a": "pytorch_model.bin"}}'),
            "names no files of weights",
        ),
        (SHARD, lambda path: path.unlink(), f"holds no {SHARD}"),
        (SHARD, lambda path: path.write_bytes(path.read_bytes()[:-9]), f"{SHARD} is damaged"),
        (SHARD, pickled, f"{SHARD} is damaged or no safetensors file"),
    ],
)
def test_what_can_be_told_without_a_pin_is_told_before_anything_is_installed(tmp_path, source, name, spoil, message):
    spoil(source / name)
    with pytest.raises(CheckpointError, match=message) as refused:
        checkpoint.install("tiny-1k", tmp_path / "models", source=source)
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "models").iterdir())


def test_the_same_again_is_no_work_and_another_is_not_taken_in_silence(models, source, tmp_path):
    assert checkpoint.install("tiny-1k", models, source=source).notes == ()
    assert checkpoint.install("tiny-1k", models).route == f"the folder {source}"
    other = tiny_checkpoint.write(tmp_path / "other")
    with pytest.raises(CheckpointError, match=f"is installed from the folder {source}; to take .* remove .* first"):
        checkpoint.install("tiny-1k", models, source=other)


def test_a_damaged_one_is_replaced_by_what_is_given_now(models, source):
    (models / "tiny-1k" / SHARD).write_bytes(b"")
    checkpoint.install("tiny-1k", models, source=source)
    assert checkpoint.status("tiny-1k", models).state == "installed"


def test_a_source_is_one_and_a_pinned_model_takes_no_commit(tmp_path, source):
    commit = Commit("someone/Tiny", REVISION)
    with pytest.raises(CheckpointError, match="not from both"):
        checkpoint.install("tiny-1k", tmp_path, source=source, commit=commit)
    with pytest.raises(CheckpointError, match="is pinned"):
        checkpoint.install("embedded", tmp_path, commit=commit)


@pytest.mark.parametrize(
    ("repo", "revision", "message"),
    [
        ("someone/tiny", "main", "the revision must be a commit's 40 hexadecimal digits, not 'main'"),
        ("someone/tiny", "v1.0", "40 hexadecimal digits"),
        ("tiny", REVISION, "is no repository of the model hub"),
        ("../../etc", REVISION, "is no repository of the model hub"),
    ],
)
def test_a_branch_is_no_commit(repo, revision, message):
    with pytest.raises(CheckpointError, match=message):
        Commit(repo, revision)


def test_too_little_room_is_found_before_the_copy(tmp_path, source, monkeypatch):
    usage = dataclasses.make_dataclass("Usage", ["free"])(1000)
    monkeypatch.setattr(checkpoint.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(CheckpointError, match="MB are free"):
        checkpoint.install("tiny-1k", tmp_path / "models", source=source)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A model hub on loopback that serves the files of `tmp_path/"hub"` at REVISION. Returns that folder."""
    import hashlib

    from huggingface_hub import constants

    folder = tmp_path / "hub"

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            path = folder / self.path.rpartition("/")[2]
            is_there = self.path.startswith(f"/{CARD.repo}/resolve/{REVISION}/") and path.is_file()
            content = path.read_bytes() if is_there else b""
            self.send_response(200 if is_there else 404)
            if not is_there:
                self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", REVISION)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            return content

        def do_GET(self):
            self.wfile.write(self.do_HEAD())

        def log_message(self, *args): ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield folder
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("shards", [1, 2])
def test_a_commit_of_the_hub_installs(tmp_path, hub, shards):
    tiny_checkpoint.write(hub, shards=shards)
    installed = checkpoint.install("tiny-1k", tmp_path / "models", commit=Commit(CARD.repo, REVISION))
    assert installed.route == f"the hub's {CARD.repo} at 0123456789ab"
    assert {path.name for path in installed.path.iterdir()} == {"manifest.json", *(path.name for path in hub.iterdir())}
    assert checkpoint.verify("tiny-1k", tmp_path / "models").route == installed.route


@pytest.mark.parametrize("name", ["tokenizer.json", SHARD])
def test_a_commit_that_lacks_a_file_is_refused_by_its_name(tmp_path, hub, name):
    (tiny_checkpoint.write(hub) / name).unlink()
    with pytest.raises(CheckpointError, match=name):
        checkpoint.install("tiny-1k", tmp_path / "models", commit=Commit(CARD.repo, REVISION))
    assert not list((tmp_path / "models").iterdir())
