"""The texts that are compared: normalised, cut into sentences, each parsed once and kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from synthesis.dialogue import figures
from synthesis.dialogue.figures import Figure
from synthesis.dialogue.parse import parse
from synthesis.text import sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from synthesis.dialogue.grounding.clauses import Predicate

_QUOTE_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "ʼ": "'"})
_DASHES = re.compile(r"[‐‑‒–—―−]")


class Sentence:
    """One sentence of a normalised text, which begins at `start` of it. Its parts are found when first asked for."""

    def __init__(self, text: str, start: int = 0):
        self.text, self.start = text, start

    @cached_property
    def doc(self) -> Doc:
        return parse([self.text])[0]

    @cached_property
    def predicates(self) -> tuple[Predicate, ...]:
        from synthesis.dialogue.grounding.clauses import predicates

        return predicates(self.doc)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figures.find(self.text))

    @cached_property
    def words(self) -> str:
        """Words alone, lower case, one space between."""
        return words(self.text)

    @cached_property
    def lower(self) -> str:
        return self.text.lower()


def words(text: str) -> str:
    """Words alone, lower case: brackets, quotation marks and punctuation make no other text."""
    return " ".join(re.findall(r"[\w$£€%]+(?:['.,-]\w+)*", text.casefold()))


def normalise(text: str) -> str:
    """Straight quotes and hyphens, composed letters, single spaces: the form in which texts are compared."""
    text = unicodedata.normalize("NFC", text).translate(_QUOTE_MARKS)
    return " ".join(_DASHES.sub("-", text.replace("''", '"')).split())


@lru_cache(maxsize=4000)
def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, a line at a time; what `Sentence.start` counts in is `normalise(text)`."""
    whole = normalise(text)
    found, place = [], 0
    for line in text.splitlines():
        for part in sentences.split(line):
            part = normalise(part)
            place = max(whole.find(part, place), place)
            found.append(Sentence(part, place))
    return tuple(found)


def all_sentences(texts: Iterable[str]) -> list[Sentence]:
    """The sentences of all texts; those not parsed yet are parsed together when first needed."""
    return [sentence for text in dict.fromkeys(texts) for sentence in sentences_of(text)]


def before(cited: Sequence[Sentence], story: Sequence[Sentence], count: int = 2) -> list[Sentence]:
    """The story's sentences right before those cited, which tell what day it is and who "she" is."""
    places = {sentence.text: place for place, sentence in enumerate(story)}
    starts = [places[sentence.text] for sentence in cited if sentence.text in places]
    return [story[place] for start in starts for place in range(max(0, start - count), start)]


def parse_all(found: Sequence[Sentence]) -> None:
    parse([sentence.text for sentence in found if "doc" not in sentence.__dict__])
