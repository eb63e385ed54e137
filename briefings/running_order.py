"""In what order the chosen stories are told: hard news first, the light apart from the grave, and last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from briefings.models import Story
from briefings.newsworthiness import Kind
from synthesis.dialogue import severity


class Weighed(Protocol):
    """A story as the rundown weighs it; `kind` is None for a plain report, `reasons` are for the editor."""

    story: Story
    score: float
    kind: Kind | None
    reasons: list[str]


T = TypeVar("T", bound=Weighed)


def arrange(chosen: Sequence[T]) -> list[T]:
    """By score, led by a plain report if there is one; the light ones come last, and no grave one ends the edition.

    A calm story stands between the grave and the light ones, as far as there is one.
    """
    ranked = sorted(chosen, key=lambda c: -c.score)
    light = [c for c in ranked if severity.is_light(c.story.severity)]
    order = _led_by_a_plain_one([c for c in ranked if c not in light])
    if not order:
        return _led_by_a_plain_one(light)
    _calm_the_end(order)
    if light:
        light[0].reasons.append("it ends the edition on a light note")
    return [*order, *light[1:], *light[:1]]


def _led_by_a_plain_one(ranked: list[T]) -> list[T]:
    plain = next((c for c in ranked if c.kind is None), None)
    return ranked if plain is None else [plain, *(c for c in ranked if c is not plain)]


def _calm_the_end(order: list[T]) -> None:
    """Put the least of the calm stories behind the grave ones that would be last, unless that takes the lead away."""
    if not _is_grave(order[-1]):
        return
    calm = next((c for c in reversed(order) if not _is_grave(c)), None)
    if calm is None or (calm is order[0] and order[1].kind is not None):
        return
    order.remove(calm)
    order.append(calm)
    calm.reasons.append("it stands here so that no grave story ends the edition or meets a light one")


def _is_grave(candidate: Weighed) -> bool:
    return severity.is_grave(candidate.story.severity)
