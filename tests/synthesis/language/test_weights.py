"""A checkpoint that is not whole is one clear line, and nothing of it is run.

A flipped bit in a header is found by what the header says; one in the weights only by the hash that a model's card pins
(tests/synthesis/test_checkpoint.py), unless it makes a number that is none.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from synthesis.errors import CheckpointError
from synthesis.language.engine import Engine
from synthesis.language.weights import destinations, load_hub_model

CPU = torch.device("cpu")
INDEX = "model.safetensors.index.json"


@pytest.fixture
def folder(olmoe, tmp_path) -> Path:
    return Path(shutil.copytree(olmoe[0], tmp_path / "olmoe"))


def refusal(folder: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        Engine.load(folder, device="cpu")
    assert "\n" not in str(refused.value)
    return str(refused.value)


def header_of(shard: Path) -> bytes:
    content = shard.read_bytes()
    return content[8 : 8 + int.from_bytes(content[:8], "little")]


def change_header(folder: Path, before: bytes, after: bytes) -> None:
    """Replace text of the first shard's header by text of the same length."""
    shard = min(folder.glob("model-*.safetensors"))
    header = header_of(shard)
    assert before in header and len(before) == len(after)
    shard.write_bytes(shard.read_bytes().replace(header, header.replace(before, after, 1), 1))


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
    assert "stored as I8, which is not supported" in refusal(folder)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_weight_that_is_no_number_is_refused(folder, number, dtype):
    def spoil(tensors, name):
        tensors[name] = tensors[name].to(dtype)
        tensors[name].view(-1)[-1] = number

    name = change_tensors(folder, spoil)
    assert f"{name} holds a NaN or an infinity" in refusal(folder)


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
    other = next(shard for shard in shards if shard != index["weight_map"][name])
    (folder / INDEX).write_text(json.dumps({"weight_map": {**index["weight_map"], name: other}}))
    assert "which the index says it" in refusal(folder) and name in refusal(folder)


def test_a_tensor_that_the_index_leaves_out_is_named(folder):
    index = json.loads((folder / INDEX).read_text())
    shard = index["weight_map"]["model.norm.weight"]
    shutil.copy(folder / shard, folder / "again.safetensors")
    index["weight_map"]["lm_head.weight"] = "again.safetensors"
    (folder / INDEX).write_text(json.dumps(index))
    assert "again.safetensors" in refusal(folder) and "which the index says it" in refusal(folder)


def test_an_index_may_not_point_outside_its_folder(folder):
    index = json.loads((folder / INDEX).read_text())
    index["weight_map"]["lm_head.weight"] = "../olmoe/model-00001-of-00010.safetensors"
    (folder / INDEX).write_text(json.dumps(index))
    assert "plain file names" in refusal(folder)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b'"F32"', b'"F33"', "stored as F33, which is not supported"),
        (b'"F32"', b'"F16"', "has not the size of its shape"),
        (b'"data_offsets":[0,', b'"data_offsets":[4,', "has not the size of its shape"),
        (b'"shape":[', b'"shape":{', "its header is no JSON"),
        (b'"data_offsets"', b'"data_offsetz"', "does not say where"),
        (b"lm_head.", b"lm-head.", "which the index says it"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(folder, before, after, said):
    change_header(folder, before, after)
    assert said in refusal(folder)


def test_any_flipped_bit_of_a_header_is_found(folder):
    """But for those of what says nothing of a tensor: its padding, and its word on the framework that wrote it."""
    shard = min(folder.glob("model-*.safetensors"))
    whole = shard.read_bytes()
    header = header_of(shard)
    says_nothing = range(header.index(b'"__metadata__"'), header.index(b"}") + 1)
    bits = [bit for bit in range(8 * (8 + len(header.rstrip()))) if bit // 8 - 8 not in says_nothing]
    for bit in random.Random(7).sample(bits, 150):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        shard.write_bytes(flipped)
        with pytest.raises(CheckpointError) as refused:
            load_hub_model(folder, CPU, torch.float32)
        assert "\n" not in str(refused.value), bit


def test_a_gguf_file_under_a_name_of_safetensors_and_the_other_way_round_is_refused(folder, tmp_path):
    for path in folder.glob("model*"):
        path.unlink()
    (folder / "model.safetensors").write_bytes(b"GGUF" + bytes(60))
    assert "model.safetensors is damaged" in refusal(folder)
    save_file({"weight": torch.ones(9)}, tmp_path / "model.gguf")
    assert "model.gguf is damaged or no GGUF file" in refusal(tmp_path / "model.gguf")


def test_progress_is_told_in_bytes_and_never_before_all_is_checked(folder):
    told: list[tuple[int, int]] = []
    load_hub_model(folder, CPU, torch.float32, progress=lambda done, total: told.append((done, total)))
    size = sum(path.stat().st_size - 8 - len(header_of(path)) for path in folder.glob("*.safetensors"))
    assert told == sorted(told) and told[-1] == (size, size) and {total for _, total in told} == {size}
    told.clear()
    change_tensors(folder, lambda tensors, name: tensors.update({name: torch.ones(3, 5)}))
    with pytest.raises(CheckpointError):
        load_hub_model(folder, CPU, torch.float32, progress=lambda done, total: told.append((done, total)))
    assert not told


def test_a_pickle_is_never_opened(folder):
    for path in folder.glob("model*"):
        path.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04cos\nsystem\n")
    assert "only safetensors and GGUF are read" in refusal(folder)
    for start in (b"\x80\x04cos\nsystem\n", b"PK\x03\x04" + bytes(40)):
        (folder / "model.safetensors").write_bytes(start)
        assert "is a pickled or zipped file, which is never loaded" in refusal(folder)


@pytest.mark.parametrize("content", ["{", "[]", b"\xff\xfe"])
def test_a_config_that_is_no_json_object_is_refused(folder, content):
    (folder / "config.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert "config.json" in refusal(folder)


def test_a_folder_without_a_config_is_refused(folder):
    (folder / "config.json").unlink()
    assert "has no config.json" in refusal(folder)


def test_a_routers_bias_stays_in_32_bits(write_checkpoint):
    """What chooses between experts would be rounded to other choices."""
    folder, oracle = write_checkpoint("dots1")
    kept = destinations(load_hub_model(folder, CPU, torch.bfloat16))
    name = "model.layers.2.mlp.gate.e_score_correction_bias"
    assert torch.equal(kept[name], oracle.state_dict()[name]) and kept["model.norm.weight"].dtype == torch.bfloat16
