"""Take out of web text what no reader sees: characters that are there for machines alone."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Marks and letters without a shape of their own, which can spell out a text of their own between the letters: variation
# selectors, the grapheme joiner, the fillers of Hangul, the braille of no dots.
_UNSEEN = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]"
)


def visible(text: str) -> str:
    """`text` without control, zero-width, bidirectional and tag characters, soft hyphens, surrogates, noncharacters,
    and characters that have no shape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in _UNSEEN.sub("", text) if char in "\n\t" or _is_seen(char))


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN_CATEGORIES


def smuggled(text: str) -> str:
    """What is spelled in `text` in characters of Unicode's tag block, which no reader sees."""
    return "".join(chr(ord(char) - 0xE0000) for char in text if 0xE0020 <= ord(char) < 0xE007F)


def folded(text: str) -> str:
    """The form in which a text is searched for what is disguised in it: visible, wide and stylised letters plain,
    look-alikes of Latin letters in mixed words Latin, all digits ASCII. Not to be shown: it changes spelling."""
    if text.isascii() and text.isprintable():
        return text
    plain = unicodedata.normalize("NFKC", visible(text))
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)
    return re.sub(r"\w+", lambda match: _latin(match[0]), plain)


def _latin(word: str) -> str:
    """A word of Latin letters and look-alikes from other alphabets, in Latin; any other word as it is."""
    if word.isascii():
        return word
    latin = word.translate(_LOOK_ALIKES)
    return latin if latin.isascii() and re.search("[A-Za-z]", word) else word


_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝАВЕЅІЈКМНОРСТУХαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhqwABESIJKMHOPCTYXaeiknoptuxABEZHIKMNOPTYX",
)
