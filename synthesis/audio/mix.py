"""Takes into one programme: levelled, trimmed, and placed to the sample, with pauses that fit the turn."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.audio.loudness import SILENCE_LUFS, integrated_loudness
from synthesis.audio.music import BED_LEAD_S, BED_TAIL_S, Music, Span, bed_under, levelled
from synthesis.audio.resample import EPISODE_RATE, VOICE_RATE, resample
from synthesis.types import TurnKind

# Seconds of silence before a turn or a piece, each varied by up to a tenth.
ANSWER_GAP_S = 0.25
TURN_GAP_S = 0.40
STORY_GAP_S = 1.10
SENTENCE_GAP_S = 0.26
CLAUSE_GAP_S = 0.14
LEAD_IN_S, LEAD_OUT_S = 0.30, 0.80
STING_GAP_S = 0.45  # to each side of a sting
LONGEST_OVERLAP_S = 0.8
_VARIATION = 0.10
_FADE_S = 0.008
_QUIET_DB = 40.0  # below a take's peak
_KEPT_LEAD_S, _KEPT_TAIL_S = 0.02, 0.06
REFERENCE_LUFS = -23.0
_STRAY_LU = 2.0  # how far a turn may lie from its host's mean
_LEVELLED_S = 0.8  # shorter turns say too little of their loudness
_SPREAD = 0.15  # how far a host stands from the middle, of the way to one side


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One turn's pieces: waveforms (S,) at 24 kHz, and for each whether it ends a sentence. `key` varies the gaps.

    `overlap_s`: how long before the end of the turn before it this one begins, if that is another host's.
    """

    host: str
    kind: TurnKind
    story: str | None
    key: str
    pieces: tuple[Tensor, ...]
    ends_sentence: tuple[bool, ...]
    overlap_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Mix:
    """waveform: (C, S) float32 at 44.1 kHz, not yet mastered; spans: (start_s, end_s) of each turn in it."""

    waveform: Tensor
    spans: tuple[tuple[float, float], ...]


def mix(turns: Sequence[SpokenTurn], *, channels: int = 2, music: Music | None = None) -> Mix:
    """All turns in order. Hosts are brought to one loudness first; in stereo each stands a little to a side."""
    music = music or Music()
    hosts = list(dict.fromkeys(turn.host for turn in turns))
    spoken = _levelled(turns, [join(turn.pieces, turn.ends_sentence, turn.key) for turn in turns])
    placed = [
        _place(resample(waveform, VOICE_RATE, EPISODE_RATE), hosts.index(turn.host), channels)
        for turn, waveform in zip(turns, spoken, strict=True)
    ]
    spans, stings, length = _positions(turns, [waveform.shape[-1] for waveform in placed], music)
    whole = torch.zeros(channels, length)
    for (start, stop), waveform in zip(spans, placed, strict=True):
        whole[:, start:stop] += waveform
    if music.sting is not None:
        for start, stop in stings:
            whole[:, start:stop] += levelled(music.sting, REFERENCE_LUFS)
    if music.bed is not None:
        for speech, room in _framing(turns, spans, stings, length):
            bed_under(whole, music.bed, speech, room, REFERENCE_LUFS)
    return Mix(whole, tuple((start / EPISODE_RATE, stop / EPISODE_RATE) for start, stop in spans))


def gap_before(turn: SpokenTurn, previous: SpokenTurn) -> float:
    """Seconds of silence between two turns: answers come quickly, a new story is given room."""
    if is_new_story(turn, previous):
        gap = STORY_GAP_S
    elif previous.kind == "question" and turn.host != previous.host:
        gap = ANSWER_GAP_S
    else:
        gap = TURN_GAP_S
    return _varied(gap, f"{previous.key}>{turn.key}")


def is_new_story(turn: SpokenTurn, previous: SpokenTurn) -> bool:
    moves_on = turn.kind in ("link", "closing") and turn.kind != previous.kind
    return moves_on or (turn.story != previous.story and previous.kind != "link")


def trim(waveform: Tensor) -> Tensor:
    """A take (S,) without the silence around it, but for a breath, faded in and out so that no cut clicks."""
    level = waveform.abs()
    loud = (level > level.max() * 10 ** (-_QUIET_DB / 20)).nonzero().view(-1) if len(waveform) else level
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


def _varied(gap_s: float, key: str) -> float:
    """The gap, longer or shorter by up to a tenth; the same for the same key on every machine."""
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return gap_s * (1 + _VARIATION * (2 * draw - 1))


def _samples(seconds: float) -> int:
    return round(seconds * EPISODE_RATE)


def _levelled(turns: Sequence[SpokenTurn], spoken: Sequence[Tensor]) -> list[Tensor]:
    """Each host at the reference loudness as a whole, after a turn that strays from it was brought closer.

    One gain a turn: nothing moves within a turn, so nothing pumps.
    """
    levelled = list(spoken)
    for host in dict.fromkeys(turn.host for turn in turns):
        own = [i for i, turn in enumerate(turns) if turn.host == host]
        mean = _loudness([spoken[i] for i in own])
        for i in own:
            if len(spoken[i]) >= _LEVELLED_S * VOICE_RATE:
                stray = _loudness([spoken[i]]) - mean
                levelled[i] = spoken[i] * _gain(max(-_STRAY_LU, min(_STRAY_LU, stray)) - stray)
        gain = _gain(REFERENCE_LUFS - _loudness([levelled[i] for i in own]))
        for i in own:
            levelled[i] = levelled[i] * gain
    return levelled


def _loudness(waveforms: Sequence[Tensor]) -> float:
    """LUFS of waveforms (S,) at 24 kHz one after the other; the reference for what is too short or soft to have any."""
    loudness = integrated_loudness(torch.cat(list(waveforms)), VOICE_RATE)
    return loudness if loudness > SILENCE_LUFS else REFERENCE_LUFS


def _gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _positions(turns: Sequence[SpokenTurn], lengths: Sequence[int], music: Music) -> tuple[list[Span], list[Span], int]:
    """Where each turn sounds, where the sting does, and the length of it all, in samples."""
    spans: list[Span] = []
    stings: list[Span] = []
    at = 0  # where all that was placed has ended
    for i, turn in enumerate(turns):
        previous = turns[i - 1] if i else None
        if music.sting is not None and (not previous or music.is_between_stories and is_new_story(turn, previous)):
            start = at + _samples(STING_GAP_S if i else LEAD_IN_S)
            stings.append((start, start + music.sting.shape[-1]))
            start = stings[-1][1] + _samples(STING_GAP_S)
        elif not previous:
            start = _samples(LEAD_IN_S if music.bed is None else BED_LEAD_S)
        elif turn.overlap_s and turn.host != previous.host:
            own = [stop for (_, stop), other in zip(spans, turns, strict=False) if other.host == turn.host]
            start = max([at - _overlap(turn, lengths[i], lengths[i - 1]), *own])
        else:
            start = at + _samples(gap_before(turn, previous))
        spans.append((start, start + lengths[i]))
        at = max(at, spans[-1][1])
    return spans, stings, at + _samples(LEAD_OUT_S if music.bed is None else BED_TAIL_S)


def _overlap(turn: SpokenTurn, own: int, previous: int) -> int:
    """Samples that two turns sound together: what is asked for, within 0.8 s and half of the shorter of them."""
    return min(_samples(turn.overlap_s), _samples(LONGEST_OVERLAP_S), own // 2, previous // 2)


def _framing(
    turns: Sequence[SpokenTurn], spans: Sequence[Span], stings: Sequence[Span], length: int
) -> list[tuple[Span, Span]]:
    """The opening and the closing, each with the room up to what sounds before and after it."""
    opening = next((i for i, turn in enumerate(turns) if turn.kind != "opening"), len(turns))
    closing = next((len(turns) - i for i, turn in enumerate(reversed(turns)) if turn.kind != "closing"), 0)
    stretches = [(0, opening), (closing, len(turns))]
    framing = []
    for first, last in stretches:
        if first == last:
            continue
        speech = (spans[first][0], max(stop for _, stop in spans[first:last]))
        others = [*stings, *spans[:first], *spans[last:]]
        before = [stop for _, stop in others if stop <= speech[0]]
        after = [start for start, _ in others if start >= speech[1]]
        framing.append((speech, (max(before, default=0), min(after, default=length))))
    return framing


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
