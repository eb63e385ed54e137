"""Whether our voice is the reference package's voice: same weights, phonemes, style and noise, in float32 on the CPU.

Each utterance is spoken by ours, by the reference as it is, and by the reference with the phase of its sine source in
float64. As it is, it sums the phase in float32 and is 37 to 45 dB off its own float64 result; ours sums in float64. So
what is left against the second reference is ours, and what is left against the first is mostly the reference's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from statistics import fmean
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from synthesis import checkpoint
from synthesis.bench import machine
from synthesis.bench.likeness import log_mel_l1_db, pesq_wb, snr_db
from synthesis.bench.peers import Reference
from synthesis.speech.synthesizer import SpokenPhonemes, Synthesizer, seeded_noise
from synthesis.text.frontend import Frontend

FADE = 240
"""Samples at both ends of a take, which our trimming fades."""

UTTERANCES: tuple[tuple[str, str], ...] = (
    ("af_heart", "Good evening."),
    ("am_michael", "Is it safe?"),
    ("bf_emma", "The vote was 214 to 9."),
    ("af_heart", "Nobody was hurt, the coastguard said."),
    ("am_michael", "What will the new bridge at Port Ellery cost?"),
    ("bf_emma", "About £2.4 million, and it should open on 3 June 2027."),
    ("af_heart", "Ines Carvalho, who runs the clinic, says that 1,250 patients are still waiting for a first visit."),
    ("am_michael", "Prices rose by 3.1% in October, after 2.8% in September; rents alone rose by 6%."),
    ("bf_emma", "Dr. Adeyemi and Ms. Lindqvist will share the prize, worth $1.1 million, for their work on CRISPR."),
    ("af_heart", "Who decided that the ferry should sail, with winds of 90 kilometers an hour in the forecast?"),
    ("am_michael", "The storm tore the roof from the school, blocked the only road, and cut the power to 4,300 homes."),
    ("bf_emma", "NATO's ministers meet in Tallinn on Tuesday. The talks are expected to last for two days."),
    (
        "af_heart",
        "The harbour council of Port Ellery voted on Tuesday to rebuild the old sea wall, which storms had broken "
        "twice last winter, and to move forty houses behind it.",
    ),
    (
        "am_michael",
        "Researchers in Kyoto have built a battery that keeps 80% of its charge after 10,000 cycles, and that does "
        "without cobalt, nickel or any other metal that is hard to come by.",
    ),
    ("bf_emma", "No, not yet: the court will hear both sides in November, and rule by the end of the year."),
    ("af_heart", '"We were told at half past four," said Tom Abernathy, "and by five the water was in the kitchen."'),
    ("am_michael", "Huawei, Nvidia and TSMC; those three, he said, make two thirds of it."),
    ("bf_emma", "Snow fell as far south as Seville!"),
    ("af_heart", "Two, four, eight, sixteen."),
    ("am_michael", "Unemployment fell from 5.2% to 4.9%, the lowest since 2008, while 12,000 jobs were left open."),
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Our take against the reference's: as it is, and with its phase in float64 (`_f64`)."""

    voice: str
    symbols: int
    audio_s: float
    same_durations: bool
    snr_db: float
    log_mel_l1_db: float
    pesq: float
    snr_db_f64: float
    log_mel_l1_db_f64: float
    pesq_f64: float


def measure() -> dict[str, Any]:
    """All 20 utterances: the worst and the mean of each figure, and each utterance's own."""
    likenesses = compare(UTTERANCES)
    names = [name for name in asdict(likenesses[0]) if name.startswith(("snr", "log_mel", "pesq"))]
    figures: dict[str, Any] = {"same_durations": all(likeness.same_durations for likeness in likenesses)}
    for name in names:
        values = [getattr(likeness, name) for likeness in likenesses]
        worst = max(values) if name.startswith("log_mel") else min(values)
        figures[name] = {"mean": round(fmean(values), 4), "worst": round(worst, 4)}
    return {**figures, "utterances": [asdict(likeness) for likeness in likenesses], **machine(torch.device("cpu"))}


def compare(utterances: Sequence[tuple[str, str]]) -> list[Likeness]:
    """Speak each (voice, text) by all three, and compare. Raises PeerAbsent without the reference package."""
    models_dir = checkpoint.models_dir()
    ours, reference, frontend = Synthesizer.load(models_dir, "cpu"), Reference(models_dir, "cpu"), Frontend()
    likenesses = []
    for done, (voice, text) in enumerate(utterances):
        if sys.stderr.isatty():
            sys.stderr.write(f"\rcomparing {done + 1}/{len(utterances)}")
        (piece,) = frontend.read(text, voice)
        likenesses.append(_compare(ours, reference, piece.symbols, voice))
    return likenesses


def _compare(ours: Synthesizer, reference: Reference, phonemes: str, voice: str) -> Likeness:
    (take,) = ours.speak([phonemes], [voice], keys=[phonemes])
    samples = int(take.durations.sum()) * ours.model.config.frame_samples
    noise = _by_harmonic(seeded_noise(phonemes, samples, ours.device), reference)
    with _noise_injected(noise):
        usual, durations = reference.speak(phonemes, voice)
        with _phase_in_float64():
            exact, _ = reference.speak(phonemes, voice)
    found = take.waveform[FADE:-FADE]
    usual, exact = _cut_like(take, usual), _cut_like(take, exact)
    return Likeness(
        voice=voice,
        symbols=len(phonemes),
        audio_s=round(len(found) / ours.sample_rate, 3),
        same_durations=torch.equal(durations, take.durations),
        snr_db=snr_db(found, usual),
        log_mel_l1_db=log_mel_l1_db(found, usual),
        pesq=pesq_wb(found, usual),
        snr_db_f64=snr_db(found, exact),
        log_mel_l1_db_f64=log_mel_l1_db(found, exact),
        pesq_f64=pesq_wb(found, exact),
    )


def _by_harmonic(noise: Tensor, reference: Reference) -> Tensor:
    """Our noise (S,) as the reference takes it, (1, S, 9).

    It adds noise to nine sines and then merges them by weights w. That is one noise times the norm of w, which is what
    we add after the merging; spread over the nine in proportion to w, it comes out as itself.
    """
    weight = reference.model.decoder.generator.m_source.l_linear.weight[0]
    return noise[None, :, None] * (weight / weight.norm())


@contextmanager
def _noise_injected(noise: Tensor) -> Iterator[None]:
    """Let the reference's sine source add this noise (1, S, 9). The other noise that it draws is never used."""

    def injected(like: Tensor, **_: Any) -> Tensor:
        return noise.to(like.dtype) if like.shape == noise.shape else torch.zeros_like(like)

    with patch.object(torch, "randn_like", injected):
        yield


@contextmanager
def _phase_in_float64() -> Iterator[None]:
    source = import_module("kokoro.istftnet").SineGen
    usual = source._f02sine
    with patch.object(source, "_f02sine", lambda self, pitch: usual(self, pitch.double()).float()):
        yield


def _cut_like(take: SpokenPhonemes, whole: Tensor) -> Tensor:
    """The part of the reference's untrimmed sound that our take holds, less the fades."""
    first = int(take.durations[0]) * 600 - round(take.start_s * 24_000)
    return whole[first : first + len(take.waveform)][FADE:-FADE]
