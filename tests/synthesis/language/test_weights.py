"""A checkpoint that is not whole is one clear line, and nothing of it is run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from synthesis.errors import CheckpointError
from synthesis.language.engine import Engine

INDEX = "model.safetensors.index.json"


@pytest.fixture
def folder(olmoe, tmp_path) -> Path:
    return Path(shutil.copytree(olmoe[0], tmp_path / "olmoe"))


def refusal(folder: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        Engine.load(folder, device="cpu")
    assert "\n" not in str(refused.value)
    return str(refused.value)


def change_tensors(folder: Path, change) -> str:
    """Apply `change` to the first shard's tensors and index them again; returns a name that was in it."""
    index = json.loads((folder / INDEX).read_text())
    shard = min(index["weight_map"].values())
    tensors = load_file(folder / shard)
    name = min(tensors)
    change(tensors, name)
    save_file(tensors, folder / shard)
    kept = {key: file for key, file in index["weight_map"].items() if file != shard}
    index["weight_map"] = {**kept, **dict.fromkeys(tensors, shard)}
    (folder / INDEX).write_text(json.dumps(index))
    return name


def test_one_file_and_no_index_is_read_as_well(olmoe, folder):
    index = json.loads((folder / INDEX).read_text())
    tensors = {name: t for file in set(index["weight_map"].values()) for name, t in load_file(folder / file).items()}
    shutil.rmtree(folder)
    folder.mkdir()
    shutil.copy(olmoe[0] / "config.json", folder)
    save_file(tensors, folder / "model.safetensors")
    whole, sharded = Engine.load(folder, device="cpu"), Engine.load(olmoe[0], device="cpu")
    assert whole.score([[1]], [[2, 3]]) == sharded.score([[1]], [[2, 3]])


def test_weights_stored_in_bf16_are_read(olmoe, folder):
    change_tensors(folder, lambda tensors, name: tensors.update({k: t.bfloat16() for k, t in tensors.items()}))
    found = Engine.load(folder, device="cpu").score([[1]], [[2, 3]])[0]
    assert found == pytest.approx(Engine.load(olmoe[0], device="cpu").score([[1]], [[2, 3]])[0], rel=0.05)


def test_a_missing_tensor_is_named(folder):
    name = change_tensors(folder, lambda tensors, name: tensors.pop(name))
    assert "lacks 1 tensors" in refusal(folder) and name in refusal(folder)


def test_an_unexpected_tensor_is_named(folder):
    change_tensors(folder, lambda tensors, name: tensors.update({"model.adapter": torch.ones(3)}))
    assert "has unexpected 1 tensors, first: model.adapter" in refusal(folder)


def test_a_tensor_of_another_shape_is_named(folder):
    name = change_tensors(folder, lambda tensors, name: tensors.update({name: torch.ones(3, 5)}))
    assert f"{name} is (3, 5), and should be" in refusal(folder)


def test_a_tensor_of_integers_is_refused(folder):
    change_tensors(folder, lambda tensors, name: tensors.update({name: torch.ones_like(tensors[name]).to(torch.int8)}))
    assert "torch.int8, which is not supported" in refusal(folder)


def test_a_missing_shard_is_named(folder):
    shard = min(folder.glob("model-*.safetensors"))
    shard.unlink()
    assert f"lacks {shard.name}, which its index names" in refusal(folder)


def test_a_truncated_shard_is_named(folder):
    shard = min(folder.glob("model-*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:-10])
    assert f"{shard.name} is damaged" in refusal(folder)


def test_an_index_that_is_wrong_about_a_shard_is_refused(folder):
    index = json.loads((folder / INDEX).read_text())
    name, shards = min(index["weight_map"]), sorted(set(index["weight_map"].values()))
    index["weight_map"][name] = next(shard for shard in shards if shard != index["weight_map"][name])
    (folder / INDEX).write_text(json.dumps(index))
    assert f"lacks {name}, which the index says it has" in refusal(folder)


def test_an_index_may_not_point_outside_its_folder(folder):
    index = json.loads((folder / INDEX).read_text())
    index["weight_map"]["lm_head.weight"] = "../olmoe/model-00001-of-00010.safetensors"
    (folder / INDEX).write_text(json.dumps(index))
    assert "plain file names" in refusal(folder)


def test_a_pickle_is_never_opened(folder):
    for path in folder.glob("model*"):
        path.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04cos\nsystem\n")
    assert "only safetensors and GGUF are read" in refusal(folder)
    (folder / "model.safetensors").write_bytes(b"\x80\x04cos\nsystem\n")
    assert "is damaged or no safetensors file" in refusal(folder)


@pytest.mark.parametrize("content", ["{", "[]", b"\xff\xfe"])
def test_a_config_that_is_no_json_object_is_refused(folder, content):
    (folder / "config.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert "config.json" in refusal(folder)


def test_a_folder_without_a_config_is_refused(folder):
    (folder / "config.json").unlink()
    assert "has no config.json" in refusal(folder)
