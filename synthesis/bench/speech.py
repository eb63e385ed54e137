"""How fast the voice is here, beside its peers: a short turn, a long turn, and an episode of two hosts.

All renderers get the same phonemes and voices, in turns, so that a load on the machine hits all alike. A renderer's
`times_real_time` is seconds of speech a second of its time; the speech is counted as our durations have it, before
anything is trimmed, for every renderer alike. On a CPU the episode is spoken in five parts, each by all; on a GPU,
where it takes a moment, five times as a whole. The figures are medians over the five.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from synthesis import checkpoint
from synthesis.bench import BadOption, machine
from synthesis.bench.packages import PeerAbsent
from synthesis.bench.renderers import OURS, PEERS, Piece, Renderer, Run
from synthesis.bench.roundtrip import news
from synthesis.device import compute_device, prepare_cpu
from synthesis.text.frontend import Frontend

HOSTS = ("af_heart", "am_michael")
SHORT = "The harbour council voted on Tuesday to build a new wall."
LONG = (
    "The work will take two years, the council said, and the town will pay a third of it; storms broke through the "
    "wall twice last winter, and flooded the lower town."
)
TURN_SIZES = (2, 1, 3, 1, 2, 1)  # sentences in a turn, over and over
ROUNDS = 5
SYMBOLS_A_MINUTE = 900
GFLOP_AN_AUDIO_SECOND = 55.0
"""Counted over the whole model, its convolutions done directly; 87 % is in the generator's residual blocks. On a CPU,
where they are done with fewer products, a share of the roofline above 1 is possible."""
ELEMENTS_AN_AUDIO_SECOND = 56.5e6
"""What fully fused passes read and write, 2 bytes each on a GPU."""


def measure(minutes: float = 10.0) -> dict[str, Any]:
    """Speak short and long turns alone, then an episode of `minutes`, by ours and by each peer that runs here."""
    if not 0 < minutes <= 60:
        raise BadOption(f"an episode of {minutes} minutes: 60 at most, and more than none")
    prepare_cpu()
    models_dir, device = checkpoint.models_dir(), compute_device()
    checkpoint.find("voice", models_dir)
    turns = episode(minutes)
    with ExitStack() as stack:
        renderers, absent = _loaded(models_dir, stack)
        alone = {"3 s": _rounds(renderers, absent, [_pieces([SHORT])] * ROUNDS, "a short turn")}
        alone["10 s"] = _rounds(renderers, absent, [_pieces([LONG])] * ROUNDS, "a long turn")
        # Measured before the episode, while all processes are at rest.
        peaks = renderers[OURS].peaks()
        rounds = _rounds(renderers, absent, _parts(turns, device.type == "cuda"), "the episode")
        memory = {name: renderer.peak_memory_bytes() for name, renderer in renderers.items()}
    speeds = _speeds(rounds)
    floor = _floor(peaks)
    return {
        "times_real_time": speeds[OURS],
        "ratio_to_best_peer": _ratio(speeds),
        "peers": {name: speeds[name] for name in PEERS if name in speeds},
        "absent": absent,
        "batch_1": {turn: _alone(of) for turn, of in alone.items()},
        "roofline_share": round(speeds[OURS] / floor, 3),
        "roofline": {"times_real_time": round(floor, 1), **{name: round(peak) for name, peak in peaks.items()}},
        "peak_memory_bytes": memory[OURS]["main"],
        "memory": memory,
        "episode": {"minutes": minutes, "turns": len(turns), "rounds": [_round(of) for of in rounds]},
        **machine(device),
    }


def episode(minutes: float) -> list[list[Piece]]:
    """Invented news as turns of two hosts who take turns, about so long: each turn's pieces."""
    texts = [sentence.text for sentence in news()]
    turns: list[list[Piece]] = []
    symbols = taken = 0
    while symbols < minutes * SYMBOLS_A_MINUTE:
        size = TURN_SIZES[len(turns) % len(TURN_SIZES)]
        run = [texts[(taken + i) % len(texts)] for i in range(size)]
        turns.append(_pieces([" ".join(run)], HOSTS[len(turns) % 2]))
        taken += size
        symbols += sum(len(phonemes) for phonemes, _ in turns[-1])
    return turns


def _pieces(texts: Sequence[str], voice: str = HOSTS[0]) -> list[Piece]:
    frontend = Frontend()
    return [(piece.symbols, voice) for text in texts for piece in frontend.read(text, voice)]


def _parts(turns: list[list[Piece]], is_whole: bool) -> list[list[Piece]]:
    """What is spoken in each round: all of it, or a fifth; turns stay whole, and no part is empty."""
    if is_whole:
        return [[piece for turn in turns for piece in turn]] * ROUNDS
    parts = min(ROUNDS, len(turns))
    cuts = [len(turns) * i // parts for i in range(parts + 1)]
    return [[piece for turn in turns[start:end] for piece in turn] for start, end in zip(cuts, cuts[1:], strict=False)]


def _loaded(models_dir: Path, stack: ExitStack) -> tuple[dict[str, Renderer], dict[str, str]]:
    """The renderers that run here, ours first, and why the others do not."""
    renderers, absent = {}, {}
    for name in (OURS, *PEERS):
        _tell(f"loading {name}")
        try:
            renderers[name] = Renderer(name, models_dir)
        except PeerAbsent as error:
            if name == OURS:
                raise
            absent[name] = str(error)
            continue
        stack.callback(renderers[name].close)
    return renderers, absent


def _rounds(
    renderers: dict[str, Renderer], absent: dict[str, str], parts: list[list[Piece]], what: str
) -> list[dict[str, Run]]:
    """Each part spoken by every renderer in turn, after an unmeasured warm-up. A peer that fails is out, and is named.

    The warm-up is a piece, or all of what is spoken again and again: a GPU prepares for the shapes that it meets.
    """
    rounds: list[dict[str, Run]] = []
    warm_up = parts[0] if parts[0] == parts[-1] else parts[0][:1]
    for number, part in enumerate([warm_up, *parts]):
        runs: dict[str, Run] = {}
        _tell(f"{what}: " + (f"round {number} of {len(parts)}" if number else "warming up"))
        for name in list(renderers):
            try:
                runs[name] = renderers[name].speak(part)
            except PeerAbsent as error:
                if name == OURS:
                    raise
                absent[name] = str(error)
                del renderers[name]
        if number:
            rounds.append(runs)
    return rounds


def _speeds(rounds: list[dict[str, Run]]) -> dict[str, float]:
    """Median times real time of each renderer that finished every round, by the length that ours has."""
    names = [name for name in rounds[0] if all(name in runs for runs in rounds)]
    return {
        name: round(median(runs[OURS].audio_s / runs[name].seconds for runs in rounds), _digits(rounds))
        for name in names
    }


def _digits(rounds: list[dict[str, Run]]) -> int:
    return 0 if rounds[0][OURS].audio_s > 100 * rounds[0][OURS].seconds else 2


def _ratio(speeds: dict[str, float]) -> float | None:
    peers = [speed for name, speed in speeds.items() if name != OURS]
    return round(speeds[OURS] / max(peers), 3) if peers else None


def _alone(rounds: list[dict[str, Run]]) -> dict[str, Any]:
    speeds = _speeds(rounds)
    ours = [runs[OURS] for runs in rounds]
    return {
        "audio_s": round(ours[0].audio_s, 2),
        "seconds": round(median(run.seconds for run in ours), 4),
        "times_real_time": speeds[OURS],
        "ratio_to_best_peer": _ratio(speeds),
        "peers": {name: speed for name, speed in speeds.items() if name != OURS},
    }


def _round(runs: dict[str, Run]) -> dict[str, Any]:
    return {
        "audio_s": round(runs[OURS].audio_s, 2),
        "seconds": {name: round(run.seconds, 3) for name, run in runs.items()},
    }


def _floor(peaks: dict[str, float]) -> float:
    """Times real time if the device did nothing but the model's arithmetic, or its traffic, at its measured best."""
    compute = peaks["flops"] / (GFLOP_AN_AUDIO_SECOND * 1e9)
    return min(compute, peaks["bytes"] / (2 * ELEMENTS_AN_AUDIO_SECOND)) if "bytes" in peaks else compute


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")
