"""Lines that say something else in one fact: two figures or names exchanged, one of them another of the source's, a
"not" more or less. What a line is held against to see whether its source rather says one of these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Literal

from synthesis.dialogue import figures
from synthesis.dialogue.parse import parse

Change = Literal["number", "name", "negation"]
MOST_OF_A_KIND = 8

_NAME = re.compile(r"\b[A-Z][\w'’-]*[\w](?: (?:(?:of|the|de|van) )*[A-Z][\w'’-]*[\w])*")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|do|did)\b( not\b|n't\b)?"
)
_CONTRACTED = re.compile(r"\b(is|are|was|were|has|have|had|would|could|must|should|does|do|did)n't\b")
_PLAIN = frozenset("a an the in on at by for from with after before when while as but and of to it its".split())
_IRREGULAR = {"can't": "can", "cannot": "can", "won't": "will", "shan't": "shall"}


@dataclass(frozen=True, slots=True)
class Variant:
    """The line as it is in all but one fact; `span` is what stood in the line where it differs."""

    change: Change
    text: str
    span: str


def variants(text: str, sources: Sequence[str]) -> list[Variant]:
    """At most MOST_OF_A_KIND of each kind, in the order of the text; none twice, none the text itself."""
    found: dict[str, Variant] = {}
    for kind in (_of_numbers(text, sources), _of_names(text, sources), _of_negations(text)):
        new = {variant.text: variant for variant in kind if variant.text != text}
        found |= dict(islice(new.items(), MOST_OF_A_KIND))
    return list(found.values())


def _of_numbers(text: str, sources: Sequence[str]) -> Iterator[Variant]:
    stated = [(figure.start, figure.end) for figure in figures.find(text)]
    others = dict.fromkeys(source[f.start : f.end].strip() for source in sources for f in figures.find(source))
    yield from _changed("number", text, stated, others)


def _of_names(text: str, sources: Sequence[str]) -> Iterator[Variant]:
    """Names are capitalised runs that a source has within a sentence, or of two words and more wherever they stand: a
    word that only opens a sentence may be none."""
    found = [(source[start:end], start) for source in sources for start, end in _names(source)]
    known = dict.fromkeys(name for name, start in found if start or " " in name)
    stated = [(start, end) for start, end in _names(text) if text[start:end] in known]
    yield from _changed("name", text, stated, known)


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Where capitalised runs stand, without the plain word that opens the sentence."""
    for match in _NAME.finditer(text):
        start = match.start()
        first = match[0].split(" ")[0]
        if first.lower() in _PLAIN:
            start += len(first) + 1
        if start < match.end():
            yield start, match.end()


def _changed(
    change: Change, text: str, stated: Sequence[tuple[int, int]], others: dict[str, None]
) -> Iterator[Variant]:
    """Two of them exchanged, and each of them replaced by what only the sources have."""
    for (start, end), (later, last) in combinations(stated, 2):
        one, other = text[start:end], text[later:last]
        if not start and change == "number":
            one = one.lower()
        yield Variant(change, _join(text[:start], other, text[end:later], one, text[last:]), f"{one} ... {other}")
    held = {text[start:end].strip().casefold() for start, end in stated}
    for start, end in stated:
        for other in others:
            if other.casefold() not in held:
                yield Variant(change, _join(text[:start], other, text[end:]), text[start:end].strip())


def _join(*parts: str) -> str:
    whole = "".join(parts)
    return whole[:1].upper() + whole[1:]


def _of_negations(text: str) -> Iterator[Variant]:
    plain = _CONTRACTED.sub(r"\1 not", text)
    for short, full in _IRREGULAR.items():
        plain = re.sub(rf"\b{short}\b", f"{full} not", plain)
    auxiliaries = list(_AUXILIARY.finditer(plain))
    for match in auxiliaries:
        without = plain[: match.end(1)] + plain[match.end() :]
        toggled = without if match[2] else f"{plain[: match.end(1)]} not{plain[match.end(1) :]}"
        yield Variant("negation", toggled, match[0])
    if not auxiliaries:
        yield from _denied(text)


def _denied(text: str) -> Iterator[Variant]:
    """ "X agreed" as "X did not agree", where the main verb has no auxiliary that could bear the "not"."""
    root = next((token for token in parse([text])[0] if token.dep_ == "ROOT"), None)
    if root is not None and root.tag_ in {"VBD", "VBZ", "VBP"} and root.lemma_ != "be":
        support = {"VBD": "did", "VBZ": "does", "VBP": "do"}[root.tag_]
        end = root.idx + len(root.text)
        yield Variant("negation", f"{text[: root.idx]}{support} not {root.lemma_}{text[end:]}", root.text)
