"""Let a language model write a story, and take only what the grammar and the sources allow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from synthesis.dialogue import draft
from synthesis.dialogue.draft import TOKENS_PER_FACT, Assignment, Draft
from synthesis.dialogue.segment import Prepared
from synthesis.dialogue.story_closing import TO_END_A_TEXT, StoryClosing, TurnClosing
from synthesis.dialogue.story_grammar import longest_opening, story_grammar, turn_grammar
from synthesis.errors import DialogueRejected, GrammarRejected, PromptTooLong, SynthesisError
from synthesis.types import Edition, Turn

if TYPE_CHECKING:
    from synthesis.language.constraint import Closing
    from synthesis.language.requests import Request
    from synthesis.language.tokenizer import Tokenizer

# A sampled token may spell a citation otherwise than the tokenizer would.
SPARE_OPENING_TOKENS = 12


class Continuation(Protocol):
    """`error`: why the request's grammar gave up, if it did."""

    @property
    def tokens(self) -> Sequence[int]: ...
    @property
    def error(self) -> SynthesisError | None: ...


class Place(Protocol):
    @property
    def number(self) -> int: ...


class EngineRun(Protocol):
    """Gives (number of the request, what was written) as the requests end."""

    def submit(self, request: Request) -> Place: ...
    def __iter__(self) -> Iterator[tuple[int, Continuation]]: ...


class EngineConfig(Protocol):
    @property
    def vocab_size(self) -> int: ...
    @property
    def eos_ids(self) -> Collection[int]: ...


class LanguageEngine(Protocol):
    """What this module asks of `synthesis.language.engine.Engine`."""

    @property
    def tokenizer(self) -> Tokenizer: ...
    @property
    def config(self) -> EngineConfig: ...
    def run(self, requests: Sequence[Request]) -> EngineRun: ...


def write(
    engine: LanguageEngine, prepared: Prepared, count: int, lead: str, other: str, edition: Edition
) -> list[Turn]:
    """The model's turns for a story of about `count` facts, checked and repaired, or [] after three tries in vain."""
    return write_all(engine, [Assignment(prepared, count, lead, other)], edition)[0]


def write_all(engine: LanguageEngine, assignments: Sequence[Assignment], edition: Edition) -> list[list[Turn]]:
    """As `write`, for all stories at once: each try is one batch of those that are still to be written, and each round
    of rewriting one of all turns that fail."""
    asker = _Asker(engine)
    return draft.write_all([Draft(of, edition) for of in assignments], asker.ask, asker.rewrite)


def first_request(engine: LanguageEngine, assignment: Assignment, edition: Edition) -> Request:
    """What the engine is asked first for a story. Raises DialogueRejected, GrammarRejected if nothing can hold it."""
    return _Asker(engine).story(Draft(assignment, edition), 0)


class _Asker:
    """Puts stories and turns to the engine, each held to a grammar of its own."""

    def __init__(self, engine: LanguageEngine):
        self._engine = engine
        self._grammars: dict[Draft, str] = {}

    def ask(self, drafts: Sequence[Draft], attempt: int) -> None:
        """A draft that can't be asked for is closed: the next try would ask the same."""
        for one, answer in zip(
            drafts, self._answers([partial(self.story, one, attempt) for one in drafts]), strict=True
        ):
            if answer is None:
                one.is_open = False
            else:
                one.take(answer)

    def rewrite(self, failing: Sequence[tuple[Draft, int]], number: int) -> None:
        wanted = [partial(self.turn, one, place, number) for one, place in failing]
        for (one, place), answer in zip(failing, self._answers(wanted), strict=True):
            if answer is not None:
                one.take_rewrite(place, answer)

    def _answers(self, wanted: Sequence[Callable[[], Request]]) -> list[str | None]:
        """What was written for each request, None where it can't be asked or its grammar gave up."""
        run = self._engine.run([])
        places: dict[int, int] = {}
        answers: list[str | None] = [None] * len(wanted)
        for place, request in enumerate(wanted):
            with suppress(PromptTooLong, GrammarRejected, DialogueRejected):
                places[run.submit(request()).number] = place
        for number, written in run:
            if written.error is None:
                answers[places[number]] = self._engine.tokenizer.decode(written.tokens)
        return answers

    def story(self, one: Draft, attempt: int) -> Request:
        """Raises DialogueRejected, GrammarRejected if no grammar can hold the model to this story."""
        of, tokenizer = one.of, self._engine.tokenizer
        if one not in self._grammars:
            self._grammars[one] = story_grammar(of.prepared, of.lead, of.other, one.edition)
        opening = len(tokenizer.encode(longest_opening(of.prepared, of.lead, of.other))) + SPARE_OPENING_TOKENS
        closing = StoryClosing(of.lead, of.other, opening)
        budget = closing.fewest_tokens + of.count * TOKENS_PER_FACT
        heat = 0.7 if attempt else 0.0
        return self._request(one.messages(), self._grammars[one], closing, budget, heat, one.seed(attempt))

    def turn(self, one: Draft, place: int, number: int) -> Request:
        closing = TurnClosing()
        chat, lark = one.rewrite_messages(place), turn_grammar(one.cited(place))
        return self._request(chat, lark, closing, TOKENS_PER_FACT + TO_END_A_TEXT, 0.7 * number, one.seed(place))

    def _request(
        self, chat: Sequence[dict[str, str]], lark: str, closing: Closing, budget: int, heat: float, seed: int
    ) -> Request:
        from synthesis.language.constraint import GrammarConstraint
        from synthesis.language.requests import Request

        tokenizer, config = self._engine.tokenizer, self._engine.config
        constraint = GrammarConstraint(
            tokenizer, lark, vocab_size=config.vocab_size, ends=config.eos_ids, budget=budget, closing=closing
        )
        return Request(tokenizer.encode_chat(chat), budget, temperature=heat, seed=seed, constraint=constraint)
