"""Have a chat server's model write a story, and take only what the grammar and the sources allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from synthesis.dialogue import generative, grammar, prompt
from synthesis.dialogue.generative import TOKENS_PER_FACT, TRIES, WORDS_PER_FACT
from synthesis.dialogue.segment import Prepared
from synthesis.errors import DialogueRejected
from synthesis.types import Edition, Turn


class Completion(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def is_cut(self) -> bool: ...


class ChatModel(Protocol):
    """What this module asks of `synthesis.language.server.ChatServer`."""

    def complete(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        seed: int,
        schema: Mapping[str, Any] | None,
    ) -> Completion: ...


def write(server: ChatModel, prepared: Prepared, count: int, lead: str, other: str, edition: Edition) -> list[Turn]:
    """The model's turns for a story of about `count` facts, checked and repaired, or [] after three tries in vain.

    Raises CheckpointError if the server can't be used.
    """
    faults: list[str] = []
    for attempt in range(TRIES):
        chat = prompt.messages(prepared, lead, other, count * WORDS_PER_FACT, faults[-1:])
        seed = edition.date.toordinal() * TRIES + attempt
        try:
            answer = server.complete(
                chat, max_tokens=count * TOKENS_PER_FACT, temperature=0.7 if attempt else 0.0, seed=seed, schema=None
            )
            if answer.is_cut:
                raise DialogueRejected("The answer was too long to be finished: write fewer and shorter turns.")
            return generative.repair(grammar.parse(answer.text, prepared, lead, other), prepared, edition)
        except DialogueRejected as rejection:
            faults.append(str(rejection))
    return []
