"""A guess at how an unknown word sounds: by the spelling rules of the language that it comes from, or by a network.

The last resort behind the lexicon and the dictionaries. The guess says what language it takes the word to be from and
how sure it is, for an editor to hear and settle. Phonemes are the voice's American ones, the stress mark before the
vowel.
"""

from __future__ import annotations

import re

from synthesis.text import languages, letters, spelling
from synthesis.text.folding import to_ascii
from synthesis.types import Guess

# Measured on the tuning list of names. The network has learnt names of many languages, as Americans say them: where it
# is sure of itself it is nearer than the rules of a language that is only likely.
LEAST_CONFIDENCE = 0.2
SURE_OF_SPELLING = 0.8
_LETTER_NAMES = """ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs
    tˈi jˈu vˈi dˈʌbᵊljˌu ˈɛks wˈI zˈi"""
LETTER_NAMES = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
_SCRIPTS = ((re.compile("[іїєґ]"), "uk"), (re.compile("[а-яё]"), "ru"), (re.compile("[α-ωά-ώ]"), "el"))


def guess(word: str) -> Guess:
    """Phonemes for a word that nothing knows; never empty for a word with a letter that has a Latin reading.

    `confidence` is the probability of the language, or for English that of the letters' sounds.
    Raises ValueError if no letter of the word can be read.
    """
    plain = "".join(letter for letter in to_ascii(word) if letter.isascii() and letter.isalpha())
    if not plain:
        raise ValueError(f"no letter of {word!r} can be read")
    if not re.search("[aeiouy]", plain.lower()):
        return Guess(word, _spell(plain.lower()), languages.ENGLISH, 0.5)
    spelled, origin = spelling.spell(plain), _origin(word)
    phonemes = spelled.phonemes or _spell(plain.lower())
    is_likely = origin.confidence >= LEAST_CONFIDENCE or not word.isascii()
    if origin.language == languages.ENGLISH or not is_likely:
        return Guess(word, phonemes, languages.ENGLISH, spelled.confidence)
    if not word.isascii() or spelled.confidence < SURE_OF_SPELLING:
        written = plain if _is_of_other_script(word) else word
        phonemes = letters.sound_out(written, origin.language) or phonemes
    return Guess(word, phonemes, origin.language, origin.confidence)


def _origin(word: str) -> languages.Origin:
    """A lower-case word is English, but for one with foreign marks; another script tells its language."""
    for script, language in _SCRIPTS:
        if script.search(word.lower()):
            return languages.Origin(language, 0.9)
    is_english = word.islower() and word.isascii()
    return languages.Origin(languages.ENGLISH, 1.0) if is_english else languages.origin(word)


def _is_of_other_script(word: str) -> bool:
    return any(script.search(word.lower()) for script, _ in _SCRIPTS)


def _spell(plain: str) -> str:
    """Letter by letter, the last one stressed most."""
    names = "".join(LETTER_NAMES[letter] for letter in plain)
    return names.replace("ˈ", "ˌ", names.count("ˈ") - 1)
