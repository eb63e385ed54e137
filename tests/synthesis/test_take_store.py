"""A kept take comes back bit for bit, or not at all."""

import os
import time

import pytest
import torch

from synthesis import take_store
from synthesis.take_store import TakeStore, take_key


def waveform(seed, samples=2400):
    return torch.randn(samples, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def store(tmp_path):
    return TakeStore(tmp_path / "takes")


def only_file(store):
    (path,) = store.folder.iterdir()
    return path


def test_a_take_comes_back_bit_for_bit(store):
    store.put("a", waveform(1))
    assert torch.equal(store.get("a"), waveform(1))
    assert store.get("b") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],  # cut short
        lambda content: content[: len(content) // 2] + b"\x00" + content[len(content) // 2 + 1 :],
        lambda content: b"",
        lambda content: content[32:],  # without its hash
    ],
)
def test_a_damaged_take_is_never_used_and_is_removed(store, damage):
    store.put("a", waveform(1))
    path = only_file(store)
    path.write_bytes(damage(path.read_bytes()))
    assert store.get("a") is None
    assert not path.exists()


def test_a_take_of_another_shape_is_not_used(store):
    store.put("a", waveform(1).view(2, -1))
    assert store.get("a") is None


def test_the_takes_that_were_not_used_for_longest_go_first(tmp_path):
    store = TakeStore(tmp_path, max_bytes=3 * 9_900)
    for age, key in enumerate("dcba"):  # d is the youngest
        store.put(key, waveform(age))
        os.utime(tmp_path / f"{key}.take", (time.time() - 1000 * age,) * 2)
    assert store.get("a") is not None  # which makes it the youngest
    store.make_room()
    assert {path.name for path in tmp_path.iterdir()} == {"a.take", "c.take", "d.take"}


def test_what_a_killed_process_left_is_removed_once_it_is_old(tmp_path):
    store = TakeStore(tmp_path)
    for name, age_s in (("old", 2 * take_store.LEFTOVER_AFTER_S), ("new", 10)):
        (tmp_path / f".{name}.take.77").write_bytes(b"half")
        os.utime(tmp_path / f".{name}.take.77", (time.time() - age_s,) * 2)
    store.make_room()
    assert [path.name for path in tmp_path.iterdir()] == [".new.take.77"]


def test_a_folder_that_cannot_be_written_only_costs_the_saving(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = TakeStore(tmp_path / "file")
    store.put("a", waveform(1))
    store.make_room()
    assert store.get("a") is None


def test_a_key_names_all_that_decides_the_sound(monkeypatch):
    keys = {
        take_key("h", "af_heart", device="cpu"),
        take_key("hh", "af_heart", device="cpu"),
        take_key("h", "am_puck", device="cpu"),
        take_key("h", "af_heart", device="cuda"),
        take_key("h", "af_heart", device="cpu", speed=1.1),
    }
    for name in ("weights", "code"):
        with monkeypatch.context() as other:
            other.setattr(take_store, name, lambda: "another")
            keys.add(take_key("h", "af_heart", device="cpu"))
    assert len(keys) == 7
    assert take_key("h", "af_heart", device="cpu") in keys
