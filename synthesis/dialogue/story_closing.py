"""Bring a story's turns to an end within their token budget, and each text to an end before it is too long."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from synthesis.dialogue.grammar import MOST_LETTERS, MOST_TURNS

# Tokens that end a text from anywhere in it: the longest name or figure, a byte each, a word beside it, and `."}]`.
TO_END_A_TEXT = 48
TO_SAY_SOMETHING = 30  # tokens of text that a turn is given room for before it is begun
# Room for a name, a figure or a quoted run that is under way is left below `grammar`'s limits.
MOST_WORDS = {"fact": 38, "question": 15, "reaction": 12}
LONG_LETTERS = MOST_LETTERS - 130  # the longest name has 128
_TURN = re.compile(r'"host":("(?:[^"\\]|\\.)*"),"kind":"(\w+)"')
_STOP = re.compile(r"[.!?]+\s")  # as `grammar` counts sentences, by which "Dr. " ends one
_FACT = '{"cites":["'


@dataclass(frozen=True, slots=True)
class StoryClosing:
    """What must be written next, so that an array of turns is whole in time. Asked by a `GrammarConstraint`.

    opening_tokens: what a turn costs at most up to where its text begins.
    """

    lead: str
    other: str
    opening_tokens: int

    def __call__(self, written: str, left: int) -> Sequence[str]:
        """The texts to be tried, best first; the grammar takes those that fit where the text stands."""
        so_far = _SoFar.of(written)
        if so_far.text is not None:
            is_late = left <= TO_END_A_TEXT + so_far.turns_needed * self._turn
            is_long = _is_long(so_far.text, MOST_WORDS[so_far.kind])
            return self._end_of_text(so_far, is_late) if is_late or is_long else []
        # A question brings its answer with it, and the lead may go on where the other host is needed still.
        coming = max(2, so_far.turns_needed + 1)
        is_late = left <= coming * self._turn + TO_SAY_SOMETHING or so_far.turns > MOST_TURNS - 4
        return self._next_turn(so_far, written) if is_late else []

    @property
    def fewest_tokens(self) -> int:
        """The smallest budget that is sure to hold a whole story: two facts of a few words."""
        return 2 * self._turn

    @property
    def _turn(self) -> int:
        return self.opening_tokens + TO_END_A_TEXT

    def _end_of_text(self, so_far: _SoFar, is_late: bool) -> list[str]:
        end = ("?" if so_far.kind == "question" else ".") + '"}'
        if is_late:
            end += "," if so_far.turns_needed else "]"
        return [end, '\\"' + end]

    def _next_turn(self, so_far: _SoFar, written: str) -> list[str]:
        """The end, or a fact by the host who has yet to be heard."""
        if written.endswith("}"):
            return [] if so_far.turns_needed else ["]"]
        unheard = next((host for host in (self.other, self.lead) if _quoted(host) not in so_far.hosts), None)
        wanted = [_FACT] if unheard is None else [_FACT, f'],"host":{_quoted(unheard)},']
        rests = (_rest(written, text) for text in wanted)
        return [rest for rest in rests if rest]


@dataclass(frozen=True, slots=True)
class TurnClosing:
    """As `StoryClosing`, for a single fact's text that is written again: `{"text":"..."}`."""

    def __call__(self, written: str, left: int) -> Sequence[str]:
        text = written.partition('"text":"')[2]
        is_long = _is_long(text, MOST_WORDS["fact"])
        return ['."}', '\\"."}'] if text and (is_long or left <= TO_END_A_TEXT) else []


@dataclass(frozen=True, slots=True)
class _SoFar:
    """Where an array of turns stands: `text` is that of the turn under way, None outside of one."""

    hosts: frozenset[str]
    kinds: tuple[str, ...]
    text: str | None

    @classmethod
    def of(cls, written: str) -> _SoFar:
        turns = _TURN.findall(written)
        _, opened, text = written.rpartition('"text":"')
        is_open = bool(opened) and '"' not in text.replace('\\"', "")
        return cls(frozenset(host for host, _ in turns), tuple(kind for _, kind in turns), text if is_open else None)

    @property
    def turns(self) -> int:
        return len(self.kinds)

    @property
    def kind(self) -> str:
        return self.kinds[-1]

    @property
    def turns_needed(self) -> int:
        """How many turns must follow the last one begun: two facts in all, both hosts, an answer to a question."""
        is_asked = bool(self.kinds) and self.kind == "question"
        return max(2 - self.kinds.count("fact"), int(len(self.hosts) < 2), int(is_asked))


def _is_long(text: str, most_words: int) -> bool:
    return len(text.split()) >= most_words or len(text) >= LONG_LETTERS or len(_STOP.findall(text)) >= 2


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _rest(written: str, wanted: str) -> str:
    """What is missing of `wanted`, of which `written` may end with a beginning."""
    return next(wanted[size:] for size in range(len(wanted), -1, -1) if written.endswith(wanted[:size]))
