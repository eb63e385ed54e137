"""The one question asked of a text: what does it say that its sources do not?"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Protocol

from synthesis.dialogue.grounding import (
    causes,
    dates,
    degrees,
    forecasts,
    names,
    numbers,
    owners,
    parts,
    polarity,
    quotations,
    roles,
    slots,
    substitutes,
    unfounded,
)
from synthesis.dialogue.grounding.parties import Parties
from synthesis.dialogue.grounding.texts import Sentence, all_sentences, normalise, parse_all, sentences_of
from synthesis.types import Finding

KINDS = frozenset(
    "number unit date name role quotation negation modality attribution splice superlative causal forecast".split()
)
OF_AN_ARTICLE = frozenset("number unit date name quotation".split())

# What may not be cut from a sentence that is told in its own words.
_BINDING = re.compile(
    r"\b(?:not|n't|no|never|nor|neither|without|den\w+|refus\w+|fail\w*|may|might|could|would|if|unless|alleg\w+"
    r"|reportedly|likely|suspect\w+|accus\w+|charged|plans?|sa(?:y|ys|id|ying)|tell\w*|told|according|claim\w*|argu\w+"
    r"|believ\w+|report\w*|insist\w*|add(?:s|ed)|one of|since|among)\b",
    re.I,
)


class Verifier(Protocol):
    """A model that adds its own findings: the text, the sources that it may rest on, and the rest of its story."""

    def verify(self, text: str, sources: Sequence[str], story: Sequence[str]) -> Sequence[Finding]: ...


def check(
    text: str,
    sources: Sequence[str],
    *,
    story: Sequence[str] = (),
    verifier: Verifier | None = None,
    kinds: Collection[str] = KINDS,
) -> list[Finding]:
    """What `text` says that none of `sources` does, in the order of the text.

    `story` is the rest of the text's story: it tells who is who, and names whom the sources call "he" or "the company".
    `kinds`: what it is held for; `OF_AN_ARTICLE` where the sources are a whole article and not the sentences cited, for
    who did what on whose word can't be told from a sentence that only happens to have the same verb.

    Raises ValueError if a kind is none of `KINDS`.
    """
    if not set(kinds) <= KINDS:
        raise ValueError(f"no such kinds of finding: {sorted(set(kinds) - KINDS)}")
    plain = normalise(text)
    found = [f for f in _found(plain, tuple(sources), tuple(story), frozenset(kinds)) if f.kind in kinds]
    if verifier is not None:
        found += [finding for finding in verifier.verify(plain, sources, story) if finding not in found]
    return sorted(found, key=lambda finding: plain.find(finding.span))


@lru_cache(maxsize=2000)
def _found(text: str, sources: tuple[str, ...], story: tuple[str, ...], kinds: frozenset[str]) -> tuple[Finding, ...]:
    own, cited = sentences_of(text), all_sentences(sources)
    if all(_is_told_whole(sentence, cited) for sentence in own):
        return ()
    rest = all_sentences(story)
    parse_all([*own, *cited, *rest])
    parties = Parties([*cited, *rest])
    whole = [normalise(source) for source in sources]
    found = [
        *numbers.findings(own, cited, rest),
        *dates.findings(own, cited, rest),
        *names.findings(own, cited, rest, parties),
        *quotations.findings(text, own, cited, whole, rest, parties),
    ]
    if not kinds <= OF_AN_ARTICLE:
        found += _claims(own, cited, rest, parties)
    return tuple(dict.fromkeys(finding for _, finding in sorted(found, key=lambda item: item[0])))


def _claims(
    own: Sequence[Sentence], cited: Sequence[Sentence], rest: Sequence[Sentence], parties: Parties
) -> list[tuple[int, Finding]]:
    """What only sentences that were cited for it can be held against."""
    return [
        *roles.findings(own, parties),
        *polarity.findings(own, cited, parties),
        *owners.findings(own, cited, rest, parties),
        *parts.findings(own, cited, rest, parties),
        *substitutes.findings(own, cited),
        *slots.findings(own, cited, parties),
        *degrees.findings(own, cited),
        *causes.findings(own, cited),
        *forecasts.findings(own, cited),
        *unfounded.findings(own, cited),
    ]


def _is_told_whole(sentence: Sentence, sources: Sequence[Sentence]) -> bool:
    """Whether a source has the sentence word for word, and nothing beside it that would change what it says."""
    own = f" {sentence.words} "
    for source in sources:
        place = f" {source.words} ".find(own)
        if place >= 0:
            rest = f" {source.words} "[:place] + " | " + f" {source.words} "[place + len(own) :]
            return not _BINDING.search(rest)
    return False
