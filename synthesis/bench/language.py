"""How fast the writer is here: the embedded model on the CPU beside `transformers`, and, on a GPU, the larger shapes.

Both runtimes have the same de-quantised weights, the package in float32 and ours as it is shipped, in 16 bits, and
continue the same prompts, in turns, so that a load on the machine hits both alike; figures are medians over the
rounds. `bandwidth_share` is what a step must read, all weights and the cache once, over what this machine reads in
the same time at best, measured in the same run. The grammar figures are of invented stories under their own grammars;
`same_texts` counts those that are alike at once and one by one. `peak_memory_bytes`, libraries and all, are those up
to each batch, before the stories, whose preparation brings a tagger. `shapes`: random weights on a GPU; see
`language_shapes`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from statistics import median
from typing import Any

import torch

from synthesis import checkpoint
from synthesis.bench import BadOption, machine
from synthesis.bench.language_runners import OURS, PEER, Prompts, Runner, Telling, Timing
from synthesis.bench.packages import PeerAbsent
from synthesis.device import cores, prepare_cpu

PROMPT_TOKENS = 64
NEW_TOKENS = {1: 33, 8: 25, 32: 17}
"""By batch: tokens that each text is continued by."""
ROUNDS = 3
FACTS = 2  # of a story


def measure(stories: int = 10) -> dict[str, Any]:
    """The embedded model's speeds, and those of `stories` stories at once and one after another; a GPU's shapes."""
    if not 1 <= stories <= 64:
        raise BadOption(f"{stories} stories: 1 at least, and 64 at most")
    prepare_cpu()
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        runners = _loaded(absent, stack)
        rounds: dict[int, list[dict[str, Timing]]] = {}
        memory: dict[str, dict[str, int]] = {}
        for batch, new_tokens in NEW_TOKENS.items():
            rounds[batch] = _rounds(runners, absent, batch, new_tokens)
            memory[str(batch)] = {name: runner.peak_memory_bytes() for name, runner in runners.items()}
        ours = runners[OURS]
        _tell_desk("the memory's bandwidth")
        sizes, bytes_a_second = ours.sizes(), ours.bytes_a_second()
        _tell_desk(f"{stories} stories at once, then one after another")
        told = {rows: ours.tell(stories, FACTS, rows) for rows in dict.fromkeys((stories, 1))}
    return {
        "ratio_to_transformers": {str(batch): _ratio(of) for batch, of in rounds.items()},
        "decode": {str(batch): _speeds(of, "decode") for batch, of in rounds.items()},
        "prefill": {str(batch): _speeds(of, "prefill") for batch, of in rounds.items()},
        "bandwidth_share": {str(batch): _share(of, batch, sizes, bytes_a_second) for batch, of in rounds.items()},
        "bytes_a_second": round(bytes_a_second),
        "peak_memory_bytes": memory,
        "stories": _stories(told, stories),
        "grammar": _grammar(told[stories]),
        "absent": absent,
        **_shapes(absent),
        **machine(torch.device("cpu")),
    }


def _loaded(absent: dict[str, str], stack: ExitStack) -> dict[str, Runner]:
    runners: dict[str, Runner] = {}
    for name in (OURS, PEER):
        _tell_desk(f"loading {name}")
        try:
            runners[name] = Runner(name, checkpoint.models_dir())
        except PeerAbsent as error:
            if name == OURS:
                raise
            absent[name] = str(error)
            continue
        stack.callback(runners[name].close)
    return runners


def _rounds(runners: dict[str, Runner], absent: dict[str, str], batch: int, new_tokens: int) -> list[dict[str, Timing]]:
    """Every runner in turn, after an unmeasured round. A peer that fails is out, and is named."""
    rounds = []
    for number in range(ROUNDS + 1):
        _tell_desk(f"batch {batch}: " + (f"round {number} of {ROUNDS}" if number else "warming up"))
        timings = {}
        for name in list(runners):
            try:
                timings[name] = runners[name].time(*((_prompts(batch), new_tokens) if number else (_prompts(1), 2)))
            except PeerAbsent as error:
                if name == OURS:
                    raise
                absent[name] = str(error)
                del runners[name]
        rounds.append(timings)
    return rounds[1:]


def _prompts(batch: int) -> Prompts:
    """Tokens that mean nothing, from another one on in each row: no beginning is shared."""
    return [[1000 + 7 * row + place for place in range(PROMPT_TOKENS)] for row in range(batch)]


def _speeds(rounds: list[dict[str, Timing]], phase: str) -> dict[str, float]:
    """Tokens a second of each runner that finished every round."""
    names = [name for name in rounds[0] if all(name in timings for timings in rounds)]
    return {name: round(median(getattr(timings[name], phase) for timings in rounds), 1) for name in names}


def _ratio(rounds: list[dict[str, Timing]]) -> float | None:
    speeds = _speeds(rounds, "decode")
    return round(speeds[OURS] / speeds[PEER], 3) if PEER in speeds else None


def _share(rounds: list[dict[str, Timing]], batch: int, sizes: dict[str, int], bytes_a_second: float) -> float:
    read = sizes["weights"] + batch * (PROMPT_TOKENS + NEW_TOKENS[batch] / 2) * sizes["cached"]
    return round(_speeds(rounds, "decode")[OURS] / batch * read / bytes_a_second, 3)


def _stories(told: dict[int, Telling], stories: int) -> dict[str, Any]:
    at_once, one_by_one = told[stories], told[1]
    return {
        "count": stories,
        "at_once_s": round(at_once.seconds, 2),
        "one_by_one_s": round(one_by_one.seconds, 2),
        "ratio": round(at_once.seconds / one_by_one.seconds, 3),
        "same_texts": sum(one == other for one, other in zip(at_once.texts, one_by_one.texts, strict=True)),
        "first_token_s": round(at_once.first_token_s, 3),
        "tokens_a_second": round(at_once.written / at_once.seconds, 1),
    }


def _grammar(told: Telling) -> dict[str, Any]:
    return {
        "written": told.written,
        "skipped": told.forced,
        "share_skipped": round(told.forced / told.written, 3),
        "passes": told.passes,
    }


def _shapes(absent: dict[str, str]) -> dict[str, Any]:
    """The large models' shapes, where there is a GPU."""
    if not torch.cuda.is_available():
        absent["shapes"] = f"there is no GPU; {cores()} cores are too few for 7 and 30 billion weights"
        return {}
    from synthesis.bench import language_shapes

    return {"shapes": language_shapes.measure(torch.device("cuda"))}


def _tell_desk(what: str) -> None:
    sys.stderr.write(f"{what}\n")
