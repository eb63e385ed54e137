"""How alike the meanings of two articles are, where the model for it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from briefings.models import Article

if TYPE_CHECKING:
    from torch import Tensor

    from synthesis.language.sentence_encoder import SentenceEncoder

READ_WORDS = 120


class Meanings:
    """Each article is read when it is first asked for, and once. Without an encoder nothing is known."""

    def __init__(self, encoder: SentenceEncoder | None):
        self._encoder = encoder
        self._vectors: dict[int, Tensor] = {}

    @property
    def are_known(self) -> bool:
        return self._encoder is not None

    def alike(self, one: Article, other: Article) -> float:
        """A cosine; 0 where no encoder is there."""
        if self._encoder is None:
            return 0.0
        return float(self._vector(one, self._encoder) @ self._vector(other, self._encoder))

    def _vector(self, article: Article, encoder: SentenceEncoder) -> Tensor:
        if article.pk not in self._vectors:
            lead = " ".join(article.speakable_text.split()[:READ_WORDS])
            self._vectors[article.pk] = encoder.encode([f"{article.title}. {lead}"])[0]
        return self._vectors[article.pk]
