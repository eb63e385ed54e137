"""Takes into one programme: levelled, trimmed, placed, and joined sample by sample with pauses that fit the turn."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.audio.loudness import SILENCE_LUFS, integrated_loudness
from synthesis.audio.resample import EPISODE_RATE, VOICE_RATE, resample
from synthesis.types import TurnKind

# Seconds of silence before a turn or a piece, each varied by up to a tenth.
ANSWER_GAP_S = 0.25
TURN_GAP_S = 0.40
STORY_GAP_S = 1.10
SENTENCE_GAP_S = 0.26
CLAUSE_GAP_S = 0.14
LEAD_IN_S, LEAD_OUT_S = 0.30, 0.80
_VARIATION = 0.10
_FADE_S = 0.008
_QUIET = 10 ** (-46 / 20)
_KEPT_LEAD_S, _KEPT_TAIL_S = 0.02, 0.06
_REFERENCE_LUFS = -23.0
_SPREAD = 0.15  # how far a host stands from the middle, of the way to one side


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One turn's pieces: waveforms (S,) at 24 kHz, and for each whether it ends a sentence. `key` varies the gaps."""

    host: str
    kind: TurnKind
    story: str | None
    key: str
    pieces: tuple[Tensor, ...]
    ends_sentence: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """waveform: (C, S) float32 at 44.1 kHz, not yet mastered; spans: (start_s, end_s) of each turn in it."""

    waveform: Tensor
    spans: tuple[tuple[float, float], ...]


def mix(turns: Sequence[SpokenTurn], *, channels: int = 2) -> Mix:
    """All turns in order. Hosts are brought to one loudness first; in stereo each stands a little to a side."""
    hosts = list(dict.fromkeys(turn.host for turn in turns))
    gains = {host: _level([p for turn in turns if turn.host == host for p in turn.pieces]) for host in hosts}
    parts, spans, length = [torch.zeros(channels, round(LEAD_IN_S * EPISODE_RATE))], [], round(LEAD_IN_S * EPISODE_RATE)
    for i, turn in enumerate(turns):
        if i:
            gap = torch.zeros(channels, _samples(gap_before(turn, turns[i - 1])))
            parts.append(gap)
            length += gap.shape[-1]
        spoken = _place(_join(turn) * gains[turn.host], hosts.index(turn.host), channels)
        parts.append(spoken)
        spans.append((length / EPISODE_RATE, (length + spoken.shape[-1]) / EPISODE_RATE))
        length += spoken.shape[-1]
    parts.append(torch.zeros(channels, round(LEAD_OUT_S * EPISODE_RATE)))
    return Mix(torch.cat(parts, dim=-1), tuple(spans))


def gap_before(turn: SpokenTurn, previous: SpokenTurn) -> float:
    """Seconds of silence between two turns: answers come quickly, a new story is given room."""
    moves_on = turn.kind in ("link", "closing") and turn.kind != previous.kind
    if moves_on or (turn.story != previous.story and previous.kind != "link"):
        gap = STORY_GAP_S
    elif previous.kind == "question" and turn.host != previous.host:
        gap = ANSWER_GAP_S
    else:
        gap = TURN_GAP_S
    return _varied(gap, f"{previous.key}>{turn.key}")


def trim(waveform: Tensor) -> Tensor:
    """A take (S,) without the silence around it, but for a breath, faded in and out so that no cut clicks."""
    loud = (waveform.abs() > _QUIET).nonzero().view(-1)
    if not len(loud):
        return waveform[:0]
    start = max(0, int(loud[0]) - round(_KEPT_LEAD_S * VOICE_RATE))
    stop = min(len(waveform), int(loud[-1]) + 1 + round(_KEPT_TAIL_S * VOICE_RATE))
    return _faded(waveform[start:stop])


def join(pieces: Sequence[Tensor], ends_sentence: Sequence[bool], key: str) -> Tensor:
    """One turn's pieces (S,) at 24 kHz with the pauses between sentences and clauses, still at 24 kHz."""
    parts: list[Tensor] = []
    for i, piece in enumerate(pieces):
        if i:
            gap = SENTENCE_GAP_S if ends_sentence[i - 1] else CLAUSE_GAP_S
            parts.append(torch.zeros(round(_varied(gap, f"{key}/{i}") * VOICE_RATE)))
        parts.append(trim(piece))
    return torch.cat(parts) if parts else torch.zeros(0)


def _join(turn: SpokenTurn) -> Tensor:
    return resample(join(turn.pieces, turn.ends_sentence, turn.key), VOICE_RATE, EPISODE_RATE)


def _varied(gap_s: float, key: str) -> float:
    """The gap, longer or shorter by up to a tenth; the same for the same key on every machine."""
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return gap_s * (1 + _VARIATION * (2 * draw - 1))


def _samples(seconds: float) -> int:
    return round(seconds * EPISODE_RATE)


def _level(pieces: Sequence[Tensor]) -> float:
    """The gain that brings a host's takes together to the reference loudness; 1 for a host who is not heard."""
    loudness = integrated_loudness(torch.cat([trim(p) for p in pieces]), VOICE_RATE) if pieces else SILENCE_LUFS
    return 10 ** ((_REFERENCE_LUFS - loudness) / 20) if loudness > SILENCE_LUFS else 1.0


def _place(waveform: Tensor, position: int, channels: int) -> Tensor:
    """(S,) -> (C, S). In stereo the first host stands left and the second right of the middle, at constant power."""
    if channels == 1:
        return waveform.unsqueeze(0)
    pan = (-_SPREAD, _SPREAD)[position] if position < 2 else 0.0
    angle = (1 + pan) * math.pi / 4
    return torch.stack([waveform * math.cos(angle), waveform * math.sin(angle)])


def _faded(waveform: Tensor) -> Tensor:
    length = min(round(_FADE_S * VOICE_RATE), len(waveform) // 2)
    if not length:
        return waveform
    ramp = torch.sin(torch.linspace(0, math.pi / 2, length)).square()
    faded = waveform.clone()
    faded[:length] *= ramp
    faded[-length:] *= ramp.flip(0)
    return faded
