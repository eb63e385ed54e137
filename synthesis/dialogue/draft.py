"""One story on its way from a model to the script: three tries, a failing turn written again, and what is left mended.

A turn that says what its sentences don't is written again by the model, twice at most, with what was found; then it
gives way to the source's own sentence; then it is dropped, with the question before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.dialogue import addresses, appeals, grammar, grounding, prompt, restricted
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.outline import NOWHERE, Scene
from synthesis.dialogue.segment import Prepared, sources
from synthesis.errors import DialogueRejected
from synthesis.types import Edition, Finding, Turn

TRIES, REWRITES, WORDS_PER_FACT, TOKENS_PER_FACT = 3, 2, 26, 110
TOO_MANY = "Too many turns say what the cited sentences do not."
TURN_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1}},
    "required": ["text"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A story to be written, with about `count` facts, by the `lead` and the `other` host, as the `scene` has it."""

    prepared: Prepared
    count: int
    lead: str
    other: str
    scene: Scene = NOWHERE


class Draft:
    """`turns` is empty until a try has gone well; `is_open` says that another try may."""

    def __init__(self, assignment: Assignment, edition: Edition):
        self.of, self.edition = assignment, edition
        self.turns: list[Turn] = []
        self.is_open = True
        self._faults: list[str] = []
        self._asked: list[Turn] = []
        self._articles = {reading.article.id: reading.article for reading in assignment.prepared.readings}
        outlets = [article.outlet for article in self._articles.values()]
        self._allowed = addresses.allowed_of(edition, outlets)

    def seed(self, attempt: int) -> int:
        return self.edition.date.toordinal() * TRIES + attempt

    def messages(self) -> list[dict[str, str]]:
        of = self.of
        words = of.count * WORDS_PER_FACT
        return prompt.messages(of.prepared, of.lead, of.other, words, self._faults[-1:], scene=of.scene)

    def reject(self, reason: str) -> None:
        self._faults.append(reason)
        self._asked = []

    def take(self, answer: str) -> None:
        """A story's turns from a model's answer, or a fault for the next try."""
        of = self.of
        try:
            asked = grammar.parse(answer, of.prepared, of.lead, of.other)
            grammar.check_english(asked)
        except DialogueRejected as rejection:
            return self.reject(str(rejection))
        self._asked = asked
        if len(self.failing()) == sum(turn.kind == "fact" for turn in asked):
            self.reject(TOO_MANY)
        return None

    def failing(self) -> list[int]:
        """The places of the facts that say what their sentences don't."""
        return [n for n, turn in enumerate(self._asked) if turn.kind == "fact" and self._findings(turn)]

    def rewrite_messages(self, place: int) -> list[dict[str, str]]:
        """The chat that asks for one turn again, with what was found in it."""
        turn = self._asked[place]
        before = f"{self._asked[place - 1].host}: {self._asked[place - 1].text}" if place else self.of.scene.before
        reasons = [finding.reason for finding in self._findings(turn)]
        return prompt.rewrite_messages(turn, self.cited(turn), before, reasons)

    def cited(self, place: int | Turn) -> list[str]:
        """What the turn at a place may say."""
        turn = self._asked[place] if isinstance(place, int) else place
        return [text for c in turn.citations for text in sources(self._articles[c.article], [c.sentence], self.edition)]

    def take_rewrite(self, place: int, answer: str) -> None:
        """The turn in its new words, if they may be used; it fails as before if not."""
        try:
            text = grammar.parse_text(answer)
        except DialogueRejected:
            return
        self._asked[place] = replace(self._asked[place], text=text)

    def finish(self) -> None:
        """What was written becomes the story's turns, mended; or there is a fault for the next try."""
        if not self._asked:
            return
        try:
            self.turns = self._mended()
            self.is_open = False
        except DialogueRejected as rejection:
            self.reject(str(rejection))

    def _mended(self) -> list[Turn]:
        """Raises DialogueRejected if more than a third of the facts had to go."""
        kept: list[Turn] = []
        lost = 0
        for turn in self._asked:
            if mended := self._mend(turn):
                kept.append(mended)
            elif turn.kind == "fact":
                lost += 1
                if kept and kept[-1].kind == "question":
                    kept.pop()
        facts = sum(turn.kind == "fact" for turn in kept)
        if facts < 2 or lost > facts / 2:
            raise DialogueRejected(TOO_MANY)
        return kept

    def _mend(self, turn: Turn) -> Turn | None:
        if not self._findings(turn):
            return turn
        own = _own_words(turn, self.of.prepared.speakable) if turn.kind == "fact" else None
        return replace(turn, text=own.text, written_by="extractive") if own is not None else None

    def _findings(self, turn: Turn) -> list[Finding]:
        story = self.of.prepared.source_texts()
        known = self.cited(turn) if turn.kind == "fact" else [*story, self.of.lead, self.of.other]
        found = [*grounding.check(turn.text, known, story=story), *addresses.check(turn.text, self._allowed)]
        found += restricted.check(turn.text, self.edition.never_say)
        if appeals.is_appeal(turn.text):
            found.append(Finding("appeal", turn.text, "It speaks to a language model, not to a listener."))
        return found


def write_all(
    drafts: Sequence[Draft],
    ask: Callable[[Sequence[Draft], int], None],
    rewrite: Callable[[Sequence[tuple[Draft, int]], int], None],
) -> list[list[Turn]]:
    """All drafts' turns, [] for one that three tries have not brought to an end.

    `ask(drafts, attempt)` has each draft take an answer, `rewrite([(draft, place)], round)` each turn another text.
    """
    for attempt in range(TRIES):
        left = [draft for draft in drafts if draft.is_open]
        ask(left, attempt)
        for number in range(REWRITES):
            failing = [(draft, place) for draft in left for place in draft.failing()]
            if failing:
                rewrite(failing, number)
        for draft in left:
            draft.finish()
    return [draft.turns for draft in drafts]


def _own_words(turn: Turn, facts: Sequence[Fact]) -> Fact | None:
    """What can be said of one of the cited sentences in the source's words."""
    cited = {(citation.article, citation.sentence) for citation in turn.citations}
    return next((fact for fact in facts if fact.key in cited and not fact.needs_previous), None)
