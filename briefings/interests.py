"""What a show's listeners care about, as the desk wrote it: a word or a phrase a line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from briefings.models import Show
from briefings.similarity import fold

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def met(show: Show, texts: Iterable[str]) -> list[str]:
    """The show's interests of which the texts speak, in any case and number."""
    pieces = (_folded(piece) for text in texts for piece in re.split(r"[.!?;:\n]", text))
    whole = f" {' | '.join(pieces)} "
    lines = dict.fromkeys(line.strip() for line in show.interests.splitlines())
    return [line for line in lines if (words := _folded(line)) and f" {words} " in whole]


def _folded(text: str) -> str:
    return " ".join(fold(match[0]) for match in _WORD.finditer(text))
