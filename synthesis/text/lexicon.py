"""The pronunciation lexicon: a show's own entries first, then the built-in names and terms of today's news."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SYMBOLS = frozenset(
    ";:,.!?—…\"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
"""Every symbol that the voice knows."""

_BRITISH = (
    (re.compile("ɜɹ"), "ɜː"), (re.compile("əɹ(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"), "ə"), (re.compile("ɑɹ(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"), "ɑː"),
    (re.compile("ɔɹ(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"), "ɔː"), (re.compile("ɛɹ(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"), "ɛː"),
    (re.compile("ɪɹ(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"), "ɪə"), (re.compile("ʊɹ(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"), "ʊə"),
    (re.compile("O"), "Q"), (re.compile("æ"), "a"), (re.compile("T"), "t"), (re.compile("ɾ"), "t"), (re.compile("ᵻ"), "ɪ"),
    (re.compile("(?<=[ˈˌ])i"), "iː"), (re.compile("u(?!ː)"), "uː"), (re.compile("ɑ(?!ː)"), "ɑː"), (re.compile("ɔ(?!ː)"), "ɔː"),
)  # fmt: skip
# Respelling, as newsrooms write it: "zeh-LEN-skee", the stressed syllable in capitals.
_RESPELLED = {
    "eye": "I", "igh": "I", "eer": "ɪɹ", "air": "ɛɹ", "oor": "ʊɹ", "tch": "ʧ", "ee": "i", "oo": "u", "ah": "ɑ", "aw": "ɔ", "ay": "A", "oh": "O", "ow": "W",
    "oy": "Y", "uh": "ə", "eh": "ɛ", "ih": "ɪ", "ur": "ɜɹ", "er": "əɹ", "or": "ɔɹ", "ar": "ɑɹ", "ch": "ʧ", "sh": "ʃ", "zh": "ʒ", "th": "θ", "dh": "ð",
    "ng": "ŋ", "kh": "k", "ck": "k", "ph": "f", "a": "æ", "e": "ɛ", "i": "ɪ", "o": "ɑ", "u": "ʌ", "y": "j", "j": "ʤ", "r": "ɹ", "g": "ɡ", "c": "k",
    "q": "k", "x": "ks", **{letter: letter for letter in "bdfhklmnpstvwz"},
}  # fmt: skip
_VOWEL = re.compile("[AIOWYæɑəɛɜɪʊʌɔiu]")


@dataclass(frozen=True, slots=True)
class Entry:
    """`phonemes` are American; `language` is the language that the word comes from."""

    word: str
    phonemes: str
    language: str
    source: str


class Lexicon:
    """Layers of entries: a show's own hide the built-in ones."""

    def __init__(self, own: Mapping[str, str] | None = None):
        """`own`: word -> "/ipa/" or a respelling such as "zeh-LEN-skee". Raises ValueError naming a bad entry."""
        shown = {word: Entry(word, parse(word, said), "", "show") for word, said in (own or {}).items()}
        self._entries = {word.casefold(): entry for word, entry in {**builtin(), **shown}.items()}
        self.longest = max(len(word.split()) for word in self._entries)

    def find(self, word: str) -> str | None:
        """American phonemes of a word or a phrase, or None. A name is not found in lower case: `Tusk` is one, `tusk` is not."""
        entry = self._entries.get(word.casefold())
        if entry is None or (word.islower() and not entry.word.islower()):
            return None
        return entry.phonemes


def parse(word: str, said: str) -> str:
    """Phonemes from "/ipa/" or from a respelling. Raises ValueError if it has a symbol that the voice does not know."""
    said = said.strip()
    phonemes = said[1:-1] if len(said) > 2 and said[0] == said[-1] == "/" else _from_respelling(word, said)
    foreign = sorted(set(phonemes) - SYMBOLS)
    if foreign or not phonemes.strip():
        raise ValueError(f"the pronunciation of {word!r} has symbols that the voice does not know: {' '.join(foreign) or 'none at all'}")
    return phonemes


@cache
def builtin() -> Mapping[str, Entry]:
    text = files("synthesis.text").joinpath("lexicon.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {row["word"]: Entry(row["word"], parse(row["word"], f"/{row['ipa']}/"), row["language"], row["source"]) for row in rows}


def to_british(phonemes: str) -> str:
    """American phonemes in the voice's British set: no r before a consonant, long vowels marked."""
    for pattern, replacement in _BRITISH:
        phonemes = pattern.sub(replacement, phonemes)
    return phonemes


def _from_respelling(word: str, said: str) -> str:
    return " ".join(_respelled_word(word, part) for part in said.split())


def _respelled_word(word: str, said: str) -> str:
    syllables = [s for s in re.split("[-·]", said) if s]
    return "".join(_syllable(word, s, stressed=s.isupper() or len(syllables) == 1) for s in syllables)


def _syllable(word: str, written: str, *, stressed: bool) -> str:
    sounds, rest = "", written.lower()
    while rest:
        letters = next((rest[:n] for n in (3, 2, 1) if rest[:n] in _RESPELLED), None)
        if letters is None:
            raise ValueError(f"the respelling of {word!r} has a letter that stands for no sound: {rest[0]!r} in {written!r}")
        sounds += _RESPELLED[letters]
        rest = rest[len(letters) :]
    if not stressed:
        return sounds[:-1] + "ə" if sounds.endswith("æ") else sounds
    sounds = sounds.replace("əɹ", "ɜɹ").replace("ə", "ʌ")
    return _VOWEL.sub(lambda m: "ˈ" + m[0], sounds, count=1)
