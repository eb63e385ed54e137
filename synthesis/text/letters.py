"""How a name sounds by the spelling of its language, said as an English newsreader says it, in American phonemes.

letter_rules.tsv has the rules: at each place the first fits, of the language's own, then of the shared `base`. `@` is
any vowel letter, `#` any consonant letter. A sound with a stress mark takes the stress; else the language's habit does.
Unstressed open vowels are then reduced, as English does with every name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from synthesis.text.folding import to_ascii
from synthesis.text.tables import rows

Rule = tuple[re.Pattern[str], str, re.Pattern[str], str]

_VOWEL_LETTERS = "aeiouyáàâãäåāăąæéèêëēěęėíìîïīıóòôõöøōőœúùûüūůűųýÿ"
VOWELS = "AIOWYiuæɑəɛɪʊʌɔɜᵊ"
# Which vowel is stressed, counted from the end; 0 is the first. The others stress the second last.
_STRESSED = {
    **dict.fromkeys(("fr", "tr", "fa", "he", "zh", "vi", "th"), 1),
    **dict.fromkeys(("cs", "hu", "fi", "sv", "de", "nl", "ga", "lt", "ko"), 0),
}
# Endings that take the stress on the vowel before them: -ović, -ia, -io.
_STRESSED_BEFORE = re.compile(f"vɪʧ$|[^{VOWELS}]i[əO]$")
_FINAL_IF_CONSONANT = frozenset({"es", "pt", "ar", "hi"})
_UNREDUCED = frozenset({"zh", "ko", "vi", "fr", "cy", "ga"})


def languages() -> frozenset[str]:
    """The languages with rules of their own."""
    return frozenset(row["language"] for row in rows("letter_rules")) - {"base"}


def sound_out(word: str, language: str) -> str:
    """Phonemes of a word with one main stress, or an empty string if the rules find no vowel in it."""
    written = unicodedata.normalize("NFC", word).lower()
    # An ö said with an r is often written before one.
    sounds = _read(re.sub(r"[^\w']|[\d_]", "", written), _rules(language)).replace("ɹɹ", "ɹ")
    vowels = [i for i, sound in enumerate(sounds) if sound in VOWELS and sounds[i : i + 2] != "əɹ"]
    vowels = vowels or [i for i, sound in enumerate(sounds) if sound in VOWELS]
    if not vowels:
        return ""
    if "ˈ" in sounds:
        sounds = sounds.replace("ˈ", "", sounds.count("ˈ") - 1)
    else:
        at = _stressed(vowels, sounds, language)
        sounds = f"{sounds[:at]}ˈ{sounds[at:]}"
    return sounds if language in _UNREDUCED else reduce(sounds)


def reduce(sounds: str) -> str:
    """Vowels as English has them: weak ones where there is no stress, æ for ɑ far from the end and before nasals."""
    vowels = [i for i, sound in enumerate(sounds) if sound in VOWELS]
    main = next(n for n, i in enumerate(vowels) if sounds[i - 1 : i] == "ˈ")
    reduced = list(sounds)
    for n, i in enumerate(vowels):
        reduced[i] = _as_english(sounds, i, n, main, from_end=len(vowels) - 1 - n)
    return "".join(reduced)


def _as_english(sounds: str, i: int, n: int, main: int, *, from_end: int) -> str:
    """The vowel at `i`, the `n`-th of its word, `from_end` before the last, when the `main`-th has the stress."""
    sound, rest = sounds[i], sounds[i + 1 :].replace("ˈ", "")
    follows = rest[:1]
    is_open = len(rest) > 1 and follows not in VOWELS and rest[1] in VOWELS
    is_before_nasals = len(rest) > 1 and follows in "nmŋ" and rest[1] not in f"{VOWELS}j"
    if sound == "ɑ" and (is_before_nasals or (n == main and from_end >= 2)):
        return "æ"
    if n == main or sound not in "ɑɛi":
        return sound
    if not rest:
        return "ə" if sound == "ɑ" else sound
    if sound == "i":
        return sound if follows in f"{VOWELS}ɹj" else "ɪ"
    if n == 0:
        return "ə" if main == 1 and is_open and from_end >= 2 and follows != "ɹ" else sound
    return "ə" if is_open and sounds[i - 1] not in f"{VOWELS}j" else sound


def _stressed(vowels: list[int], sounds: str, language: str) -> int:
    strong = [i for i in vowels if sounds[i] not in "əᵊ"] or vowels
    if language in _FINAL_IF_CONSONANT and sounds[-1] not in f"{VOWELS}sn":
        return strong[-1]
    from_end = 3 if _STRESSED_BEFORE.search(sounds) else _STRESSED.get(language, 2)
    if from_end == 0:
        return strong[0]
    at = vowels[-from_end] if len(vowels) >= from_end else vowels[0]
    return at if at in strong else strong[-1]


@cache
def _rules(language: str) -> dict[str, tuple[Rule, ...]]:
    """The rules that a letter can begin, those of the language before the shared ones; by that letter."""
    own = [row for row in rows("letter_rules") if row["language"] == language]
    shared = [row for row in rows("letter_rules") if row["language"] == "base"]
    found: dict[str, list[Rule]] = {}
    for row in own + shared:
        rule = (
            re.compile(f"(?:{_expand(row['before'])})$"),
            row["letters"],
            re.compile(_expand(row["after"])),
            row["sounds"],
        )
        found.setdefault(row["letters"][0], []).append(rule)
    return {letter: tuple(rules) for letter, rules in found.items()}


def _expand(cell: str) -> str:
    return cell.replace("@", f"[{_VOWEL_LETTERS}]").replace("#", f"[^{_VOWEL_LETTERS}']")


def _read(word: str, rules: dict[str, tuple[Rule, ...]]) -> str:
    sounds, at = "", 0
    while at < len(word):
        letters, said = _first_fit(word, at, rules)
        is_doubled = len(letters) == 1 and letters not in _VOWEL_LETTERS and word[at + 1 : at + 2] == letters
        sounds += said
        at += len(letters) + is_doubled
    return sounds


def _first_fit(word: str, at: int, rules: dict[str, tuple[Rule, ...]]) -> tuple[str, str]:
    for before, letters, after, sounds in rules.get(word[at], ()):
        if word.startswith(letters, at) and after.match(word, at + len(letters)) and before.search(word[:at]):
            return letters, sounds
    plain = to_ascii(word[at]).lower()
    if plain and plain != word[at]:
        return word[at], _read(plain, rules)
    return word[at], {"g": "ɡ", "r": "ɹ"}.get(word[at], word[at] if word[at] in "bdfhklmnpstvwz" else "")
