"""How far apart two American pronunciations are: what counts as equal made equal, then the edit distance.

Equal counts what sources, or speakers, do not keep apart: the flap and t; schwa, the u of "cut" and syllabic
consonants; ɪ, ə and ᵻ in a syllable said without stress; "cot" and "caught"; the vowels before r of "near", "Mary,
marry, merry", "tour" and "horse, hoarse"; "which" and "witch"; n and ng before k and g. Stress itself does not count.
"""

from __future__ import annotations

import re

_VOWELS = "AIOWYiuæɑəɛɜɪʊɔᵻ"
_FOLDS = tuple(
    (re.compile(pattern), symbols)
    for pattern, symbols in (
        (r"[^A-Za-zæðŋɑɐɔəɛɜɡɪɹɾʃʊʌʒʤʧθᵊᵻʔɚɫˈˌ]", ""),
        ("[Tɾʔ]", "t"),
        ("ɚ", "əɹ"),
        ("tʃ", "ʧ"),
        ("dʒ", "ʤ"),
        ("hw", "w"),
        ("ɫ", "l"),
        ("(?<![ˈˌ])[ɪə](?!ɹ)", "ᵻ"),
        ("[ˈˌ]", ""),
        ("[ᵊʌɐ]", "ə"),
        ("n(?=[kɡ])", "ŋ"),
        ("ɜɹ?", "əɹ"),
        ("e", "ɛ"),
        ("o", "O"),
        ("a", "ɑ"),
        (f"(?<=[{_VOWELS}])ə(?=ɹ)", ""),
        ("ɔ(?!ɹ)", "ɑ"),
        ("i(?=ɹ)", "ɪ"),
        ("[Aæ](?=ɹ)", "ɛ"),
        ("u(?=ɹ)", "ʊ"),
        ("O(?=ɹ)", "ɔ"),
    )
)
_FOLDS_WITHOUT_STRESS = tuple(fold for fold in _FOLDS if fold[1] != "ᵻ")


def fold(phonemes: str, *, has_stress: bool) -> str:
    """Phonemes with what counts as equal made equal. ᵻ stays, and is matched by `distance`.

    Without stress marks no syllable is known to be unstressed, and ɪ and ə stay too.
    """
    for pattern, symbols in _FOLDS if has_stress else _FOLDS_WITHOUT_STRESS:
        phonemes = pattern.sub(symbols, phonemes)
    return phonemes


def distance(said: str, gold: str) -> int:
    """Levenshtein distance of two folded strings of phonemes."""
    row = list(range(len(gold) + 1))
    for i, a in enumerate(said, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(gold, start=1):
            is_same = a == b or {a, b} in ({"ᵻ", "ɪ"}, {"ᵻ", "ə"})
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (not is_same))
    return row[-1]
