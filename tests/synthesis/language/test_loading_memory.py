"""A checkpoint is streamed into its parameters: no second copy of it lies in host memory, mapped or read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from synthesis.language.families import read_config
from synthesis.language.model import LanguageModel
from synthesis.language.weights import destinations

PROJECT = Path(__file__).resolve().parents[3]
ROW = {
    "model_type": "llama",
    "vocab_size": 1024,
    "num_hidden_layers": 3,
    "num_attention_heads": 8,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-5,
}
MIB = 1 << 20
BESIDE = (
    72 * MIB
)  # far from a second copy: the reader's buffer, one tensor and what rounding it takes, code that is touched first here
LOADS = """
import re, sys, torch
from pathlib import Path
from synthesis.language.weights import load_hub_model

def kibibytes(field):
    return int(re.search(field + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

def load(folder):
    quantise = sys.argv[3] if sys.argv[3].startswith("int") else None
    halves = sys.argv[3] == "half"
    return load_hub_model(Path(folder), torch.device("cpu"), torch.float32, quantise=quantise, halves=halves)

load(sys.argv[1])  # what torch imports and sets up when it is first used is no copy of a checkpoint
before = kibibytes("VmRSS")
model = load(sys.argv[2])
print(1024 * (kibibytes("VmHWM") - before))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return write_random(tmp_path_factory.mktemp("small"), {**ROW, "hidden_size": 64, "intermediate_size": 128})


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """200 MiB in two shards."""
    return write_random(tmp_path_factory.mktemp("large"), {**ROW, "hidden_size": 1024, "intermediate_size": 4096})


def write_random(folder: Path, row: dict[str, object]) -> Path:
    (folder / "config.json").write_text(json.dumps(row))
    model = LanguageModel.allocate(read_config(row), torch.device("cpu"), torch.float32)
    places = {name: torch.nn.init.normal_(place) for name, place in destinations(model).items()}
    names = sorted(places)
    shards = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, held in shards.items():
        save_file({name: places[name].clone() for name in held}, folder / file)
    weight_map = {name: file for file, held in shards.items() for name in held}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    return folder


@pytest.mark.parametrize(("kept", "share"), [("plain", 1.0), ("half", 0.83), ("int8", 0.35), ("int4", 0.22)])
def test_the_peak_is_the_parameters_and_little_beside(small, large, kept, share):
    size = sum(path.stat().st_size for path in large.glob("*.safetensors"))
    assert size > 190 * MIB
    command = [sys.executable, "-c", LOADS, str(small), str(large), kept]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    print(f"{kept}: {int(run.stdout) / MIB:.0f} MiB above what was in use, of a checkpoint of {size / MIB:.0f}")
    assert int(run.stdout) < share * size + BESIDE
