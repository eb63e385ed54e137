"""Has the voice speak the pieces of a script: every take is checked, and spoken again where it is faulty."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from torch import Tensor

from synthesis.audio import quality
from synthesis.audio.resample import VOICE_RATE
from synthesis.errors import RenderFailed
from synthesis.speech.symbols import VOWELS
from synthesis.speech.trim import FINAL_MARKS
from synthesis.take_store import TakeStore, take_key
from synthesis.types import Phonemes, Progress, TakeCounts, no_progress

RETAKES = 2
FRAME_S = 0.025


class Spoken(Protocol):
    @property
    def waveform(self) -> Tensor: ...
    @property
    def compute_s(self) -> float: ...


@runtime_checkable
class Planned(Spoken, Protocol):
    """A take whose voice also says what it planned: the frames of each symbol with a boundary before and after, and
    where in the waveform the first symbol was to begin."""

    @property
    def durations(self) -> Tensor: ...
    @property
    def start_s(self) -> float: ...


class Voices(Protocol):
    @property
    def names(self) -> Sequence[str]: ...


class Voice(Protocol):
    """What the studio needs of a synthesizer: waveforms (S,) at 24 kHz, in the order asked for."""

    @property
    def voices(self) -> Voices: ...

    def speak(
        self,
        phonemes: Sequence[str],
        voices: Sequence[str],
        *,
        keys: Sequence[str],
        speed: float = 1.0,
        progress: Progress = no_progress,
    ) -> Sequence[Spoken]: ...


@dataclass(slots=True)
class Piece:
    """A stretch of one turn that the voice reads in one go, and what became of it.

    `takes` counts how often it was spoken; `audio_s` is all that was spoken for it, dropped takes included.
    """

    turn: int
    voice: str
    phonemes: Phonemes
    waveform: Tensor = field(default_factory=Tensor)
    compute_s: float = 0.0
    audio_s: float = 0.0
    takes: int = 0
    is_reused: bool = False
    faults: tuple[str, ...] = ()
    error: RenderFailed | None = None


def record(voice: Voice, pieces: Sequence[Piece], store: TakeStore | None, progress: Progress = no_progress) -> None:
    """Give every piece its waveform: from the store if it has a sound take, else spoken.

    What is faulty is spoken again under another key, twice at most; then the take with the fewest faults stays, and
    they are noted. Raises RenderFailed for a piece of which no take can be heard.
    """
    if store:
        for piece in pieces:
            _reuse(piece, store, _device(voice))
    wanted = [piece for piece in pieces if not piece.is_reused]
    reused = len(pieces) - len(wanted)
    for attempt in range(1 + RETAKES):
        if wanted:
            _speak(voice, wanted, attempt, _behind(progress, reused) if not attempt else no_progress)
        wanted = [piece for piece in wanted if piece.faults]
    for piece in wanted:
        if not len(piece.waveform) or quality.FATAL & set(piece.faults):
            reason = piece.error or f"the voice gave {piece.faults[0]} sound for {piece.phonemes.spoken[:60]!r}"
            raise RenderFailed(f"turn {piece.turn + 1}: {reason}") from piece.error
    if store:
        _keep(pieces, store, _device(voice))


def count(pieces: Sequence[Piece]) -> TakeCounts:
    return TakeCounts(
        made=len(pieces),
        reused=sum(piece.is_reused for piece in pieces),
        spoken_again=sum(max(0, piece.takes - 1) for piece in pieces),
        compute_s=round(sum(piece.compute_s for piece in pieces), 3),
        audio_s=round(sum(piece.audio_s for piece in pieces), 3),
    )


def key_of(piece: Piece, attempt: int = 0) -> str:
    """Seeds the voice's noise by what is said and by whom, so that the same script always sounds the same."""
    content = f"{piece.voice}\n{piece.phonemes.symbols}\n{attempt}"
    return hashlib.sha256(content.encode()).hexdigest()


def ends_sentence(phonemes: Phonemes) -> bool:
    return phonemes.symbols.rstrip('”") ')[-1:] in {".", "!", "?", "…"}


def _behind(progress: Progress, reused: int) -> Progress:
    """Counts on from the takes that were there already."""

    def counted(done: int, total: int) -> None:
        progress(reused + done, reused + total)

    return counted


def _reuse(piece: Piece, store: TakeStore, device: str) -> None:
    """What the store has is checked like a new take, by what the checks are today."""
    waveform = store.get(take_key(piece.phonemes.symbols, piece.voice, device=device))
    if waveform is not None and not quality.faults(waveform, piece.phonemes.symbols):
        piece.waveform, piece.is_reused = waveform, True


def _keep(pieces: Sequence[Piece], store: TakeStore, device: str) -> None:
    for piece in pieces:
        if not piece.faults and not piece.is_reused:
            store.put(take_key(piece.phonemes.symbols, piece.voice, device=device), piece.waveform)
    store.make_room()


def _device(voice: Voice) -> str:
    return str(getattr(voice, "device", "cpu")).partition(":")[0]


def _speak(voice: Voice, pieces: Sequence[Piece], attempt: int, progress: Progress) -> None:
    for piece, take in zip(pieces, _takes(voice, pieces, attempt, progress), strict=True):
        piece.takes += 1
        if isinstance(take, RenderFailed):
            piece.error, piece.faults = take, piece.faults or (quality.EMPTY,)
            continue
        waveform = take.waveform.detach().float().cpu()
        faults = quality.faults(waveform, piece.phonemes.symbols, **_plan(take, piece.phonemes.symbols))
        piece.compute_s += take.compute_s
        piece.audio_s += len(waveform) / VOICE_RATE
        if _badness(faults) < _badness(piece.faults) or piece.takes == 1 or not len(piece.waveform):
            piece.waveform, piece.faults = waveform, faults


def _plan(take: Spoken, symbols: str) -> dict[str, float]:
    """Seconds into the waveform at which the last sound was planned to end, and the last vowel to begin.

    Empty from a voice that does not say.
    """
    if not isinstance(take, Planned):
        return {}
    ends = take.start_s + take.durations[1:-1].cumsum(0) * FRAME_S
    spoken = len(symbols.rstrip(FINAL_MARKS))
    vowels = [i for i, symbol in enumerate(symbols) if symbol in VOWELS]
    return {
        "planned_s": float(ends[spoken - 1]) if spoken else take.start_s,
        "last_vowel_s": float(ends[vowels[-1] - 1]) if vowels and vowels[-1] else 0.0,
    }


def _badness(faults: tuple[str, ...]) -> tuple[bool, int]:
    return bool(quality.FATAL & set(faults)), len(faults)


def _takes(voice: Voice, pieces: Sequence[Piece], attempt: int, progress: Progress) -> Sequence[Spoken | RenderFailed]:
    """A take a piece. Where the voice gives up on all of them, each is asked for alone: one may be the cause."""
    try:
        return _asked(voice, pieces, attempt, progress)
    except RenderFailed as error:
        if len(pieces) == 1:
            return [error]
    return [take for piece in pieces for take in _takes(voice, [piece], attempt, no_progress)]


def _asked(voice: Voice, pieces: Sequence[Piece], attempt: int, progress: Progress) -> Sequence[Spoken]:
    return voice.speak(
        [piece.phonemes.symbols for piece in pieces],
        [piece.voice for piece in pieces],
        keys=[key_of(piece, attempt) for piece in pieces],
        progress=progress,
    )
