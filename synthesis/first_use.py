"""Trust on first use, for models whose files no card pins: what is installed first is recorded, and held to ever after.

The first installation trusts the folder or the commit that the user names. What can be told without a pin is checked:
that the files are whole, of no kind that runs code, and of a model of the card's shape that our runtime takes.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis import downloads
from synthesis.errors import CheckpointError
from synthesis.model_cards import Download, ModelCard, PinnedFile, Route, Shape
from synthesis.types import Progress, no_progress

CONFIG, INDEX, SINGLE = "config.json", "model.safetensors.index.json", "model.safetensors"
REQUIRED = (CONFIG, "tokenizer.json", "tokenizer_config.json")
OPTIONAL = ("chat_template.jinja",)
_SHARD = re.compile(r"[\w.-]+\.safetensors")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a repository on the model hub: `revision` is its whole hash, since a branch or a tag can move.

    Raises CheckpointError for anything else.
    """

    repo: str
    revision: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repo):
            raise CheckpointError(f"{self.repo!r} is no repository of the model hub, such as owner/name")
        if not re.fullmatch(r"[0-9a-f]{40}", self.revision):
            raise CheckpointError(f"the revision must be a commit's 40 hexadecimal digits, not {self.revision!r}")

    def __str__(self) -> str:
        return f"{self.repo} at {self.revision[:12]}"


def gather(
    card: ModelCard, given: Path | Commit, into: Path, progress: Progress = no_progress
) -> tuple[PinnedFile, ...]:
    """Put the model's files into the empty folder `into`, check them, and return what they are, to be recorded.

    Raises CheckpointError with the first thing that is missing, broken, or of another model.
    """
    if isinstance(given, Commit):
        _fetch_commit(given, into, progress)
    else:
        _check_shape(card, given)
        _copy_folder(given, into, progress)
    _check_shape(card, into)
    _check_tokenizer(into)
    for shard in _shards(into):
        _check_shard(into / shard)
    return tuple(_record_of(path) for path in sorted(into.iterdir()))


def recorded(manifest: Mapping[str, Any]) -> tuple[PinnedFile, ...]:
    """The files that an installed model's manifest records. Raises CheckpointError if it records none of its folder."""
    try:
        rows = manifest["files"]
        files = tuple(PinnedFile(str(row["name"]), int(row["size_bytes"]), str(row["sha256"])) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError("the manifest records no files") from error
    if not files or any(Path(file.name).name != file.name for file in files):
        raise CheckpointError("the manifest records no files of its folder")
    return files


def shape_of(folder: Path) -> Shape:
    """The shape that a checkpoint's config.json gives. Raises CheckpointError if our runtime does not take it."""
    # Imported here: they bring torch, which the list of models can do without.
    from synthesis.language.families import read_config
    from synthesis.language.weights import read_json

    config = read_config(read_json(folder / CONFIG))
    return Shape(config.family, config.num_layers, config.hidden_size)


def size_bytes(folder: Path) -> int:
    """How large a folder's checkpoint is, as far as it is there."""
    names = (*REQUIRED, *OPTIONAL, INDEX, *_shards(folder))
    return sum((folder / name).stat().st_size for name in names if (folder / name).is_file())


def _check_shape(card: ModelCard, folder: Path) -> None:
    found = shape_of(folder)
    if found != card.shape:
        raise CheckpointError(f"{folder} holds {found}, and {card.title} is {card.shape}")


def _copy_folder(source: Path, into: Path, progress: Progress) -> None:
    names = [*REQUIRED, *(name for name in (*OPTIONAL, INDEX) if (source / name).is_file()), *_shards(source)]
    for missing in (name for name in names if not (source / name).is_file()):
        raise CheckpointError(f"{source} holds no {missing}")
    for step, name in enumerate(names):
        progress(step, len(names))
        shutil.copyfile(source / name, into / name)


def _fetch_commit(commit: Commit, into: Path, progress: Progress) -> None:
    def fetch(*names: str) -> None:
        wanted = tuple(Download(PinnedFile(name, 0, ""), "hub") for name in names)
        try:
            downloads.fetch(Route(str(commit), wanted, "", commit.repo, commit.revision), into, progress)
        except CheckpointError as error:
            raise CheckpointError(f"{commit} did not give {names[0]}: {error}") from error

    fetch(*REQUIRED)
    for name in (*OPTIONAL, INDEX):
        with contextlib.suppress(CheckpointError):
            fetch(name)
    fetch(*_shards(into))
    shutil.rmtree(into / ".cache", ignore_errors=True)  # the hub's client keeps its notes there


def _shards(folder: Path) -> list[str]:
    """The names of the files of weights, from the index if there is one."""
    from synthesis.language.weights import read_json

    if not (folder / INDEX).is_file():
        return [SINGLE]
    named = read_json(folder / INDEX).get("weight_map")
    shards = list(named.values()) if isinstance(named, dict) else []
    if not shards or not all(isinstance(name, str) and _SHARD.fullmatch(name) for name in shards):
        raise CheckpointError(f"{folder / INDEX} names no files of weights; only safetensors are read")
    return sorted(set(shards))


def _check_tokenizer(folder: Path) -> None:
    from synthesis.language.tokenizer import Tokenizer

    Tokenizer.from_hub(folder).encode_chat([{"role": "user", "content": "Is it on?"}])


def _check_shard(path: Path) -> None:
    """That the header is one, and the file as long as it says; no tensor is read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            file.keys()
    except (SafetensorError, OSError) as broken:
        raise CheckpointError(f"{path.name} is damaged or no safetensors file: {broken}") from broken


def _record_of(path: Path) -> PinnedFile:
    with path.open("rb") as file:
        return PinnedFile(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
