"""Let a language model write a story, and take only what the grammar and the sources allow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from synthesis.dialogue import grammar, grounding, prompt
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.segment import Prepared, sources
from synthesis.dialogue.story_closing import StoryClosing
from synthesis.dialogue.story_grammar import longest_opening, story_grammar
from synthesis.errors import DialogueRejected, GrammarRejected, PromptTooLong, SynthesisError
from synthesis.types import Article, Edition, Turn

if TYPE_CHECKING:
    from synthesis.language.requests import Request
    from synthesis.language.tokenizer import Tokenizer

TRIES, WORDS_PER_FACT, TOKENS_PER_FACT = 3, 26, 110
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


@dataclass(frozen=True, slots=True)
class Assignment:
    """A story to be written, with about `count` facts, by the `lead` and the `other` host."""

    prepared: Prepared
    count: int
    lead: str
    other: str


def write(
    engine: LanguageEngine, prepared: Prepared, count: int, lead: str, other: str, edition: Edition
) -> list[Turn]:
    """The model's turns for a story of about `count` facts, checked and repaired, or [] after three tries in vain."""
    return write_all(engine, [Assignment(prepared, count, lead, other)], edition)[0]


def write_all(engine: LanguageEngine, assignments: Sequence[Assignment], edition: Edition) -> list[list[Turn]]:
    """As `write`, for all stories at once: each try is one batch of those that are still to be written."""
    drafts = [_Draft(assignment, edition) for assignment in assignments]
    for attempt in range(TRIES):
        _try_all(engine, [draft for draft in drafts if draft.is_open], attempt)
    return [draft.turns for draft in drafts]


def first_request(engine: LanguageEngine, assignment: Assignment, edition: Edition) -> Request:
    """What the engine is asked first for a story. Raises DialogueRejected, GrammarRejected if nothing can hold it."""
    return _Draft(assignment, edition).request(engine, 0)


def _try_all(engine: LanguageEngine, drafts: Sequence[_Draft], attempt: int) -> None:
    run = engine.run([])
    submitted: dict[int, _Draft] = {}
    for draft in drafts:
        try:
            submitted[run.submit(draft.request(engine, attempt)).number] = draft
        except (PromptTooLong, GrammarRejected, DialogueRejected):
            draft.is_open = False  # the next try would ask the same
    for number, written in run:
        if written.error is None:
            submitted[number].take(engine.tokenizer.decode(written.tokens))
        else:
            submitted[number].is_open = False


class _Draft:
    """One story on its way through the tries."""

    def __init__(self, assignment: Assignment, edition: Edition):
        self._of, self._edition = assignment, edition
        self._faults: list[str] = []
        self._grammar = ""
        self.turns: list[Turn] = []
        self.is_open = True

    def request(self, engine: LanguageEngine, attempt: int) -> Request:
        """Raises DialogueRejected, GrammarRejected if no grammar can hold the model to this story."""
        from synthesis.language.constraint import GrammarConstraint
        from synthesis.language.requests import Request

        of, tokenizer = self._of, engine.tokenizer
        self._grammar = self._grammar or story_grammar(of.prepared, of.lead, of.other, self._edition)
        opening = len(tokenizer.encode(longest_opening(of.prepared, of.lead, of.other))) + SPARE_OPENING_TOKENS
        closing = StoryClosing(of.lead, of.other, opening)
        budget = closing.fewest_tokens + of.count * TOKENS_PER_FACT
        constraint = GrammarConstraint(
            tokenizer,
            self._grammar,
            vocab_size=engine.config.vocab_size,
            ends=engine.config.eos_ids,
            budget=budget,
            closing=closing,
        )
        chat = prompt.messages(of.prepared, of.lead, of.other, of.count * WORDS_PER_FACT, self._faults[-1:])
        return Request(
            tokenizer.encode_chat(chat),
            budget,
            temperature=0.7 if attempt else 0.0,
            seed=self._edition.date.toordinal() * TRIES + attempt,
            constraint=constraint,
        )

    def take(self, answer: str) -> None:
        of = self._of
        try:
            self.turns = repair(grammar.parse(answer, of.prepared, of.lead, of.other), of.prepared, self._edition)
            self.is_open = False
        except DialogueRejected as rejection:
            self._faults.append(str(rejection))


def repair(turns: Sequence[Turn], prepared: Prepared, edition: Edition) -> list[Turn]:
    """What no cited sentence says is replaced by the source's own words, or dropped with the question before it.

    Raises DialogueRejected if more than a third of the facts had to go.
    """
    articles = {reading.article.id: reading.article for reading in prepared.readings}
    hosts = sorted({turn.host for turn in turns})
    kept: list[Turn] = []
    lost = 0
    for turn in turns:
        mended: Turn | None = turn
        if turn.kind == "fact":
            mended = _mended(turn, articles, prepared, edition)
        elif grounding.check(turn.text, [*prepared.source_texts(), *hosts]):
            mended = None
        if mended is not None:
            kept.append(mended)
        elif turn.kind == "fact":
            lost += 1
            if kept and kept[-1].kind == "question":
                kept.pop()
    facts = sum(turn.kind == "fact" for turn in kept)
    if facts < 2 or lost > facts / 2:
        raise DialogueRejected("Too many turns say what the cited sentences do not.")
    return kept


def _mended(turn: Turn, articles: dict[str, Article], prepared: Prepared, edition: Edition) -> Turn | None:
    texts = [
        text
        for citation in turn.citations
        for text in sources(articles[citation.article], [citation.sentence], edition)
    ]
    if not grounding.check(turn.text, texts, story=prepared.source_texts()):
        return turn
    own = _own_words(turn, prepared.speakable)
    return replace(turn, text=own.text, written_by="extractive") if own is not None else None


def _own_words(turn: Turn, facts: Sequence[Fact]) -> Fact | None:
    """What can be said of one of the cited sentences in the source's words."""
    cited = {(citation.article, citation.sentence) for citation in turn.citations}
    return next((fact for fact in facts if fact.key in cited and not fact.needs_previous), None)
