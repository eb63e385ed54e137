"""A guess at how an unknown word sounds: letter-to-sound rules for English, with hints for frequent foreign spellings.

The last resort behind the lexicon and the dictionaries; whoever uses it reports the word as guessed. Output is in the
voice's American phonemes, with the stress mark before the stressed vowel.
"""

from __future__ import annotations

import re
from functools import cache

from synthesis.text.folding import to_ascii
from synthesis.text.tables import rows

Rule = tuple[re.Pattern[str], str, re.Pattern[str], str]

_VOWEL_LETTERS = "aeiouy"
_VOWELS = "AIOWYaeiouæɑəɛɜɪʊʌᵊᵻɔ"
_LETTER_NAMES = """ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs
    tˈi jˈu vˈi dˈʌbᵊljˌu ˈɛks wˈI zˈi"""
LETTER_NAMES = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
# What shows that a word is not English: its vowels are then read the continental way.
_FOREIGN = re.compile(
    r"[aiou]$|sk[iy]+j?$|cz|sz|zh|kh|dz|tz|gy|ij|aa|uu|ao|ii|vsk|[oe]vic|wicz|enko|shvili|yan$|ian$|ov$|ev$|eva$|ova$"
    r"|^ng|^xi|^zh|^qi|^dj|^tch|^al-|^mb|^nk|sch|eaux?$|ez$"
)
_POLISH = re.compile(r"wsk|wicz|czyk|rzy|szcz|[^s]cki$")
_PLAIN = dict(zip("bdfhklmnprstvwz", "bdfhklmnpɹstvwz", strict=True))
# Endings that say which vowel from the end is stressed.
_STRESS = (
    (re.compile(r"(vic|vich|vych)$"), 3),
    (re.compile(r"(tion|sion|cian|ic|ics|ical|ity|ia|io|ian|ius|ious|ual)s?$"), None),
    (re.compile(r"(ee|eer|ese|ette|esque|aire|oo)$"), 1),
)


def guess(word: str) -> str:
    """Phonemes for a word that nothing knows; never empty for a word with a letter that has a Latin reading.

    Raises ValueError if no letter of the word can be read.
    """
    plain = re.sub(r"[^a-z]", "", to_ascii(word).lower())
    if not plain:
        raise ValueError(f"no letter of {word!r} can be read")
    if not re.search(f"[{_VOWEL_LETTERS}]", plain):
        return _spell(plain)
    if _POLISH.search(plain):
        plain = plain.replace("w", "v").replace("ch", "kh")
    is_foreign = _FOREIGN.search(plain) is not None
    sounds = _read(plain, _rules("foreign" if is_foreign else "english"))
    if not any(sound in _VOWELS for sound in sounds):
        return _spell(plain)
    return _stress(sounds, plain, is_foreign)


def _spell(letters: str) -> str:
    """Letter by letter, the last one stressed most."""
    names = "".join(LETTER_NAMES[letter] for letter in letters)
    return names.replace("ˈ", "ˌ", names.count("ˈ") - 1)


@cache
def _rules(mode: str) -> tuple[Rule, ...]:
    """The rows of letter_rules.tsv of one mode: the first that fits at a position wins."""
    fitting = [row for row in rows("letter_rules") if row["mode"] == mode]
    return tuple(
        (re.compile(f"(?:{_expand(row['before'])})$"), row["letters"], re.compile(_expand(row["after"])), row["sounds"])
        for row in fitting
    )


def _expand(cell: str) -> str:
    """`@` is any vowel letter, `#` any consonant letter."""
    return cell.replace("@", f"[{_VOWEL_LETTERS}]").replace("#", f"[^{_VOWEL_LETTERS}]")


def _read(word: str, rules: tuple[Rule, ...]) -> str:
    sounds, at = "", 0
    while at < len(word):
        letters, said = _first_fit(word, at, rules)
        doubled = len(letters) == 1 and letters not in _VOWEL_LETTERS and word[at + 1 : at + 2] == letters
        sounds += said
        at += len(letters) + doubled
    return sounds


def _first_fit(word: str, at: int, rules: tuple[Rule, ...]) -> tuple[str, str]:
    for before, letters, after, sounds in rules:
        if word.startswith(letters, at) and after.match(word, at + len(letters)) and before.search(word[:at]):
            return letters, sounds
    return word[at], _PLAIN.get(word[at], "")


def _stress(sounds: str, word: str, is_foreign: bool) -> str:
    """Mark one vowel: the ending decides, else the second last of a foreign word, the first or third last of others."""
    if "ˈ" in sounds:
        return sounds
    vowels = [i for i, sound in enumerate(sounds) if sound in _VOWELS]
    strong = [i for i in vowels if sounds[i] not in "əᵊ"] or vowels
    at = strong[0] if len(vowels) < 3 else _stressed_by_ending(word, vowels, is_foreign)
    if sounds[at] in "əᵊ":
        at = strong[-1]
    sounds = sounds[:at] + "ˈ" + sounds[at:]
    if is_foreign:
        return sounds
    return re.sub(r"(?<!ˈ)æ(?=[^æ]*$)", "ə", sounds) if len(vowels) > 2 else sounds


def _stressed_by_ending(word: str, vowels: list[int], is_foreign: bool) -> int:
    for pattern, from_end in _STRESS:
        match = pattern.search(word)
        if match:
            before_ending = len(re.findall(f"[{_VOWEL_LETTERS}]+", word[: match.start()]))
            return vowels[-from_end] if from_end else vowels[max(0, min(before_ending, len(vowels)) - 1)]
    return vowels[-2] if is_foreign else vowels[-3]
