"""Phonemes to waveforms, on one device: the acoustic model whole, with its weights and voices."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from synthesis import checkpoint
from synthesis.config import SpeechConfig
from synthesis.device import compute_device, prepare_cpu, prepare_thread
from synthesis.errors import CheckpointError, RenderFailed
from synthesis.speech.encoder import PhonemeModel, TextEncoder
from synthesis.speech.prosody import Prosody
from synthesis.speech.vocoder import Vocoder
from synthesis.speech.voices import Voices, encode
from synthesis.types import Progress, no_progress

FINAL_MARKS = '.!?…,;:—"”) '
ONSET_FRAMES = 8
DECAY_FRAMES = 2
AUDIBLE_DB = -50.0  # against the loudest frame
FADE_MS = 10
SILENT_BELOW = 1e-3


@dataclass(frozen=True, slots=True)
class SpokenPhonemes:
    """An utterance as the model spoke it.

    waveform: (S,) float32 at 24 kHz on the CPU, trimmed. durations: (T + 2,) int64, the frames of 25 ms that each
    symbol lasts, with the boundary before and after. start_s: the first symbol's planned start in the waveform.
    compute_s: seconds that it took, on a CPU those of one core.
    """

    waveform: Tensor
    durations: Tensor
    start_s: float
    compute_s: float


class SpeechModel(nn.Module):
    """Symbols, a style and noise to sound. Parameters carry the reference's names."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.config = config
        self.bert = PhonemeModel(config)
        self.bert_encoder = nn.Linear(config.bert_size, config.hidden_size)
        self.predictor = Prosody(config)
        self.text_encoder = TextEncoder(config)
        self.decoder = Vocoder(config)

    def plan(self, symbols: Tensor, style: Tensor, speed: float) -> tuple[Tensor, Tensor]:
        """(1, T) ids -> frames of each symbol (T,) int64, and the symbols as the prosody sees them (1, T, D + S)."""
        context = self.bert_encoder(self.bert(symbols))
        durations, styled = self.predictor.durations(context, style[:, self.config.style_size :], speed)
        return durations[0], styled

    def sound(self, symbols: Tensor, styled: Tensor, durations: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """What `plan` planned -> (S,), S = 600 samples a frame; noise is (1, S, 9)."""
        timbre, manner = style.split(self.config.style_size, dim=1)
        pitch, energy = self.predictor.curves(styled.repeat_interleave(durations, dim=1), manner)
        text = self.text_encoder(symbols).repeat_interleave(durations, dim=1)
        waveform: Tensor = self.decoder(text, pitch, energy, timbre, noise)
        return waveform[0]


class Synthesizer:
    """The voice, loaded. One utterance at a time; the same phonemes, voice, speed and key give the same samples."""

    def __init__(self, model: SpeechModel, voices: Voices, device: torch.device):
        self.model, self.voices, self.device = model, voices, device
        self.sample_rate = model.config.sample_rate

    @classmethod
    def load(cls, models_dir: Path, device: str | None = None) -> Synthesizer:
        """Load the installed voice model, verified. Raises CheckpointError if it is missing or damaged."""
        prepare_cpu()
        folder = checkpoint.find("voice", models_dir)
        chosen = compute_device(device)
        with torch.device("meta"):
            model = SpeechModel(SpeechConfig())
        model.to_empty(device=chosen)
        try:
            model.load_state_dict(load_file(folder / "model.safetensors"))
        except RuntimeError as error:
            raise CheckpointError(f"{folder / 'model.safetensors'} does not fit the voice model: {error}") from error
        for module in model.modules():
            if isinstance(module, nn.LSTM):
                # One block of memory a network, which a GPU's library wants; nothing happens on a CPU.
                module.flatten_parameters()
        return cls(model.eval().requires_grad_(False), Voices.load(folder / "voices.safetensors"), chosen)

    def speak(
        self,
        phonemes: Sequence[str],
        voices: Sequence[str],
        *,
        keys: Sequence[str],
        speed: float = 1.0,
        progress: Progress = no_progress,
    ) -> list[SpokenPhonemes]:
        """Speak each phoneme string in its voice; `keys` seed the noise, so that a key's sound never changes.

        Raises RenderFailed for unknown symbols or voices, over 400 symbols, a speed outside 0.5 to 2, or a result that
        is silent or not finite.
        """
        if not len(phonemes) == len(voices) == len(keys):
            raise ValueError(f"{len(phonemes)} phoneme strings, {len(voices)} voices and {len(keys)} keys")
        if not 0.5 <= speed <= 2:
            raise RenderFailed(f"a speed of {speed} is outside 0.5 to 2")
        jobs = list(zip(phonemes, voices, keys, [speed] * len(keys), strict=True))
        spoken: list[SpokenPhonemes] = []
        with self._workers() as workers:
            for result in [workers.submit(self._speak_one, *job) for job in jobs]:
                progress(len(spoken), len(jobs))
                spoken.append(result.result())
        progress(len(jobs), len(jobs))
        return spoken

    @contextmanager
    def _workers(self) -> Iterator[ThreadPoolExecutor]:
        """On a CPU, an utterance a core; on a GPU, one after another.

        An utterance on two cores has a thousand short passes that wait for each other. Measured on 2 cores that others
        used too: 0.2 to 0.8 times real time by splitting the passes, 2.9 on one thread.
        """
        threads = torch.get_num_threads()
        count = threads if self.device.type == "cpu" else 1
        workers = ThreadPoolExecutor(count, initializer=prepare_thread, initargs=(max(1, threads // count),))
        try:
            yield workers
        finally:
            workers.shutdown(cancel_futures=True)
            # What a worker set is also what threads started later would begin with.
            torch.set_num_threads(threads)

    @torch.inference_mode()
    def _speak_one(self, phonemes: str, voice: str, key: str, speed: float) -> SpokenPhonemes:
        started = time.perf_counter()
        symbols = torch.tensor([encode(phonemes)], device=self.device)
        style = self.voices.style(voice, len(phonemes)).to(self.device)
        durations, styled = self.model.plan(symbols, style, speed)
        frames = int(durations.sum())
        noise = seeded_noise(key, frames, self.model.config).to(self.device)
        waveform = self.model.sound(symbols, styled, durations, style, noise).float().cpu()
        durations = durations.cpu()
        _check(waveform, phonemes)
        trimmed, start_s = trim(waveform, durations, phonemes, self.model.config)
        return SpokenPhonemes(trimmed, durations, start_s, time.perf_counter() - started)


def seeded_noise(key: str, frames: int, config: SpeechConfig) -> Tensor:
    """(1, S, 9) standard normal noise that depends on the key alone: drawn on the CPU, whatever the device."""
    generator = torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big"))
    return torch.randn(1, frames * config.frame_samples, config.harmonics, generator=generator)


def trim(waveform: Tensor, durations: Tensor, phonemes: str, config: SpeechConfig) -> tuple[Tensor, float]:
    """Cut the silence at both ends, and what the model murmurs in the boundaries and final marks; fade both ends.

    Measured on 4 voices: a first consonant is heard up to 6 frames inside the boundary before it, while the last symbol
    has died away by its predicted end. So the planned window is wide before and tight behind, and the level decides
    within it. Returns the rest, and the seconds in it before the first symbol's planned start.
    """
    marks = len(phonemes) - len(phonemes.rstrip(FINAL_MARKS))
    planned_start, spoken = int(durations[0]), int(durations[: len(durations) - 1 - marks].sum())
    opens, closes = max(0, planned_start - ONSET_FRAMES), min(int(durations.sum()), spoken + DECAY_FRAMES)
    levels = waveform.view(-1, config.frame_samples).square().mean(1).sqrt()[opens:closes]
    loud = (levels > levels.max() * 10 ** (AUDIBLE_DB / 20)).nonzero()[:, 0]
    first = max(opens, opens + int(loud[0]) - 1)
    last = min(closes, opens + int(loud[-1]) + 1 + DECAY_FRAMES)
    cut = waveform[first * config.frame_samples : last * config.frame_samples].clone()
    ramp = torch.linspace(0, 1, FADE_MS * config.sample_rate // 1000)
    cut[: len(ramp)] *= ramp
    cut[-len(ramp) :] *= ramp.flip(0)
    return cut, (planned_start - first) * config.frame_samples / config.sample_rate


def _check(waveform: Tensor, phonemes: str) -> None:
    if not torch.isfinite(waveform).all():
        raise RenderFailed(f"the voice gave values that are no numbers for {phonemes[:80]!r}")
    if waveform.abs().max() < SILENT_BELOW:
        raise RenderFailed(f"the voice stayed silent for {phonemes[:80]!r}")
