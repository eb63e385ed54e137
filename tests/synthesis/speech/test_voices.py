from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from synthesis.errors import CheckpointError, RenderFailed
from synthesis.speech.voices import Voices


@pytest.fixture
def voices(tmp_path):
    table = torch.arange(510 * 256, dtype=torch.float32).view(510, 256)
    save_file({"af_heart": table}, tmp_path / "voices.safetensors")
    return Voices.load(tmp_path / "voices.safetensors")


def test_the_style_is_the_row_of_the_length(voices):
    assert voices.style("af_heart", 3).shape == (1, 256)
    assert voices.style("af_heart", 3)[0, 0] == 2 * 256


def test_an_unknown_voice_is_refused_with_the_known_ones(voices):
    with pytest.raises(RenderFailed, match="'zf_xiaobei'; there are af_heart"):
        voices.style("zf_xiaobei", 3)


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "voices.safetensors").write_bytes(b"not voices")
    with pytest.raises(CheckpointError, match="cannot be read as voices"):
        Voices.load(tmp_path / "voices.safetensors")
