"""Written text in, pieces of phonemes out: normalized, pronounced, and cut to the lengths that the voice reads best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from synthesis.errors import UnspeakableText
from synthesis.text import sentences
from synthesis.text.folding import unreadable_word
from synthesis.text.lexicon import Lexicon
from synthesis.text.normalize import normalize, words
from synthesis.text.phonemize import Phonemizer, Sound
from synthesis.types import Phonemes

# The voice rushes and fades on long input and drawls on short: best between 100 and 200 symbols.
# A turn that is short as a whole is spoken alone: among other words that are then cut off by the planned durations, ten
# such turns in two voices scored the same (DistillMOS 3.5, give or take 0.2), and four lost or gained a sound.
SHORTEST, BEST, LONGEST = 20, 200, 400
_CLAUSE_MARKS = frozenset(",;:—…)”")
_SENTENCE_MARKS = frozenset(".!?…")
_CLAUSE_WORDS = frozenset(
    "and but or that which who because while after before when where although since if as with".split()
)


class Frontend:
    """Reads text for any voice: `af_` and `am_` in American, `bf_` and `bm_` in British English."""

    def read(self, text: str, voice: str, lexicon: Lexicon | Mapping[str, str] | None = None) -> list[Phonemes]:
        """The pieces of one turn, in order, each at most 400 symbols and, where the text allows, 20 to 200.

        `lexicon`: a show's pronunciations, word -> "/ipa/" or respelling.
        Raises UnspeakableText if the text, or a word of it, has no sounds.
        """
        own = lexicon if isinstance(lexicon, Lexicon) else Lexicon(lexicon)
        british = voice.startswith("b")
        normalized = normalize(text, british=british)
        if not words(normalized):
            raise UnspeakableText(text, text.strip()[:40], "there is nothing to say")
        strange = unreadable_word(normalized)
        if strange is not None:
            raise UnspeakableText(text, strange[:40], "no English voice can read this word")
        phonemizer = _phonemizer(british)
        runs: list[list[Sound]] = []
        for sentence in sentences.split(normalized):
            if words(sentence):
                runs += _cut(_finished(phonemizer(sentence, own)), BEST)
        return [_piece(run) for run in _pack(runs)]


@cache
def _phonemizer(british: bool) -> Phonemizer:
    return Phonemizer(british=british)


def _finished(sounds: list[Sound]) -> list[Sound]:
    """The sentence's sounds, closed with a full stop if the writer left it open: the voice falls on it."""
    tail = "".join(sound.phonemes for sound in sounds[-2:])
    if any(mark in tail for mark in _SENTENCE_MARKS):
        return sounds
    return [*sounds, Sound(".", ".", False)]


def _cut(sounds: list[Sound], limit: int) -> list[list[Sound]]:
    """Halve what is too long: at a clause mark near its middle, else before a joining word, else between words."""
    length = _length(sounds)
    if length <= limit:
        return [sounds]
    at = _best_cut(sounds, length)
    if at is None:
        if length <= LONGEST or len(sounds) < 2:
            return [sounds]
        at = len(sounds) // 2
    return _cut(sounds[:at], limit) + _cut(sounds[at:], limit)


def _best_cut(sounds: list[Sound], length: int) -> int | None:
    """The index to cut before, or None if no cut leaves both parts long enough to sound natural."""
    best, best_cost = None, float("inf")
    read = 0
    for i, sound in enumerate(sounds):
        before, after = read, length - read
        read += len(sound.phonemes) + sound.is_spaced
        if i == 0 or not sounds[i - 1].is_spaced or min(before, after) < 2 * SHORTEST:
            continue
        cost = abs(before - after) / length + _cut_cost(sounds[i - 1], sound)
        if cost < best_cost:
            best, best_cost = i, cost
    return best


def _cut_cost(previous: Sound, following: Sound) -> float:
    if any(mark in _CLAUSE_MARKS for mark in previous.phonemes):
        return 0.0
    return 0.7 if following.text.lower() in _CLAUSE_WORDS else 2.0


def _pack(runs: list[list[Sound]]) -> list[list[Sound]]:
    """Join neighbours while they fit in the best length, then give what is still too short to its shorter neighbour."""
    packed: list[list[Sound]] = []
    for run in runs:
        if packed and _length(packed[-1]) + 1 + _length(run) <= BEST:
            packed[-1] = _joined(packed[-1], run)
        else:
            packed.append(run)
    i = 0
    while len(packed) > 1 and i < len(packed):
        if _length(packed[i]) >= SHORTEST:
            i += 1
            continue
        neighbour = min((n for n in (i - 1, i + 1) if 0 <= n < len(packed)), key=lambda n: _length(packed[n]))
        first, second = sorted((i, neighbour))
        if _length(packed[first]) + 1 + _length(packed[second]) > LONGEST:
            i += 1
            continue
        packed[first : second + 1] = [_joined(packed[first], packed[second])]
        i = first
    return packed


def _joined(first: list[Sound], second: list[Sound]) -> list[Sound]:
    last = first[-1]
    return [*first[:-1], replace(last, is_spaced=True), *second]


def _length(sounds: list[Sound]) -> int:
    return sum(len(sound.phonemes) + sound.is_spaced for sound in sounds)


def _piece(sounds: list[Sound]) -> Phonemes:
    symbols = "".join(sound.phonemes + (" " if sound.is_spaced else "") for sound in sounds).strip()
    text = "".join(sound.text + (" " if sound.is_spaced else "") for sound in sounds)
    guesses = dict.fromkeys(guess for sound in sounds for guess in sound.guesses)
    return Phonemes(spoken=words(text), symbols=symbols, guesses=tuple(guesses))
