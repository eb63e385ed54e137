"""Have a chat server's model write the stories, and take only what the grammar and the sources allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from synthesis.dialogue import generative, grammar, prompt
from synthesis.dialogue.generative import TOKENS_PER_FACT, TRIES, WORDS_PER_FACT, Assignment
from synthesis.errors import DialogueRejected
from synthesis.types import Edition, Turn

AT_ONCE = 16  # requests: a server batches them, and queues what it can't


class Completion(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def is_cut(self) -> bool: ...


class ChatModel(Protocol):
    """What this module asks of `synthesis.language.server.ChatServer`: from several threads at once."""

    def complete(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        seed: int,
        schema: Mapping[str, Any] | None,
    ) -> Completion: ...


def write_all(server: ChatModel, assignments: Sequence[Assignment], edition: Edition) -> list[list[Turn]]:
    """The model's turns for each story, checked and repaired, or [] after three tries in vain.

    Each try asks for all stories that are still to be written at once. Raises CheckpointError if the server can't be
    used.
    """
    drafts = [_Draft(assignment, edition) for assignment in assignments]
    for attempt in range(TRIES):
        left = [draft for draft in drafts if not draft.turns]
        for draft, answer in zip(left, _ask(server, left, attempt), strict=True):
            draft.take(answer)
    return [draft.turns for draft in drafts]


def _ask(server: ChatModel, drafts: Sequence[_Draft], attempt: int) -> list[Completion | DialogueRejected]:
    """The server's answers. The checks stay in the caller's thread: the tagger that they use is not safe in others."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(_complete, server, draft.messages(), draft.options(attempt)) for draft in drafts]
        try:
            return [answer.result() for answer in asked]
        finally:
            for answer in asked:  # of those that wait, where one has failed
                answer.cancel()


def _complete(
    server: ChatModel, messages: Sequence[Mapping[str, str]], options: Mapping[str, Any]
) -> Completion | DialogueRejected:
    try:
        return server.complete(messages, **options)
    except DialogueRejected as rejection:
        return rejection


class _Draft:
    """One story on its way through the tries."""

    def __init__(self, assignment: Assignment, edition: Edition):
        self._of, self._edition = assignment, edition
        self._faults: list[str] = []
        self.turns: list[Turn] = []

    def messages(self) -> list[dict[str, str]]:
        of = self._of
        return prompt.messages(of.prepared, of.lead, of.other, of.count * WORDS_PER_FACT, self._faults[-1:])

    def options(self, attempt: int) -> dict[str, Any]:
        of = self._of
        return {
            "max_tokens": of.count * TOKENS_PER_FACT,
            "temperature": 0.7 if attempt else 0.0,
            "seed": self._edition.date.toordinal() * TRIES + attempt,
            "schema": grammar.json_schema(of.prepared, of.lead, of.other),
        }

    def take(self, answer: Completion | DialogueRejected) -> None:
        of = self._of
        try:
            if isinstance(answer, DialogueRejected):
                raise answer
            if answer.is_cut:
                raise DialogueRejected("The answer was too long to be finished: write fewer and shorter turns.")
            told = grammar.parse(answer.text, of.prepared, of.lead, of.other)
            self.turns = generative.repair(told, of.prepared, self._edition)
        except DialogueRejected as rejection:
            self._faults.append(str(rejection))
