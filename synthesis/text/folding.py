"""Fold the many characters of web text into the few that the rest of the front end reads."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_WORD = 60
_CHARACTERS = {
    **dict.fromkeys("‘’‚‛ʼʹ′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒−﹣－", "-"),
    **dict.fromkeys("―⸺", "—"),
    **dict.fromkeys("•·‣▪◦", ","),
    "≈": "~",
    "≥": " at least ",
    "≤": " at most ",
    "≠": " is not ",
    "÷": " divided by ",
    "∞": " infinity ",
    "№": "No. ",
    "×": " x ",
    "⁄": "/",
    "∕": "/",
    "º": "°",
    "℃": "°C",
    "℉": "°F",
    **dict.fromkeys("\xad\u200b\u200c\u200d\u2060\ufeff\ufffc™®©", ""),
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]*[⁰²³⁴⁵⁶⁷⁸⁹]|(?<=m)[²³]")
_FOOTNOTE = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SPACED_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f](?=\d{3}(?!\d))|(?<=\d) (?=000(?!\d))")
_ARROW = re.compile(r"(?<=[\w%])\s*[→➔➜]\s*(?=[\w$€£])")
_FRACTIONS = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅕": "1/5",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
}
_FOLDS = str.maketrans(_CHARACTERS)
_KEPT_SYMBOLS = frozenset("°%‰$€£¥¢₹₽₩₪₺₦₫₱₴฿+±=<>^~|§")
# Letters of other alphabets that have one plain reading in English spelling.
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i yi ye g w".split(" "),
        strict=True,
    )
)
_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρστυφχψως", "a v g d e z i th i k l m n x o p r s t y f ch ps o s".split(), strict=True)
)
_LATIN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "th",
    "þ": "th",
    "ı": "i",
    "ə": "a",
    "ŋ": "ng",
}
_PLAIN = _CYRILLIC | _GREEK | _LATIN


def fold(text: str) -> str:
    """Compatibility forms, quotes, dashes and spaces made plain; emoji, marks and control characters dropped.

    Accented letters stay: the lexicon knows names by them.
    """
    for mark, spelled in _FRACTIONS.items():
        text = re.sub(rf"(\d)\s?{mark}", rf"\1 {spelled}", text).replace(mark, spelled)
    text = _POWER.sub(lambda m: "^" + m[0].translate(_RAISED), text)
    text = _SPACED_THOUSANDS.sub(",", _ARROW.sub(" to ", _FOOTNOTE.sub("", text)))
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS))
    text = re.sub(r"\.{2,}", "…", text)
    text = "".join(_fold_character(character) for character in text)
    return re.sub(r"[^\S\n]+", " ", text)


def to_ascii(word: str) -> str:
    """The word in plain Latin letters; letters of scripts without a table are left out."""
    plain = []
    for character in word:
        base = unicodedata.normalize("NFD", character)[:1]
        reading = _PLAIN.get(character.lower(), _PLAIN.get(base.lower()))
        if reading is None:
            reading = base.lower() if base.isascii() else ""
        plain.append(reading.capitalize() if character.isupper() else reading)
    return "".join(plain)


def is_readable(word: str) -> bool:
    """Whether every letter of the word has a reading in plain Latin letters."""
    return all(to_ascii(character) or character.lower() in "ъь" for character in word if character.isalpha())


def unreadable_word(text: str) -> str | None:
    """The first word of the text that no English voice can read: another script, or longer than any word is."""
    for word in re.findall(r"[^\W\d_]+", text):
        if len(word) > _LONGEST_WORD or not is_readable(word) or not to_ascii(word):
            return str(word)
    return None


def _fold_character(character: str) -> str:
    if character.isascii() or character in "–—…" or character in _KEPT_SYMBOLS:
        return character if character.isprintable() or character == "\n" else " "
    category = unicodedata.category(character)
    if category[0] == "L":
        return character
    if category[0] == "N":  # the digits of other scripts, and dingbats of whole numbers
        value = unicodedata.numeric(character, -1.0)
        return str(int(value)) if value >= 0 and value.is_integer() else " "
    if category == "Mn":  # variation selectors, stray accents
        return ""
    return " "
