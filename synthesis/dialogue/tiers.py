"""Which model writes on this machine, and why: the writer's tiers, chosen, installed and loaded.

default and small write the dialogue in this process, server on another machine; with embedded the dialogue is built of
the sources' own sentences, and the model only chooses among questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from synthesis import checkpoint, first_use
from synthesis.dialogue.writer import Writer
from synthesis.errors import CheckpointError
from synthesis.first_use import Commit
from synthesis.language.server import ChatServer
from synthesis.machine import Machine
from synthesis.model_cards import EMBEDDED, TIERS, WRITERS, ModelCard
from synthesis.types import Progress, no_progress

if TYPE_CHECKING:
    from synthesis.language.engine import Engine

WORDS = ("auto", "default", "small", "embedded", "server")
SHARES = {16: 1.0, 8: 0.53, 4: 0.28}
"""What weights in so many bits take of their size in 16: with the scales of their groups, and what stays as it is."""
CPU_SHARE = 2.0  # what isn't quantised is held in 32 bits on a CPU
BESIDE_BYTES = 3_000_000_000  # the cache of a batch of stories, the activations, and the voice
STRONG_CORES = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """The writer that was chosen; `because` completes "since". `path` is of a checkpoint that no card describes.

    `tier` is one of the catalogue's, "server", or "folder"; `bits` those of a weight in memory, 16 for as it comes.
    """

    tier: str
    title: str
    because: str
    card: ModelCard | None = None
    path: Path | None = None
    bits: int = 16

    def __str__(self) -> str:
        return f"{self.title} ({self.tier} tier), since {self.because}"


def suited(machine: Machine) -> list[ModelCard]:
    """The writers of the catalogue that the machine can run, the best first; the embedded one always is the last."""
    return [card for card in WRITERS if card is EMBEDDED or bits_for(card, machine)]


def bits_for(card: ModelCard, machine: Machine) -> int:
    """In how many bits a weight the machine holds the model; 0 if it can't, or is too slow for it."""
    if not machine.gpu and (card.tier == "default" or machine.cores < STRONG_CORES):
        return 0
    return _most_bits(card.about_bytes, machine)


def choose(wanted: str, models_dir: Path, machine: Machine, server: ChatServer | None = None) -> Choice:
    """Which model writes now. `wanted` is one of WORDS, or the path of a checkpoint.

    "auto" takes the server if there is one, else the best installed model that the machine can run, else the embedded
    one, which may have to be installed yet. Raises CheckpointError if what is wanted can't be.
    """
    told = f"TANDEM_WRITER is {wanted}"
    if wanted == "server" and server is None:
        raise CheckpointError(f"{told}, and TANDEM_WRITER_URL names none")
    if server is not None and wanted in ("auto", "server"):
        because = told if wanted == "server" else "TANDEM_WRITER_URL names a server"
        return Choice("server", f"{server.model} at {server.host}"[:120], because)
    if wanted in TIERS:
        return _choice(_of_tier(wanted, models_dir), machine, told)
    if wanted != "auto":
        return _of_folder(Path(wanted), machine, told)
    best = next((card for card in suited(machine) if _is_installed(card, models_dir)), EMBEDDED)
    larger = "no larger writer is installed" if suited(machine)[1:] else f"{machine} can run no larger one"
    return _choice(best, machine, larger if best is EMBEDDED else f"it is the best one installed that {machine} holds")


def install(
    wanted: str,
    models_dir: Path,
    machine: Machine,
    *,
    source: Path | None = None,
    commit: Commit | None = None,
    progress: Progress = no_progress,
) -> tuple[Choice, checkpoint.Installed]:
    """Install a writer: of the tier that is wanted, or with "auto" the best that the machine can run and that is had.

    The notes of what was installed say, a sentence each, why a better one was not. Raises CheckpointError with every
    cause if none can be had.
    """
    notes: list[str] = []
    for choice in _candidates(wanted, models_dir, machine, source, commit):
        assert choice.card is not None
        is_had = choice.card.is_pinned or source or commit or _is_installed(choice.card, models_dir)
        if wanted == "auto" and not is_had:
            notes.append(_not_by_itself(choice))
            continue
        named = None if choice.card.is_pinned else commit
        try:
            done = checkpoint.install(choice.card.name, models_dir, source=source, commit=named, progress=progress)
        except CheckpointError as error:
            notes.append(str(error))
            continue
        return choice, replace(done, notes=(*notes, *done.notes))
    raise CheckpointError("; ".join(notes))


def load(choice: Choice, models_dir: Path, server: ChatServer | None = None) -> Writer:
    """The chosen writer, its weights verified and loaded. Raises CheckpointError."""
    name = f"{choice.title}, {choice.tier} tier"
    if choice.tier == "server":
        return Writer(models_dir, server=server, name=name)
    if choice.tier == "embedded":
        from synthesis.language.ranker import Ranker  # brings the runtime, which a server has of its own

        return Writer(models_dir, ranker=Ranker.load(models_dir))
    folder = checkpoint.find(choice.card.name, models_dir) if choice.card else choice.path
    assert folder is not None
    return Writer(models_dir, engine=_engine(folder, choice.bits), name=name)


def _engine(folder: Path, bits: int) -> Engine:
    from synthesis.device import compute_device, language_dtype
    from synthesis.language.engine import Engine
    from synthesis.language.tokenizer import Tokenizer
    from synthesis.language.weights import load_hub_model

    if bits == 16 or not (folder / first_use.CONFIG).is_file():
        return Engine.load(folder)
    device = compute_device()
    model = load_hub_model(folder, device, language_dtype(device), quantise="int8" if bits == 8 else "int4")
    return Engine(model, Tokenizer.from_hub(folder))


def _choice(card: ModelCard, machine: Machine, because: str) -> Choice:
    return Choice(card.tier, card.title, because, card, bits=_bits_that_may_do(card.about_bytes, machine))


def _most_bits(size_bytes: int, machine: Machine) -> int:
    """The most bits a weight in which a checkpoint of `size_bytes` in 16 bits fits, 0 if it doesn't in any."""
    room = (machine.gpu_bytes if machine.gpu else machine.memory_bytes) - BESIDE_BYTES
    shares = SHARES if machine.gpu else SHARES | {16: CPU_SHARE}
    return next((bits for bits, share in shares.items() if size_bytes * share <= room), 0)


def _bits_that_may_do(size_bytes: int, machine: Machine) -> int:
    """As above, but the fewest for a model that is asked for though the machine seems too small."""
    return _most_bits(size_bytes, machine) or min(SHARES)


def _is_installed(card: ModelCard, models_dir: Path) -> bool:
    return checkpoint.status(card.name, models_dir).state == "installed"


def _of_tier(tier: str, models_dir: Path) -> ModelCard:
    """The tier's installed model, else the one that the tier stands for."""
    cards = [card for card in WRITERS if card.tier == tier]
    return next((card for card in cards if _is_installed(card, models_dir)), cards[0])


def _of_folder(path: Path, machine: Machine, told: str) -> Choice:
    if not path.is_dir():
        raise CheckpointError(f"{told}, which is no folder; it must be one of {', '.join(WORDS)}, or a checkpoint's")
    size_bytes = sum(file.stat().st_size for file in path.glob("*.safetensors"))
    return Choice("folder", path.name, told, path=path, bits=_bits_that_may_do(size_bytes, machine))


def _candidates(
    wanted: str, models_dir: Path, machine: Machine, source: Path | None, commit: Commit | None
) -> Sequence[Choice]:
    """What to try to install, in order."""
    if wanted in TIERS:
        return [_choice(_of_tier(wanted, models_dir), machine, f"TANDEM_WRITER is {wanted}")]
    if source is not None:
        is_checkpoint = (source / first_use.CONFIG).is_file()
        return [_choice(_like(source) if is_checkpoint else EMBEDDED, machine, f"{source} was named for it")]
    cards = suited(machine)
    if commit is not None:
        cards = [card for card in WRITERS if card.repo == commit.repo or card is EMBEDDED]
    larger = [_choice(card, machine, f"{machine} holds it") for card in cards if card is not EMBEDDED]
    last = "no larger one could be had" if larger else f"{machine} can run no larger one"
    return [*larger, _choice(EMBEDDED, machine, last)]


def _like(source: Path) -> ModelCard:
    shape = first_use.shape_of(source)
    if card := next((card for card in WRITERS if card.shape == shape), None):
        return card
    raise CheckpointError(f"{source} holds {shape}, which is no model of the catalogue; TANDEM_WRITER may name it")


def _not_by_itself(choice: Choice) -> str:
    assert choice.card is not None
    return (
        f"{choice.title} would do, since {choice.because}; its files are not pinned, so it is installed only from what "
        f"you name: models install {choice.card.name} --source FOLDER, or --revision COMMIT"
    )
