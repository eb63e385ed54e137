"""Have a chat server's model write the stories, and take only what the grammar and the sources allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from synthesis.dialogue import draft, grammar
from synthesis.dialogue.draft import TOKENS_PER_FACT, TURN_SCHEMA, Assignment, Draft
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
    asker = _Asker(server)
    return draft.write_all([Draft(of, edition) for of in assignments], asker.ask, asker.rewrite)


class _Asker:
    """Puts stories and turns to the server, several at once. The checks stay in the caller's thread: the tagger that
    they use is not safe in others."""

    def __init__(self, server: ChatModel):
        self._server = server

    def ask(self, drafts: Sequence[Draft], attempt: int) -> None:
        for one, answer in zip(drafts, self._answers([_story(one, attempt) for one in drafts]), strict=True):
            if isinstance(answer, DialogueRejected):
                one.reject(str(answer))
            elif answer.is_cut:
                one.reject("The answer was too long to be finished: write fewer and shorter turns.")
            else:
                one.take(answer.text)

    def rewrite(self, failing: Sequence[tuple[Draft, int]], number: int) -> None:
        answers = self._answers([_turn(one, place, number) for one, place in failing])
        for (one, place), answer in zip(failing, answers, strict=True):
            if not isinstance(answer, DialogueRejected) and not answer.is_cut:
                one.take_rewrite(place, answer.text)

    def _answers(self, requests: Sequence[Mapping[str, Any]]) -> list[Completion | DialogueRejected]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [pool.submit(_complete, self._server, request) for request in requests]
            try:
                return [answer.result() for answer in asked]
            finally:
                for answer in asked:  # of those that wait, where one has failed
                    answer.cancel()


def _complete(server: ChatModel, request: Mapping[str, Any]) -> Completion | DialogueRejected:
    try:
        return server.complete(**request)
    except DialogueRejected as rejection:
        return rejection


def _story(one: Draft, attempt: int) -> dict[str, Any]:
    of = one.of
    return {
        "messages": one.messages(),
        "max_tokens": of.count * TOKENS_PER_FACT,
        "temperature": 0.7 if attempt else 0.0,
        "seed": one.seed(attempt),
        "schema": grammar.json_schema(of.prepared, of.lead, of.other),
    }


def _turn(one: Draft, place: int, number: int) -> dict[str, Any]:
    return {
        "messages": one.rewrite_messages(place),
        "max_tokens": TOKENS_PER_FACT,
        "temperature": 0.7 * number,
        "seed": one.seed(place),
        "schema": TURN_SCHEMA,
    }
