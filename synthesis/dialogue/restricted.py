"""Find what an edition must not say: a person's name, a word or a phrase, however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from synthesis.text.folding import to_ascii
from synthesis.types import Finding, Turn

KIND = "restricted"
# Of the last word: Smith's, Smiths', Smiths, Joneses, the parties of a party.
_ENDINGS = "(?:'s|s'|es'|s|es|')?"
# A middle initial, a line break or an odd mark between two words of a phrase is no way round it.
_BETWEEN = r"\W{1,3}"


def check(text: str, never_say: Sequence[str]) -> list[Finding]:
    """Every place where `text` says one of the phrases, in the order of the text.

    Case, accents, invisible characters and the kind of apostrophe don't count; a phrase is found as whole words, in the
    singular, the plural and the possessive. `span` is as `text` has it.
    """
    if not never_say:
        return []
    folded, places = _folded(text)
    found = [
        (places[match.start()], places[match.end() - 1], phrase)
        for phrase in dict.fromkeys(never_say)
        if (pattern := _pattern(phrase)) is not None
        for match in pattern.finditer(folded)
    ]
    return [
        Finding(KIND, text[start : end + 1], f"“{phrase}” is not to be said.") for start, end, phrase in sorted(found)
    ]


def marked(turn: Turn, never_say: Sequence[str]) -> Turn:
    """The turn with what `check` finds in it, in place of what was found before."""
    others = tuple(finding for finding in turn.findings if finding.kind != KIND)
    return replace(turn, findings=(*others, *check(turn.text, never_say)))


@lru_cache(maxsize=1024)
def _pattern(phrase: str) -> re.Pattern[str] | None:
    words = re.findall(r"\w+", _folded(phrase)[0])
    if not words:
        return None
    *first, last = (re.escape(word) for word in words)
    ending = rf"{last[:-1]}(?:y{_ENDINGS}|ies'?)" if re.search(r"[^aeiou]y$", last) else last + _ENDINGS
    return re.compile(rf"(?<!\w){_BETWEEN.join([*first, ending])}(?!\w)")


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in plain small letters, and for each of its characters the place in `text` that it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            folded.append(plain)
            places.append(place)
    return "".join(folded), places


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character in "'‘’‚‛ʼʹ′`´＇":
        return "'"
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""
    composed = unicodedata.normalize("NFKC", character)
    return "".join((to_ascii(part) or part) if part.isalpha() else part for part in composed).casefold()
