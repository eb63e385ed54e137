"""How long a turn takes to say: the one place where the hosts' speaking rate is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from synthesis.types import Turn

WORDS_PER_MINUTE = 165.0
TURN_GAP_S = 0.35
STORY_GAP_S = 0.6
_NUMBER = re.compile(r"[$£€]?\d[\d,.]*%?")


def seconds(turns: Iterable[Turn]) -> float:
    """The spoken length of `turns`, gaps between them included."""
    total = 0.0
    for turn in turns:
        total += spoken_words(turn.text) * 60 / WORDS_PER_MINUTE + TURN_GAP_S
        total += STORY_GAP_S if turn.kind == "link" else 0.0
    return total


def spoken_words(text: str) -> float:
    """Words as they are heard: "$3.2 million" is more than the eye counts."""
    numbers = _NUMBER.findall(text)
    written = len(re.findall(r"[\w$£€][\w.,'’%$£€-]*", text))
    return written + sum(_extra(number) for number in numbers)


def _extra(number: str) -> float:
    digits = re.sub(r"\D", "", number)
    return min(5.0, 0.8 * (len(digits) - 1)) + sum(number.count(sign) for sign in "$£€%.")
