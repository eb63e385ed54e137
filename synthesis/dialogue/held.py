"""What texts hold that may be said only as they have it: their names, their numbers, their words in a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from synthesis.dialogue import figures
from synthesis.dialogue.grounding import normalise
from synthesis.dialogue.phrases import BANNED

MOST_BYTES, MOST_NAME_WORDS, MOST_QUOTED_BYTES = 32, 4, 400
MOST_PART_BYTES = 64  # of a word or a figure within a quotation, which then ends in time
# A text is never free to say these: they are figures, or change what a figure is, and are offered as a source has them.
NUMBER_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety third fourth fifth sixth seventh eighth ninth tenth
    eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth
    hundredth hundred thousand million billion trillion dozen both twice double doubled pair couple half thirds quarter
    quarters fifths""".split()
)
# Numbers that are idioms when they stand alone, and figures beside another.
IDIOMS = frozenset("zero one first second once".split())
UNIT_WORDS = frozenset("percent percentage cent cents dollar dollars pound pounds euro euros yen rupee rupees".split())
_TITLES = frozenset("Mr Mrs Ms Dr St Gen Sen Rep Gov Prof Sgt Lt Col Capt Jr Sr Inc Co Corp Ltd No".split())
_SAID = re.compile(r"[^\W\d_]")
_OUTER = "\"'.,;:!?()-/&+ "
# Letters, marks, decimal digits, and what may stand between them in a text that is spoken.
_SAFE_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"})
_SAFE_SIGNS = frozenset(" .,;:'!?%$£€¥₹&/()-+")
_ADDRESS = re.compile(r"https?:|www\.|\S+@\S+|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Held:
    """All in the form of `grounding.normalise`, sorted, with nothing that a turn's text may not have.

    `names`: capitalised words and runs of up to four; `numbers`: figures with their digits, as "8 million" or
    "COVID-19"; `spelled`: figures in words, in small letters; `words`: small words outside the plain Latin alphabet or
    of units; `openers`: the other small words, that may open a sentence with a capital; `quotable`: runs of text in
    parts that no quotation tears: words with the space behind them, figures whole.
    """

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    spelled: tuple[str, ...]
    words: tuple[str, ...]
    openers: tuple[str, ...]
    quotable: tuple[tuple[str, ...], ...]


def held(texts: Iterable[str]) -> Held:
    plain = [normalise(text) for text in texts]
    units = {unit for text in plain for unit in _figures(text)}
    names = {name for text in plain for name in _names(text)}
    small = {word for text in plain for word in _words(text) if word == word.lower() and not _is_number(word)}
    free = {word for word in small if re.fullmatch(r"[a-z]{1,20}", word) and word not in UNIT_WORDS}
    return Held(
        names=_kept(names),
        numbers=_kept(unit for unit in units if re.search(r"\d", unit)),
        spelled=_kept(unit.lower() for unit in units if not re.search(r"\d", unit)),
        words=_kept(small - free),
        openers=_kept(free),
        quotable=tuple(dict.fromkeys(run for text in plain for run in _quotable(text))),
    )


def _kept(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({text for text in found if text and len(text.encode()) <= MOST_BYTES and is_sayable(text)}))


def is_sayable(text: str) -> bool:
    """Whether a turn may have these words at all: no address, no worn phrase, no sign that isn't read aloud."""
    return _is_safe(text) and not _ADDRESS.search(text) and not BANNED.search(text)


def _is_safe(text: str) -> bool:
    return all(c in _SAFE_SIGNS or unicodedata.category(c) in _SAFE_CATEGORIES for c in text)


def _words(text: str) -> Iterator[str]:
    for token in text.split():
        word = token.strip(_OUTER)
        if _SAID.search(word) and not re.search(r"\d", word):
            yield word


def _figures(text: str) -> Iterator[str]:
    """Each figure, out to the edges of the words that it stands in, so that none is torn from its sign or unit."""
    for figure in figures.find(text):
        start, end = figure.start, figure.end
        while start and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        yield text[start:end].strip(_OUTER)


def _names(text: str) -> Iterator[str]:
    """Capitalised words, and runs of them with nothing but a space between."""
    run: list[str] = []
    for token in [*text.split(), ""]:
        word = re.sub(r"'s?$", "", token.strip(_OUTER))
        if not _is_name(word):
            yield from _parts(run)
            run = []
            continue
        if run and token[:1] in _OUTER:
            yield from _parts(run)
            run = []
        dotted = token.endswith(".") and (word in _TITLES or "." in word)
        run.append(f"{word}." if dotted else word)
        if not dotted and token != word:
            yield from _parts(run)
            run = []
        yield from (part for part in word.split("-") if "-" in word and _is_name(part))


def _is_name(word: str) -> bool:
    return (
        word != word.lower()
        and word != "A"  # an article, and "half A" a figure
        and bool(_SAID.match(word))
        and not re.search(r"\d", word)
        and not _is_number(word)
        and not any(part in UNIT_WORDS for part in re.split(r"\W", word.lower()))
    )


def _is_number(word: str) -> bool:
    return any(part in NUMBER_WORDS | IDIOMS for part in re.split(r"\W", word.lower()))


def _parts(run: Sequence[str]) -> Iterator[str]:
    for start in range(len(run)):
        for end in range(start + 1, min(len(run), start + MOST_NAME_WORDS) + 1):
            yield " ".join(run[start:end])


def _quotable(text: str) -> Iterator[tuple[str, ...]]:
    """Runs of whole words that may stand between quotation marks."""
    run: list[str] = []
    for part in [*_whole_parts(text), '"']:
        is_short = len(part.encode()) <= MOST_PART_BYTES and len("".join([*run, part]).encode()) <= MOST_QUOTED_BYTES
        if _is_safe(part) and is_short:
            run.append(part)
            continue
        said = "".join(run)
        if len(said.split()) > 1 and is_sayable(said):
            yield tuple(run)
        run = []


def _whole_parts(text: str) -> list[str]:
    """The words of `text`, quotation marks apart, spaces apart; a figure of several words is one."""
    inside = {place for figure in figures.find(text) for place in range(figure.start, figure.end)}
    parts: list[str] = []
    for match in re.finditer(r'"|[^\s"]+|\s', text):
        is_torn = bool(parts) and match.start() in inside and match.start() - 1 in inside
        if is_torn and parts[-1] != '"' and match[0] != '"':
            parts[-1] += match[0]
        else:
            parts.append(match[0])
    return parts
