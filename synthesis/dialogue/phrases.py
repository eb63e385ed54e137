"""The hosts' own words: many wordings for each need, none used twice in an edition or again in the next ones."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import zip_longest
from typing import Protocol

from synthesis.dialogue.novelty import four_grams

MOST_RANKED, MOST_OF_A_KIND = 6, 3  # a model reads every pair, and a CPU takes its time
MOST_IN_AN_EDITION = {
    "more": 1,
    "beyond": 1,
    "another_report": 1,
    "background": 1,
    "figures": 1,
    "spoken_of": 1,
    "next_step": 1,
}  # what any story could be asked
MOST_SAYINGS = 2  # of an edition's questions
_SAYING = re.compile(r"(?:and |so )?what (?:does|do|did|has|have) .+ (?:say|said|make|made|have)\b")
BANNED = re.compile(
    r"let's dive in|in other news|stay tuned|only time will tell|buckle up|deep dive|game[- ]changer|without further "
    r"ado|great question|absolutely|\bwow\b|fascinating|folks",
    re.I,
)


class Ranker(Protocol):
    """What chooses a question for an answer: the higher a preference, the better the fit."""

    def prefer(self, answer: str, questions: Sequence[str]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Ask:
    """A kind of question, and the words for its slots."""

    kind: str
    slots: Mapping[str, str]


@cache
def questions() -> dict[str, dict[str, list[str]]]:
    """The wordings of each kind of question, as questions.json has them: plain ones, and lighter ones."""
    text = resources.files("synthesis.dialogue").joinpath("questions.json").read_text(encoding="utf-8")
    return json.loads(text)


@cache
def wordings() -> dict[str, dict[str, list[str]]]:
    """The phrases by section and need, as phrases.json has them."""
    text = resources.files("synthesis.dialogue").joinpath("phrases.json").read_text(encoding="utf-8")
    return json.loads(text)


class Phrasebook:
    """Gives out wordings for one edition. The same seed and the same calls give the same words."""

    def __init__(self, seed: str, *, avoid: Iterable[str] = (), ranker: Ranker | None = None):
        self._random = random.Random(seed)
        self._recent = tuple(avoid)
        self._avoid = {_key(phrase) for phrase in self._recent}
        self._heard = {gram for phrase in self._recent for gram in four_grams(phrase)}
        self._used: set[str] = set()
        self._sayings = 0  # questions asked of the shape "what does X say"
        self._ranker = ranker

    def say(self, section: str, need: str, **slots: str) -> str:
        """A fresh wording with its slots filled: of those, one that shares the fewest runs of words with what the last
        editions said."""
        rows = self._fresh(section, need, slots)
        shared = [sum(gram in self._heard for gram in four_grams(text.replace("|", ". "))) for _, text in rows]
        template, text = self._random.choice(
            [row for row, count in zip(rows, shared, strict=True) if count == min(shared)]
        )
        self._mark(template, text)
        return text

    def ask(self, asks: Sequence[Ask], answer: str, *, plain: bool, heard: Collection[str] = ()) -> str:
        """The question, among fresh wordings of `asks`, that fits `answer` best; by the seed where no model is given.

        `plain` leaves out the lighter wordings; what was asked in `heard` is not asked again in other words.
        """
        rounds = [self._unasked(ask, plain, heard) for ask in asks]
        options = [option for turn in zip_longest(*rounds) for option in turn if option is not None][:MOST_RANKED]
        if not options:
            return ""
        if self._ranker is not None and len(options) > 1:
            scores = self._ranker.prefer(answer, [text for _, text in options])
            options = [option for _, option in sorted(zip(scores, options, strict=True), key=lambda pair: -pair[0])]
        self._mark(*options[0])
        return options[0][1]

    def _unasked(self, ask: Ask, plain: bool, heard: Collection[str]) -> list[tuple[str, str]]:
        """The fresh wordings of a question in an order of the seed's, none if it was asked in `heard`."""
        kept = questions()[ask.kind]
        rows = [
            (template, template.format(**ask.slots).replace(",?", "?")) for template in kept["plain"] + kept["light"]
        ]
        spent = sum(_frame(template) in self._used for template, _ in rows)
        if any(text in heard for _, text in rows) or spent >= MOST_IN_AN_EDITION.get(ask.kind, len(rows)):
            return []
        light = [row for row in rows if row[0] in kept["light"] or "exactly" in row[0]]  # not said beside the dead
        fresh = [row for row in rows if self._is_fresh(*row) and not (plain and row in light)]
        if self._sayings >= MOST_SAYINGS:
            fresh = [row for row in fresh if not _SAYING.match(_key(row[1]))]
        self._random.shuffle(fresh)
        return fresh[:MOST_OF_A_KIND]

    def has(self, section: str, need: str, **slots: str) -> bool:
        return bool(self._fresh(section, need, slots, spent=False))

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _fresh(self, section: str, need: str, slots: Mapping[str, str], *, spent: bool = True) -> list[tuple[str, str]]:
        """Wordings not used yet; where all are, those not used in recent editions, then all (if `spent` allows)."""
        rows = [(template, template.format(**slots)) for template in wordings()[section][need]]
        rows = [
            (template, text[:1].upper() + text[1:].replace("..", ".").replace(".?", "?")) for template, text in rows
        ]
        rows = [row for row in rows if not self._is_worn(row[0])] or rows
        fresh = [row for row in rows if self._is_fresh(*row)]
        if fresh or not spent:
            return fresh
        return [row for row in rows if _key(row[1]) not in self._used] or rows

    def _is_fresh(self, template: str, text: str) -> bool:
        return _frame(template) not in self._used and not {_key(text), _key(template)} & (self._avoid | self._used)

    def _is_worn(self, template: str) -> bool:
        """Whether a recent edition used the wording, with whatever in its slots."""
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template.split("|")[0])), re.I)
        return any(pattern.search(phrase) for phrase in self._recent)

    def _mark(self, template: str, text: str) -> None:
        self._sayings += bool(_SAYING.match(_key(text)))
        self._used |= {template, _frame(template), _key(text)}


def _frame(template: str) -> str:
    """What a listener knows again, whatever stands in the slots, and whether it begins with "and" or "so" or not."""
    plain = re.sub(r"^(?:And|So) ", "", template.replace("{does}", "does").replace("{has}", "has"))
    return _key(plain)


def _key(phrase: str) -> str:
    return " ".join(re.findall(r"\w+", phrase.casefold()))
