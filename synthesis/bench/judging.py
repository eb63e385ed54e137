"""How well the embedded model judges: which question a sentence answers, which of two lines a source supports, and
which lines the verifier doubts; and whether it would judge as well if it were carved into experts.

`ranking`: the right question first, and among the first three, of 16. `checking`: the line that is right is preferred
to one that is wrong in a fact. `verifier`: wrong lines that are doubted, and right ones that are doubted too.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from synthesis import checkpoint
from synthesis.bench import machine
from synthesis.bench.carving import ACTIVE, EXPERTS, carved
from synthesis.bench.judging_cases import ANSWERS, PAIRS, Kind
from synthesis.bench.roundtrip import news
from synthesis.device import prepare_cpu
from synthesis.dialogue.verifier import Verifier
from synthesis.language.engine import Engine
from synthesis.language.ranker import Ranker


def measure() -> dict[str, Any]:
    """The dense model as it is shipped, and the same model carved."""
    prepare_cpu()
    engine = Engine.load(checkpoint.find("embedded", checkpoint.models_dir()), device="cpu")
    ranker = Ranker(engine)
    dense = _judged(ranker)
    verifier = _verified(Verifier(ranker))
    with carved(engine, [sentence.text for sentence in news()]):
        of_carved = _judged(ranker)
    holds = all(of_carved[task]["right"] >= dense[task]["right"] for task in dense)
    return {
        "dense": dense,
        "carved": {**of_carved, "experts": EXPERTS, "active": ACTIVE},
        "carving_holds": holds,
        "verifier": verifier,
        **machine(torch.device("cpu")),
    }


def _judged(ranker: Ranker) -> dict[str, dict[str, Any]]:
    return {"ranking": _ranking(ranker), "checking": _checking(ranker)}


def _ranking(ranker: Ranker) -> dict[str, int]:
    questions = list(ANSWERS)
    scores = ranker.prefer_many([(answer, question) for answer in ANSWERS.values() for question in questions])
    places = []
    for number in range(len(questions)):
        row = scores[number * len(questions) : (number + 1) * len(questions)]
        places.append(sum(score > row[number] for score in row))
    return {"right": places.count(0), "in_first_three": sum(place < 3 for place in places), "of": len(questions)}


def _checking(ranker: Ranker) -> dict[str, Any]:
    scores = iter(ranker.support([(line, pair.source) for pair in PAIRS for line in (pair.right, pair.wrong)]))
    right = Counter(pair.kind for pair in PAIRS if next(scores) > next(scores))
    return {"right": right.total(), "of": len(PAIRS), **{kind: right[kind] for kind in _kinds()}}


def _kinds() -> list[Kind]:
    return list(dict.fromkeys(pair.kind for pair in PAIRS))


def _verified(verifier: Verifier) -> dict[str, Any]:
    doubts = {
        side: verifier.doubts_of_all([(getattr(pair, side), [pair.source]) for pair in PAIRS])
        for side in ("right", "wrong")
    }
    found = Counter(pair.kind for pair, doubted in zip(PAIRS, doubts["wrong"], strict=True) if doubted)
    return {
        "found": found.total(),
        "false": sum(map(bool, doubts["right"])),
        "of": len(PAIRS),
        **{kind: found[kind] for kind in _kinds()},
    }
