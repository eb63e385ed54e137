"""Faults that a take can have, each made of a sound take: what the checks have to catch."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from synthesis.audio.resample import VOICE_RATE


def _at_sample(value: float) -> Callable[[Tensor], Tensor]:
    def spoil(take: Tensor) -> Tensor:
        spoiled = take.clone()
        spoiled[len(take) // 2] = value
        return spoiled

    return spoil


def loudest(take: Tensor, first: float, last: float) -> int:
    """The middle of the loudest 40 ms between two shares of a take's length."""
    return _extreme(take, first, last, 1.0)


def quietest(take: Tensor, first: float, last: float) -> int:
    return _extreme(take, first, last, -1.0)


def _extreme(take: Tensor, first: float, last: float, sign: float) -> int:
    frame = VOICE_RATE // 25
    start, stop = int(first * len(take)), max(int(first * len(take)) + frame, int(last * len(take)))
    levels = functional.avg_pool1d(take[start:stop].square().view(1, 1, -1), frame, frame // 4).view(-1)
    return start + int((sign * levels).argmax()) * (frame // 4) + frame // 2


def _faded(take: Tensor) -> Tensor:
    faded = take.clone()
    faded[-240:] *= torch.linspace(1, 0, 240)
    return faded


def _inserted(take: Tensor, at: int, sound: Tensor) -> Tensor:
    return torch.cat([take[:at], sound, take[at:]])


def _noise(count: int, level: float) -> Tensor:
    return level * torch.randn(count, generator=torch.Generator().manual_seed(count))


def _level(take: Tensor) -> float:
    return float(take.square().mean().sqrt())


def _clipped(take: Tensor) -> Tensor:
    return (take * 3 / take.abs().max()).clamp(-1, 1)


def _clipped_softly(take: Tensor) -> Tensor:
    return take.clamp(-0.5 * float(take.abs().max()), 0.5 * float(take.abs().max()))


def _without_end(take: Tensor) -> Tensor:
    return take[: loudest(take, 0.4, 0.8)]


def _without_start(take: Tensor) -> Tensor:
    return take[loudest(take, 0.1, 0.5) :]


def _cut_in_a_pause(take: Tensor) -> Tensor:
    return take[: quietest(take, 0.35, 0.7)]


def _paused(take: Tensor) -> Tensor:
    return _inserted(take, quietest(take, 0.2, 0.8), torch.zeros(round(1.4 * VOICE_RATE)))


def _paused_with_hiss(take: Tensor) -> Tensor:
    hiss = _noise(round(1.6 * VOICE_RATE), 0.003 * _level(take))
    return _inserted(take, quietest(take, 0.2, 0.8), hiss)


def _stuck(take: Tensor) -> Tensor:
    at = loudest(take, 0.2, 0.7)
    return _inserted(take, at, take[max(0, at - 9_007) : at].repeat(4))


def _droning(take: Tensor) -> Tensor:
    at = loudest(take, 0.2, 0.7)
    return _inserted(take, at, take[at : at + 233].repeat(180))


def _bursting(take: Tensor) -> Tensor:
    return _inserted(take, loudest(take, 0.2, 0.8), _noise(VOICE_RATE, _level(take)))


def _hissing(take: Tensor) -> Tensor:
    envelope = functional.avg_pool1d(take.abs().view(1, 1, -1), 481, 1, 240).view(-1)
    return _noise(len(take), 1.0) * envelope


def _stretched(take: Tensor, times: float) -> Tensor:
    return functional.interpolate(take.view(1, 1, -1), size=round(times * len(take)), mode="linear").view(-1)


FAULTS: dict[str, Callable[[Tensor], Tensor]] = {
    "one value that is no number": _at_sample(torch.nan),
    "one infinite value": _at_sample(-torch.inf),
    "nothing at all": lambda take: take[:0],
    "silence": torch.zeros_like,
    "hardly audible": lambda take: 0.01 * take,
    "clipped": _clipped,
    "clipped at half of its peak": _clipped_softly,
    "cut off within a sound": _without_end,
    "cut off within a sound, and faded": lambda take: _faded(_without_end(take)),
    "cut off in a pause": _cut_in_a_pause,
    "begun within a sound": _without_start,
    "a pause of 1.4 s": _paused,
    "a pause of 1.6 s with hiss": _paused_with_hiss,
    "stuck on a syllable": _stuck,
    "droning": _droning,
    "said twice": lambda take: torch.cat([take, take]),
    "running on": lambda take: torch.cat([take, take.flip(0)[: 2 * VOICE_RATE]]),
    "a burst of noise": _bursting,
    "noise alone": _hissing,
    "off centre": lambda take: take + 0.3 * _level(take),
    "three times as slow": lambda take: _stretched(take, 3.0),
    "three times as fast": lambda take: _stretched(take, 1 / 3),
}
"""Fault in words -> a sound take (S,) at 24 kHz, 0.6 s at least, to one that has it."""
