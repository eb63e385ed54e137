"""A text while it is written: which token comes next is the model's choice, what follows from it is settled here."""

from __future__ import annotations

from torch import Tensor

from synthesis.errors import GrammarRejected, SynthesisError
from synthesis.language.requests import EndedBy, Generation, Ticket
from synthesis.language.sampler import draws


class Draft:
    """`text` holds the prompt and all that was written; `needs_reading` says that its row has not caught up with it.

    Everything that the next token depends on is here and in the constraint, nothing in the row: a draft that loses its
    row goes on in another with the same text.
    """

    def __init__(self, ticket: Ticket, eos_ids: frozenset[int], submitted_at: float):
        request = ticket.request
        self.ticket, self.text, self.needs_reading = ticket, ticket.text, True
        self.temperature, self.longest = request.temperature, request.longest
        self.forced = 0
        self.ended_by: EndedBy | None = None
        self._error: SynthesisError | None = None
        self._constraint, self._ends, self._max_tokens = request.constraint, eos_ids | request.stop, request.max_tokens
        self._points = draws(request.seed, request.max_tokens) if request.temperature else []
        self._submitted_at = submitted_at
        self._first_token_at: float | None = None
        self._reported = len(self.text)
        self._go_on()

    @property
    def written(self) -> int:
        return len(self.text) - len(self.ticket.request.prompt)

    @property
    def point(self) -> float:
        """Where in its distribution the next token lies, in [0, 1)."""
        return self._points[self.written] if self._points else 0.0

    def allowed(self) -> Tensor | None:
        """(V,) bool on the CPU, the tokens that may come next, or None for all. Where there is none, the text fails."""
        if self._constraint is None:
            return None
        try:
            allowed = self._constraint.allowed()
            if not allowed.any():
                raise GrammarRejected(f"the constraint has not ended, and allows no token after {self.written}")
            return allowed
        except SynthesisError as error:
            self.ended_by, self._error = "failed", error
            return None

    def interrupt(self, now: float) -> None:
        """End the text, unless it has ended, if its request was cancelled or its time is over."""
        timeout_s = self.ticket.request.timeout_s
        if self.ended_by is not None:
            return
        if self.ticket.is_cancelled:
            self.ended_by = "cancelled"
        elif timeout_s is not None and now - self._submitted_at >= timeout_s:
            self.ended_by = "timeout"

    def take(self, token: int) -> None:
        """Write the token that was chosen, and all that is forced after it, or end."""
        if token in self._ends:
            self.ended_by = "stop"
            return
        self._go_on(token)

    def news(self, now: float) -> tuple[int, ...]:
        """The tokens written since the last call."""
        new = tuple(self.text[self._reported :])
        self._reported = len(self.text)
        if new and self._first_token_at is None:
            self._first_token_at = now
        return new

    def finish(self, now: float) -> Generation:
        """What the request gets, which its ticket then holds."""
        assert self.ended_by is not None
        first = self._first_token_at
        generation = Generation(
            self.ticket.tokens,
            self.ended_by,
            self.forced,
            None if first is None else first - self._submitted_at,
            now - self._submitted_at,
            self._error,
        )
        self.ticket.generation = generation
        return generation

    def _go_on(self, *chosen: int) -> None:
        """Write what was chosen and what is forced after it. A constraint that gives up ends this text alone."""
        try:
            self._write(list(chosen))
            self._settle()
        except SynthesisError as error:
            self.ended_by, self._error = "failed", error

    def _settle(self) -> None:
        """Write what is forced next, and end where the constraint or the budget does."""
        constraint, left = self._constraint, self._max_tokens - self.written
        if constraint is not None and not constraint.is_finished and left:
            left -= self._force(constraint.forced()[:left])
        if constraint is not None and constraint.is_finished:
            self.ended_by = "stop"
        elif left == 0 and self.ended_by is None:
            self.ended_by = "length"

    def _force(self, tokens: list[int]) -> int:
        """Write tokens up to the first that ends the text. Returns how many were written."""
        end = next((place for place, token in enumerate(tokens) if token in self._ends), None)
        if end is not None:
            tokens, self.ended_by = tokens[:end], "stop"
        self._write(tokens)
        self.forced += len(tokens)
        return len(tokens)

    def _write(self, tokens: list[int]) -> None:
        if self._constraint is not None and tokens:
            self._constraint.advance(tokens)
        self.text.extend(tokens)
