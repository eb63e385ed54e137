"""How long a script takes to say: the one place where the hosts' speaking rate is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from synthesis.audio.mix import (
    ANSWER_GAP_S,
    CLAUSE_GAP_S,
    LEAD_IN_S,
    LEAD_OUT_S,
    SENTENCE_GAP_S,
    STORY_GAP_S,
    TURN_GAP_S,
)
from synthesis.text.normalize import normalize, words
from synthesis.types import Host, Turn

# A word of six letters, its space counted, as a typist counts: names and figures are spelt out as they are heard.
LETTERS_A_WORD = 6
# Measured on rendered editions of two, five and eight minutes, by voice; another voice is taken for their middle.
VOICES = {"af_heart": 175.0, "am_michael": 157.5}
WORDS_A_MINUTE = 165.0
# What is taken for a host's rate lies within these; anything else is a fault of the recording.
SLOWEST, FASTEST = 90.0, 240.0


def seconds(turns: Sequence[Turn], rates: Mapping[str, float] | None = None) -> float:
    """The length of a recording of `turns`, with the gaps that the mix puts between and around them.

    `rates`: words a minute of each host by name, as `words_a_minute` measures them.
    """
    total = LEAD_IN_S + LEAD_OUT_S
    for place, turn in enumerate(turns):
        rate = (rates or {}).get(turn.host, WORDS_A_MINUTE)
        total += _words(turn.text) / min(FASTEST, max(SLOWEST, rate)) * 60
        if place:
            total += _gap(turns[place - 1], turn)
    return total


def rates_of(hosts: Iterable[Host], measured: Mapping[str, float]) -> dict[str, float]:
    """The words a minute of each host by name: as `measured`, else by the voice."""
    return {host.name: measured.get(host.name) or VOICES.get(host.voice, WORDS_A_MINUTE) for host in hosts}


def words_a_minute(spoken: Iterable[tuple[str, float]]) -> float:
    """The rate of one who said each text in so many seconds; 0.0 for one who said nothing."""
    known = [(_words(text), duration_s) for text, duration_s in spoken if duration_s > 0]
    told_s = sum(duration_s for _, duration_s in known)
    return 60 * sum(count for count, _ in known) / told_s if told_s else 0.0


def _gap(before: Turn, turn: Turn) -> float:
    if turn.story != before.story and before.kind != "link":
        return STORY_GAP_S
    return ANSWER_GAP_S if before.kind == "question" else TURN_GAP_S


@lru_cache(maxsize=4096)
def _words(text: str) -> float:
    """Words as they are heard ("$3.2 million" is six), and what the pauses between sentences and at commas cost."""
    pauses_s = sum(text.count(f"{mark} ") for mark in ".!?") * SENTENCE_GAP_S / 2
    pauses_s += sum(text.count(f"{mark} ") for mark in ",;:") * CLAUSE_GAP_S
    return len(words(normalize(text))) / LETTERS_A_WORD + pauses_s * WORDS_A_MINUTE / 60
