"""Let a language model write a story, and take only what the grammar and the sources allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from synthesis.dialogue import grammar, grounding, prompt
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.segment import Prepared, sources
from synthesis.errors import DialogueRejected, PromptTooLong
from synthesis.types import Article, Edition, Turn

TRIES, WORDS_PER_FACT, TOKENS_PER_FACT = 3, 26, 110


class Tokens(Protocol):
    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]: ...
    def decode(self, ids: Sequence[int]) -> str: ...


class Continuation(Protocol):
    @property
    def tokens(self) -> Sequence[int]: ...


class LanguageEngine(Protocol):
    """What this module asks of `synthesis.language.engine.Engine`."""

    @property
    def tokenizer(self) -> Tokens: ...
    def generate(
        self, prompts: Sequence[Sequence[int]], *, max_tokens: int, temperature: float, seed: int
    ) -> Sequence[Continuation]: ...


def write(
    engine: LanguageEngine, prepared: Prepared, count: int, lead: str, other: str, edition: Edition
) -> list[Turn]:
    """The model's turns for a story of about `count` facts, checked and repaired, or [] after three tries in vain."""
    faults: list[str] = []
    for attempt in range(TRIES):
        chat = prompt.messages(prepared, lead, other, count * WORDS_PER_FACT, faults[-1:])
        seed = edition.date.toordinal() * TRIES + attempt
        try:
            ids = engine.tokenizer.encode_chat(chat)
            answer = engine.generate(
                [ids], max_tokens=count * TOKENS_PER_FACT, temperature=0.7 if attempt else 0.0, seed=seed
            )
            return repair(
                grammar.parse(engine.tokenizer.decode(answer[0].tokens), prepared, lead, other), prepared, edition
            )
        except DialogueRejected as rejection:
            faults.append(str(rejection))
        except PromptTooLong:
            break
    return []


def repair(turns: Sequence[Turn], prepared: Prepared, edition: Edition) -> list[Turn]:
    """What no cited sentence says is replaced by the source's own words, or dropped with the question before it.

    Raises DialogueRejected if more than a third of the facts had to go.
    """
    articles = {reading.article.id: reading.article for reading in prepared.readings}
    kept: list[Turn] = []
    lost = 0
    for turn in turns:
        mended: Turn | None = turn
        if turn.kind == "fact":
            mended = _mended(turn, articles, prepared, edition)
        elif grounding.check(turn.text, [*prepared.source_texts(), turn.host]):
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
    if not grounding.check(turn.text, texts):
        return turn
    own = _own_words(turn, prepared.speakable)
    return replace(turn, text=own.text, written_by="extractive") if own is not None else None


def _own_words(turn: Turn, facts: Sequence[Fact]) -> Fact | None:
    """What can be said of one of the cited sentences in the source's words."""
    cited = {(citation.article, citation.sentence) for citation in turn.citations}
    return next((fact for fact in facts if fact.key in cited and not fact.needs_previous), None)
