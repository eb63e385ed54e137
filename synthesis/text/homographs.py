"""Words of one spelling and several sounds: their part of speech put right, then settled by the words around them.

`homographs.tsv`, a row a reading: the first row whose every filled cell fits wins, else the dictionary decides by the
part of speech. `tags`: Penn tags, one of which the word has. `before`, `after`: the neighbouring word, or several
words joined by `_`. `near`: a word within six of it. Alternatives stand with spaces between. A word with a capital
in the table is meant with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from misaki.en import PUNCT_TAGS
from misaki.token import MToken

from synthesis.text.tables import rows

_NEAR = 6
_PASSED_OVER = frozenset(("-", '"', "“", "”", "'", "("))
_MODALS = frozenset("can could will would shall should may might must cannot 'll 'd n't".split())
_SUBJECTS = frozenset("i we you they who".split())
_DETERMINERS = frozenset("a an the this his its their our my your no any every each".split())
# Plural subjects of reporting verbs, which the tagger reads as the first half of a compound noun: "Economists project".
_PEOPLE = frozenset(
    "analysts campaigners countries critics detectives doctors drivers economists experts farmers firms forecasters "
    "hackers investors lawmakers lawyers ministers officers officials opponents parents patients people police "
    "prosecutors protesters rebels researchers residents retailers scientists soldiers students teachers traders "
    "troops unions users voters women workers".split()
)
_FINITE = frozenset(("VBD", "VBP", "VBZ", "MD"))
_OBJECT_TAGS = ("DT", "PRP", "CD", "NN", "JJ", "IN", "TO", "RB")


@dataclass(frozen=True, slots=True)
class _Reading:
    phonemes: str
    tags: frozenset[str]
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    near: frozenset[str]


def correct_tags(tokens: Sequence[MToken], verbs: Collection[str]) -> None:
    """Where the neighbours leave no doubt, make a noun a verb and a verb a noun. `verbs`: words said otherwise then.

    A word that was taken for a mark (a lone `î`) becomes a noun, else it would be passed over in silence.
    """
    for i, token in enumerate(tokens):
        if token.tag in PUNCT_TAGS and any(c.isalpha() for c in token.text):
            token.tag = "NN"
        if token.text.lower() not in verbs or i == 0:
            continue
        previous = tokens[i - 1].text.lower()
        if token.tag.startswith("NN") and _is_verb(tokens, i, previous):
            token.tag = "VBP"
        elif token.tag in ("VB", "VBP", "VBZ") and previous in _DETERMINERS:
            token.tag = "NN"


def readings(tokens: Sequence[MToken]) -> Iterator[tuple[MToken, str]]:
    """The tokens that the table settles, each with its American phonemes."""
    words = [token for token in tokens if token.text not in _PASSED_OVER]
    lower = [token.text.lower() for token in words]
    for i, token in enumerate(words):
        for reading in _readings_of(token.text):
            if _fits(reading, token.tag, lower, i):
                yield token, reading.phonemes
                break


def _is_verb(tokens: Sequence[MToken], i: int, previous: str) -> bool:
    if previous in _MODALS or previous in _SUBJECTS:
        return True
    following = tokens[i + 1].tag if i + 1 < len(tokens) else ""
    if previous == "that" and i > 1:
        return tokens[i - 2].tag == "NNS" and following.startswith(_OBJECT_TAGS)
    if tokens[i - 1].tag == "NNS" and not any(token.tag in _FINITE for token in tokens):
        return _is_bare(tokens[i])  # a sentence has a verb somewhere
    is_subject = previous in _PEOPLE and (i == 1 or tokens[i - 2].tag in ("JJ", "DT", "CC", ",", "CD", "IN"))
    return is_subject and _is_bare(tokens[i]) and following.startswith(_OBJECT_TAGS)


def _is_bare(token: MToken) -> bool:
    """Whether the word could be a plural subject's verb: `project`, not `projects`."""
    return not str(token.text).endswith("s")


def _fits(reading: _Reading, tag: str, lower: Sequence[str], i: int) -> bool:
    if reading.tags and tag not in reading.tags:
        return False
    if reading.before and not any(tuple(lower[max(0, i - len(p)) : i]) == p for p in reading.before):
        return False
    if reading.after and not any(tuple(lower[i + 1 : i + 1 + len(p)]) == p for p in reading.after):
        return False
    around = (*lower[max(0, i - _NEAR) : i], *lower[i + 1 : i + 1 + _NEAR])
    return not reading.near or not reading.near.isdisjoint(around)


def _readings_of(word: str) -> tuple[_Reading, ...]:
    table = _table()
    return table.get(word) or table.get(word.lower(), ())


@cache
def _table() -> dict[str, tuple[_Reading, ...]]:
    table: dict[str, tuple[_Reading, ...]] = {}
    for row in rows("homographs"):
        reading = _Reading(
            row["phonemes"],
            frozenset(row["tags"].split()),
            _phrases(row["before"]),
            _phrases(row["after"]),
            frozenset(row["near"].split()),
        )
        table[row["word"]] = (*table.get(row["word"], ()), reading)
    return table


def _phrases(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split("_")) for phrase in cell.split())
