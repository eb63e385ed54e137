"""How long a script takes to say: the one place where the hosts' speaking rate is kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from synthesis.audio.mix import ANSWER_GAP_S, SENTENCE_GAP_S, STORY_GAP_S, TURN_GAP_S
from synthesis.text.normalize import normalize, words
from synthesis.types import Turn

# Measured over twelve turns of news, six by each of af_heart and am_michael: 15.7 and 15.0, names and figures
# spelt out.
LETTERS_PER_SECOND = 15.4


def seconds(turns: Sequence[Turn]) -> float:
    """The spoken length of `turns` in a row, with the gaps that the mix puts between them."""
    total = 0.0
    for place, turn in enumerate(turns):
        total += _letters(turn.text) / LETTERS_PER_SECOND
        if place:
            total += _gap(turns[place - 1], turn)
    return total


def _gap(before: Turn, turn: Turn) -> float:
    if turn.story != before.story and before.kind != "link":
        return STORY_GAP_S
    return ANSWER_GAP_S if before.kind == "question" else TURN_GAP_S


@lru_cache(maxsize=4096)
def _letters(text: str) -> float:
    """Letters and spaces as they are heard ("$3.2 million" is 35), and what the pauses between sentences cost."""
    sentences = sum(text.count(f"{mark} ") for mark in ".!?")
    return len(words(normalize(text))) + sentences * SENTENCE_GAP_S * LETTERS_PER_SECOND / 2
