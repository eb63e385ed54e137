"""Read a finished recording back: what a recogniser hears of it beside what its script says.

A recogniser mishears, most of all names; so words count as different only if they sound different, and a word that is
missing from what was heard counts as dropped only if there was no time to say it.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from synthesis.audio import encode
from synthesis.dialogue import restricted
from synthesis.dialogue.held import NUMBER_WORDS
from synthesis.errors import UnspeakableText
from synthesis.recogniser import LISTENING_RATE, NAME, HeardWord, Recogniser
from synthesis.text import likeness
from synthesis.text.alignment import align
from synthesis.text.frontend import Frontend
from synthesis.text.normalize import normalize, words
from synthesis.types import Cue

Kind = Literal["dropped", "doubled", "added", "wrong", "swapped", "restricted"]
LETTERS_A_SECOND = 15.4
TIME_ENOUGH = 0.6  # of what the missing words take to say
SURE = 0.5  # probability of what was heard, below which nothing is held against the script
ALIKE = 0.4  # of the longer one's sounds may differ
WEAK = frozenset("a an the and or of to in on at is are was be as it that this his her its for".split())
BANDS, FRAME = 32, 512
FIGURES = NUMBER_WORDS | {"one", "zero"}
Region = tuple[int, int, int, int]
"""From which expected and which found word, up to which."""
_FIGURE = re.compile(r"[\d$£€¥%]")
_POINT = re.compile(r"(?<=\d) (?=[.,]\d)")  # "0 .25%" is one figure, heard as two words
SWAPPED_BY = 1.15  # times as far from the own host's sound as from the other's


@dataclass(frozen=True, slots=True)
class Difference:
    """`start_s`: when it is heard; `turn`: the index of the turn in the dialogue."""

    kind: Kind
    start_s: float
    turn: int
    expected: str
    heard: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Word:
    """One spoken word of a cue, or of what was heard: `place` is the index of that cue or heard word."""

    text: str
    place: int


def read_back(path: Path, cues: Sequence[Cue], never_say: Sequence[str] = ()) -> dict[str, Any]:
    """What was heard of the MP3, as JSON takes it: {recogniser, words, heard, seconds, differences}.

    Raises RecogniserAbsent.
    """
    started = time.monotonic()
    waveform = encode.decode(path, sample_rate=LISTENING_RATE, channels=1)[0]
    heard = _recogniser().hear_words(waveform)
    found = [*compare(cues, heard), *said(cues, heard, never_say), *swapped(cues, waveform)]
    return {
        "recogniser": NAME,
        "words": len(_expected(cues)),
        "heard": len(heard),
        "seconds": round(time.monotonic() - started, 1),
        "differences": [difference.to_json() for difference in sorted(found, key=lambda each: each.start_s)],
    }


@functools.cache
def _recogniser() -> Recogniser:
    return Recogniser()


def compare(cues: Sequence[Cue], heard: Sequence[HeardWord]) -> list[Difference]:
    """Where the words that were heard are not those of the turns, in the order of the recording."""
    wanted, found = _expected(cues), _found(heard)
    spelled = _regions([word.text for word in wanted], [word.text for word in found])
    regions = [region for wide in spelled for region in _by_sound(wanted, found, wide)]
    return [d for region in regions if (d := _judge(cues, heard, wanted, found, region)) is not None]


def _regions(expected: Sequence[str], other: Sequence[str]) -> list[Region]:
    """The stretches, of the one and of the other, that an alignment finds unequal."""
    regions: list[Region] = []
    i = j = 0
    start: tuple[int, int] | None = None
    for wanted, found in align(expected, other):
        if wanted == found and start is not None:
            regions.append((*start, i, j))
            start = None
        elif wanted != found and start is None:
            start = (i, j)
        i += wanted is not None
        j += found is not None
    return [*regions, (*start, i, j)] if start is not None else regions


def _by_sound(wanted: Sequence[_Word], found: Sequence[_Word], region: Region) -> list[Region]:
    """The region without the words in it that are spelled otherwise and sound the same."""
    i, j, i_end, j_end = region
    if i == i_end or j == j_end:
        return [region]
    sounds = [[_sounds(word.text) for word in words] for words in (wanted[i:i_end], found[j:j_end])]
    return [(a + i, b + j, c + i, d + j) for a, b, c, d in _regions(*sounds)]


def _expected(cues: Sequence[Cue]) -> list[_Word]:
    return [_Word(word, place) for place, cue in enumerate(cues) for word in _spoken(cue.text)]


def _found(heard: Sequence[HeardWord]) -> list[_Word]:
    """The spoken words of what was written down. A figure is read with its neighbours: $3, million; March, 3."""
    texts = [word.text for word in heard]
    is_near = [any(map(_FIGURE.search, texts[max(0, place - 2) : place + 2])) for place in range(len(texts))]
    found: list[_Word] = []
    for near, group in groupby(range(len(texts)), key=lambda place: is_near[place]):
        places = list(group)
        for run in [places] if near else [[place] for place in places]:
            spoken = _spoken(_POINT.sub("", " ".join(texts[place] for place in run)))
            found += [_Word(word, run[n * len(run) // len(spoken)]) for n, word in enumerate(spoken)]
    return found


def _spoken(text: str) -> list[str]:
    return words(normalize(text)).split()


def _judge(
    cues: Sequence[Cue], heard: Sequence[HeardWord], wanted: Sequence[_Word], found: Sequence[_Word], region: Region
) -> Difference | None:
    """The difference that a region makes, if it makes one."""
    i, j, i_end, j_end = region
    lost, put = wanted[i:i_end], found[j:j_end]
    expected, other = (" ".join(word.text for word in each) for each in (lost, put))
    if {word.text for word in (*lost, *put)} <= WEAK or (lost and put and sounds_alike(expected, other)):
        return None
    if put and min(heard[word.place].probability for word in put) < SURE:
        return None
    before_s = heard[found[j - 1].place].end_s if j else 0.0
    if not put:
        after_s = heard[found[j].place].start_s if j < len(found) else cues[-1].end_s
        if after_s - before_s > TIME_ENOUGH * len(expected) / LETTERS_A_SECOND:
            return None
        return Difference("dropped", round(before_s, 2), cues[lost[0].place].turn, expected, "")
    start_s = round(heard[put[0].place].start_s, 2)
    if lost:
        return Difference("wrong", start_s, cues[lost[0].place].turn, expected, other)
    beside = (wanted[max(0, i - len(put)) : i], wanted[i : i + len(put)])
    is_doubled = any(" ".join(word.text for word in words) == other for words in beside)
    return Difference("doubled" if is_doubled else "added", start_s, _turn_at(cues, start_s), "", other)


def _turn_at(cues: Sequence[Cue], start_s: float) -> int:
    return next((cue.turn for cue in reversed(cues) if cue.start_s <= start_s + 0.2), cues[0].turn)


def sounds_alike(expected: str, heard: str) -> bool:
    """Whether two runs of words differ in their spelling more than in their sound. Figures must be the same."""
    figures = [[word for word in text.split() if word in FIGURES] for text in (expected, heard)]
    first, second = _sounds(expected), _sounds(heard)
    return figures[0] == figures[1] and likeness.distance(first, second) <= ALIKE * max(len(first), len(second), 1)


def _sounds(text: str) -> str:
    return likeness.fold(_phonemes(text), has_stress=True)


@functools.lru_cache(maxsize=512)
def _phonemes(text: str) -> str:
    try:
        return "".join(piece.symbols for piece in Frontend().read(text, "af_heart")).rstrip(".")
    except UnspeakableText:
        return text


def said(cues: Sequence[Cue], heard: Sequence[HeardWord], never_say: Sequence[str]) -> list[Difference]:
    """What is not to be said and was heard."""
    text, starts = "", []
    for word in heard:
        starts += [word.start_s] * (len(word.text) + 1)
        text += f"{word.text} "
    found, rest = [], 0
    for finding in restricted.check(text, never_say):
        place = text.index(finding.span, rest)
        rest = place + 1
        found.append(Difference("restricted", round(starts[place], 2), _turn_at(cues, starts[place]), "", finding.span))
    return found


def swapped(cues: Sequence[Cue], waveform: Tensor) -> list[Difference]:
    """The turns that sound like another host's. `waveform`: (S,) at 16 kHz. Each host needs three turns or more."""
    sounds = [_colour(waveform[int(cue.start_s * LISTENING_RATE) : int(cue.end_s * LISTENING_RATE)]) for cue in cues]
    by_host: dict[str, list[int]] = {}
    for place, cue in enumerate(cues):
        if sounds[place] is not None:
            by_host.setdefault(cue.host, []).append(place)
    if len(by_host) < 2 or min(map(len, by_host.values())) < 3:
        return []
    return [
        Difference("swapped", round(cues[place].start_s, 2), cues[place].turn, host, other)
        for host, places in by_host.items()
        for place in places
        if (other := _nearer(place, host, by_host, sounds))
    ]


def _nearer(place: int, host: str, by_host: Mapping[str, list[int]], sounds: Sequence[Tensor | None]) -> str:
    """The host whose other turns this one sounds like, if it is not its own; "" if it is."""
    own = sounds[place]
    assert own is not None
    away = {
        name: float(
            (own - torch.stack([s for p in places if p != place and (s := sounds[p]) is not None]).mean(0)).norm()
        )
        for name, places in by_host.items()
    }
    nearest = min(away, key=lambda name: away[name])
    return nearest if nearest != host and away[host] > SWAPPED_BY * away[nearest] else ""


def _colour(waveform: Tensor) -> Tensor | None:
    """(32,): the mean spectrum of a turn in dB, without its loudness; None for what is too short to tell a voice by."""
    if len(waveform) < LISTENING_RATE:
        return None
    spectrum = torch.stft(waveform, FRAME, window=torch.hann_window(FRAME), return_complex=True).abs().square()
    loud = spectrum.sum(0)
    spectrum = spectrum[1:, loud > loud.median()]  # (256, K)
    edges = torch.logspace(0, 8, BANDS + 1, base=2).long().unique()
    bands = torch.stack([spectrum[a - 1 : max(b - 1, a)].mean() for a, b in zip(edges, edges[1:], strict=False)])
    colour = 10 * bands.clamp(min=1e-12).log10()
    return colour - colour.mean()
