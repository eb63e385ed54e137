"""What the engine is asked to write, what it gives back, and the ticket that stands between the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from torch import Tensor

from synthesis.errors import SynthesisError

if TYPE_CHECKING:
    from synthesis.language.constraint import Constraint

EndedBy = Literal["stop", "length", "cancelled", "timeout", "failed"]


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt to continue by up to `max_tokens`, until the model's end token or one in `stop`.

    `seed` decides all chance: the text does not depend on its neighbours. `constraint` belongs to this request alone,
    and is consumed by it; if it raises a SynthesisError, this text has "failed", and no other. `timeout_s` runs from
    the moment of submission, the wait for a slot included.
    Raises ValueError on an empty prompt, and on a budget, temperature or timeout below 0.
    """

    prompt: Sequence[int]
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0
    stop: frozenset[int] = frozenset()
    constraint: Constraint | None = None
    timeout_s: float | None = None

    def __post_init__(self) -> None:
        if not self.prompt:
            raise ValueError("the prompt has no tokens")
        for name in ("max_tokens", "temperature", "timeout_s"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and must be 0 or more")

    @property
    def longest(self) -> int:
        """The tokens that its row may have to hold."""
        return len(self.prompt) + self.max_tokens


@dataclass(frozen=True, slots=True)
class Generation:
    """What the model wrote after a prompt; the token that ended it is not among `tokens`.

    `forced`: how many of them a constraint gave, without a forward pass of their own. Times are from the submission on;
    `first_token_s` is None where nothing was written. `error`: why the constraint gave up, where a text has "failed".
    Two are equal that have the same text and end.
    """

    tokens: tuple[int, ...]
    ended_by: EndedBy
    forced: int = field(default=0, compare=False)
    first_token_s: float | None = field(default=None, compare=False)
    duration_s: float = field(default=0.0, compare=False)
    error: SynthesisError | None = field(default=None, compare=False)


class Ticket:
    """A request's place in a run. `cancel` and all that can be read here are safe from any thread."""

    def __init__(self, number: int, request: Request):
        self.number, self.request = number, request
        self.text = list(request.prompt)
        self.generation: Generation | None = None
        self.is_cancelled = False

    @property
    def tokens(self) -> tuple[int, ...]:
        """What is written so far."""
        return tuple(self.text[len(self.request.prompt) :])

    def cancel(self) -> None:
        """End it before its next token. It keeps what it wrote; if it has already ended, nothing changes."""
        self.is_cancelled = True


Progress = Callable[[Ticket, tuple[int, ...]], None]
"""Told the ticket and its new tokens, in the run's own thread, as soon as they are written."""


@dataclass(slots=True)
class Figures:
    """What a run has done so far. Tokens, passes and seconds; `duration_s` is the time spent in its steps.

    `prefilled`: tokens of prompts that were read; `shared`: those that another row had read before, and were copied;
    `forced`: of those written, the ones that needed no pass of their own. `expert_load`: (layers with experts, E)
    int64, the tokens that each expert was given, where it was asked for.
    """

    prefilled: int = 0
    shared: int = 0
    written: int = 0
    forced: int = 0
    prefill_passes: int = 0
    decode_passes: int = 0
    out_of_memory: int = 0
    duration_s: float = 0.0
    expert_load: Tensor | None = None

    @property
    def forward_passes(self) -> int:
        return self.prefill_passes + self.decode_passes

    @property
    def tokens_per_s(self) -> float:
        return self.written / self.duration_s if self.duration_s else 0.0
