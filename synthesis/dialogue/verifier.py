"""Does the source say this line, or rather a line that differs from it in one fact? A small model's opinion.

The score of a line is log p(line | sources) in nats. A line is doubted where a variant of it has a higher one, by a
margin. What the checks of `grounding` can't see, two figures that changed places or a
"not" that got lost, is what this is for; it is an opinion, and nothing to block a script by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from synthesis.dialogue.variants import Change, variants

MARGINS: dict[Change, float] = {"number": 1.0, "name": 1.0, "negation": 1.0}


class Scorer(Protocol):
    """What this module asks of `synthesis.language.ranker.Ranker`."""

    def support(self, lines: Sequence[tuple[str, str]]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """A change that the sources would rather have: what stands at `span` would read as in `variant`.

    margin: by how many nats.
    """

    change: Change
    span: str
    variant: str
    margin: float


class Verifier:
    """Holds lines against their sources by a language model."""

    def __init__(self, scorer: Scorer):
        self._scorer = scorer

    @classmethod
    def load(cls, models_dir: Path) -> Verifier:
        """With the embedded model. Raises CheckpointError if it is missing or damaged."""
        from synthesis.language.ranker import Ranker

        return cls(Ranker.load(models_dir))

    def doubts(self, line: str, sources: Sequence[str]) -> list[Doubt]:
        """What the sources of a line speak against in it, the strongest doubt first; [] if nothing."""
        return self.doubts_of_all([(line, sources)])[0]

    def doubts_of_all(self, lines: Sequence[tuple[str, Sequence[str]]]) -> list[list[Doubt]]:
        """As `doubts`, for all (line, sources) in one batch: many times faster than one after another."""
        varied = [variants(line, sources) for line, sources in lines]
        asked = [
            (text, " ".join(sources))
            for (line, sources), changed in zip(lines, varied, strict=True)
            for text in (line, *(variant.text for variant in changed))
            if changed
        ]
        scores = iter(self._scorer.support(asked))
        found = []
        for changed in varied:
            own = next(scores) if changed else 0.0
            margins = [(variant, next(scores) - own) for variant in changed]
            doubts = [Doubt(v.change, v.span, v.text, m) for v, m in margins if m > MARGINS[v.change]]
            found.append(sorted(doubts, key=lambda doubt: -doubt.margin))
        return found
