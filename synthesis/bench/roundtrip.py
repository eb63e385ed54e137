"""What is heard of 100 news sentences that are full of numbers, names and terms, ours beside the reference package's.

Both hosts' voices speak each sentence, once through our front end and voice, once through the reference's own pipeline
(misaki with espeak, on the same weights). whisper-base writes down what it hears. Word errors are counted after
Whisper's English normalizer, "June 5th" as "June 5", without the names, which are scored on their phonemes: see
`hearing`. The converter that reads what was heard in a name's place is the reference's, for both. `names_sent` compares
what each front end makes of the name alone, before anything is spoken. DistillMOS judges the sound of the same takes,
with their ends cut alike.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from synthesis import checkpoint
from synthesis.audio.resample import VOICE_RATE, resample
from synthesis.bench import BadOption, machine
from synthesis.bench.hearing import Errors, Name, Score, distance, score, sounds
from synthesis.bench.listeners import Opinion
from synthesis.bench.packages import require
from synthesis.bench.peers import ReferencePipeline
from synthesis.device import prepare_cpu
from synthesis.recogniser import LISTENING_RATE, Recogniser
from synthesis.speech.synthesizer import Synthesizer
from synthesis.text.dates import MONTHS
from synthesis.text.frontend import Frontend

VOICES = ("af_heart", "am_michael")
SEED = 1
EDGE_BELOW, EDGE_S = 0.02, 0.1  # of the loudest sample
TOLD_EVERY = 10  # sentences: a whole run takes a quarter of an hour and more
_DATE = re.compile(rf"\b({'|'.join(MONTHS).lower()}) (\d+)(?:st|nd|rd|th)\b")
_MARKS = str.maketrans(dict.fromkeys('.,;:!?—…"()“”', None))


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    names: tuple[Name, ...]


@dataclass(slots=True)
class System:
    """A way from text to sound, and what was made of its takes so far."""

    speak: Callable[[str, str], Tensor]
    phonemes: Callable[[str], str]
    score: Score = field(default_factory=Score)
    names_sent: Errors = field(default_factory=Errors)
    opinions: list[float] = field(default_factory=list)


@cache
def news() -> tuple[Sentence, ...]:
    """100 sentences of invented news. A name's phonemes are how an American newsreader says it."""
    lines = files(__package__).joinpath("roundtrip.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(_sentence(*line.split("\t")) for line in lines[1:])


def _sentence(text: str, listed: str) -> Sentence:
    return Sentence(text, tuple(Name(*entry.split("=")) for entry in listed.split("; ") if entry))


def measure(sentences: int = 100) -> dict[str, Any]:
    """The first so many sentences in both voices. Raises PeerAbsent if the tools or the reference are not installed."""
    if not 1 <= sentences <= len(news()):
        raise BadOption(f"{sentences} sentences: there are 1 to {len(news())}")
    prepare_cpu()
    torch.manual_seed(SEED)  # of the reference's noise
    reference = ReferencePipeline(checkpoint.models_dir())
    systems = {"ours": _ours(), "kokoro": System(reference.speak, reference.phonemes)}
    judge = _Judge(reference.phonemes)
    for number, sentence in enumerate(news()[:sentences], start=1):
        for name, system in systems.items():
            judge.add(sentence, system, name)
        sys.stderr.write(f"{number}/{sentences}\n")
        if number % TOLD_EVERY == 0:
            sys.stderr.write(f"so far: {json.dumps(_figures(systems))}\n")
    return {**_figures(systems), "sentences": sentences, "voices": list(VOICES), **machine(torch.device("cpu"))}


def _ours() -> System:
    frontend, synthesizer = Frontend(), Synthesizer.load(checkpoint.models_dir())

    def speak(text: str, voice: str) -> Tensor:
        symbols = [piece.symbols for piece in frontend.read(text, voice)]
        keys = [f"{text}:{i}" for i in range(len(symbols))]
        return torch.cat([t.waveform for t in synthesizer.speak(symbols, [voice] * len(symbols), keys=keys)])

    def phonemes(text: str) -> str:
        return " ".join(piece.symbols for piece in frontend.read(text, VOICES[0]))

    return System(speak, phonemes)


def dates_alike(normalized: str) -> str:
    """`june 5th` as `june 5`: how a recogniser writes a date does not tell whether it was said right."""
    return _DATE.sub(r"\1 \2", normalized)


def spoken_part(waveform: Tensor, rate: int) -> Tensor:
    """A take (S,) with the same silence at its ends, whoever rendered it: a tenth of a second, and none made up.

    Silence at the ends moves a judge of sound, and how much there is has been decided before the sound is made.
    """
    loud = (waveform.abs() > EDGE_BELOW * waveform.abs().max()).nonzero().flatten()
    margin = round(EDGE_S * rate)
    return waveform[max(0, int(loud[0]) - margin) : int(loud[-1]) + 1 + margin] if len(loud) else waveform


class _Judge:
    """Listens to a system's takes. `read`: the converter that reads what was heard in a name's place."""

    def __init__(self, read: Callable[[str], str]):
        self._read = read
        self._recogniser, self._opinion = Recogniser(), Opinion()
        self._normalize = require("whisper_normalizer.english", "dev").EnglishTextNormalizer()

    def add(self, sentence: Sentence, system: System, label: str) -> None:
        for name in sentence.names:
            wanted, sent = sounds(name.phonemes), sounds(_bare(system.phonemes(name.written)))
            system.names_sent.add(distance(wanted, sent), len(wanted))
        names = [(self._words(name.written), name) for name in sentence.names]
        for voice in VOICES:
            waveform = system.speak(sentence.text, voice)
            heard = self._recogniser.hear(resample(waveform, VOICE_RATE, LISTENING_RATE))
            if self._words(heard) != self._words(sentence.text):
                sys.stderr.write(f"{label}, {voice}: {heard}\n")
            score(system.score, self._words(sentence.text), self._words(heard), names, self._phonemes)
            system.opinions.append(self._opinion.of(spoken_part(waveform, VOICE_RATE)))

    def _words(self, text: str) -> list[str]:
        return dates_alike(str(self._normalize(text))).split()

    def _phonemes(self, heard: str) -> str:
        return _bare(self._read(heard)) if heard else ""


def _bare(phonemes: str) -> str:
    return phonemes.translate(_MARKS)


def _figures(systems: dict[str, System]) -> dict[str, Any]:
    return {
        "word_error_rate": {name: round(system.score.words.rate, 4) for name, system in systems.items()},
        "name_phoneme_error_rate": {name: round(system.score.names.rate, 4) for name, system in systems.items()},
        "names_sent_phoneme_error_rate": {name: round(system.names_sent.rate, 4) for name, system in systems.items()},
        "distill_mos": {name: round(fmean(system.opinions), 3) for name, system in systems.items()},
        "words": systems["ours"].score.words.of,
        "name_phonemes": systems["ours"].score.names.of,
    }
