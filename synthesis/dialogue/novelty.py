"""How much of what is said was said before: shared runs of four words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

FourGram = tuple[str, ...]


def four_grams(text: str) -> Iterator[FourGram]:
    """Every run of four words, in the order of the text; case and punctuation don't count."""
    words = re.findall(r"\w+(?:'\w+)*", text.casefold().replace("’", "'"))
    return zip(words, words[1:], words[2:], words[3:], strict=False)


def shared_four_grams(texts: Iterable[str], earlier: Iterable[str]) -> float:
    """The share of the different four-grams of `texts` that stand in `earlier` too; 0 where there are none."""
    own = {gram for text in texts for gram in four_grams(text)}
    known = {gram for text in earlier for gram in four_grams(text)}
    return len(own & known) / len(own) if own else 0.0


def repeated_four_grams(texts: Iterable[str]) -> float:
    """The share of the four-grams of `texts` that were said before in them; 0 where there are none."""
    said = [gram for text in texts for gram in four_grams(text)]
    return 1 - len(set(said)) / len(said) if said else 0.0
