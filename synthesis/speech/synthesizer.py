"""Phonemes to waveforms, on one device: the voice model loaded, with its voices, fed in batches."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from synthesis import checkpoint
from synthesis.device import compute_device, give_back_memory, prepare_cpu
from synthesis.errors import RenderFailed
from synthesis.speech.batches import by_length, row_lengths, stacked
from synthesis.speech.crew import Crew
from synthesis.speech.graphs import Function, Recorded
from synthesis.speech.model import SpeechModel
from synthesis.speech.symbols import encode
from synthesis.speech.trim import trim
from synthesis.speech.voices import Voices
from synthesis.types import Progress, no_progress

SILENT_BELOW = 1e-3
MOST_ROWS = 64  # of a batch on a GPU: a ten-minute episode has some sixty turns
# Lengths on a GPU are rounded up to these, so that few shapes come up and their recordings are used again.
SYMBOL_STEP, FRAME_STEP = 32, 40


@dataclass(frozen=True, slots=True)
class SpokenPhonemes:
    """An utterance as the model spoke it.

    waveform: (S,) float32 at 24 kHz on the CPU, trimmed. durations: (T + 2,) int64, the frames of 25 ms that each
    symbol lasts, with the boundary before and after. start_s: the first symbol's planned start in the waveform.
    compute_s: seconds that it took, on a CPU those of one core, in a batch its share by length.
    """

    waveform: Tensor
    durations: Tensor
    start_s: float
    compute_s: float


@dataclass(frozen=True, slots=True)
class _Job:
    """symbols (T,) ids with boundaries; style (256,); place: where in the caller's order."""

    place: int
    phonemes: str
    symbols: Tensor
    style: Tensor
    key: str
    speed: float


@dataclass(frozen=True, slots=True)
class _Planned:
    """A job with its durations (T,) on the CPU and its styled symbols (T, D + S) on the device."""

    job: _Job
    durations: Tensor
    styled: Tensor

    @property
    def frames(self) -> int:
        return int(self.durations.sum())


class Synthesizer:
    """The voice, loaded. The same phonemes, voice, speed and key give the same sound, alone or in any batch."""

    def __init__(self, model: SpeechModel, voices: Voices, device: torch.device, *, most_rows: int = 1):
        self.model, self.voices, self.device = model, voices, device
        self.most_rows = most_rows
        self.sample_rate = model.config.sample_rate
        self._plan: Function = model.plan
        self._sound: Function = lambda *inputs: (self.model.sound(*inputs),)
        if device.type == "cuda":
            self._plan, self._sound = Recorded(self._plan), Recorded(self._sound)

    @classmethod
    def load(
        cls,
        models_dir: Path,
        device: str | None = None,
        *,
        dtype: torch.dtype | None = None,
        is_batched: bool | None = None,
    ) -> Synthesizer:
        """Load the installed voice model, verified. `dtype` of the vocoder: float16 on a GPU, float32 on a CPU.

        `is_batched`: utterances of like length go side by side, as they do on a GPU unless told otherwise; a CPU gives
        each core one at a time, which is faster there. Raises CheckpointError if the model is missing or damaged.
        """
        prepare_cpu()
        folder = checkpoint.find("voice", models_dir)
        chosen = compute_device(device)
        usual = torch.float16 if chosen.type == "cuda" else torch.float32
        in_batches = chosen.type == "cuda" if is_batched is None else is_batched
        model = SpeechModel.load(folder / "model.safetensors", chosen, dtype=dtype or usual, is_batched=in_batches)
        voices = Voices.load(folder / "voices.safetensors")
        return cls(model, voices, chosen, most_rows=MOST_ROWS if in_batches else 1)

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
        progress(0, len(keys))
        jobs = [self._job(i, *of, speed) for i, of in enumerate(zip(phonemes, voices, keys, strict=True))]
        spoken: dict[int, SpokenPhonemes] = {}
        with self._crew() as crew:
            groups = by_length([len(job.symbols) for job in jobs], most_rows=self.most_rows)
            for batch in crew.each(self._render, [[jobs[i] for i in group] for group in groups]):
                spoken |= batch
                progress(len(spoken), len(jobs))
        return [spoken[i] for i in range(len(jobs))]

    def _job(self, place: int, phonemes: str, voice: str, key: str, speed: float) -> _Job:
        style = self.voices.style(voice, len(phonemes))[0]
        return _Job(place, phonemes, torch.tensor(encode(phonemes)), style, key, speed)

    @contextmanager
    def _crew(self) -> Iterator[Crew]:
        """On a CPU, an utterance a core; on a GPU, one batch after another."""
        threads = torch.get_num_threads()
        cores = threads if self.device.type == "cpu" else 1
        crew = Crew(cores, max(1, threads // cores))
        try:
            yield crew
        finally:
            crew.close()
            # What a thread of the crew set is also what threads started later would begin with.
            torch.set_num_threads(threads)
            give_back_memory()

    def _render(self, jobs: list[_Job]) -> dict[int, SpokenPhonemes]:
        """The takes of one batch by their place. Where memory runs out, in halves, from then on for all batches."""
        if len(jobs) > self.most_rows:
            half = len(jobs) // 2
            return self._render(jobs[:half]) | self._render(jobs[half:])
        try:
            return self._rendered(jobs)
        except torch.OutOfMemoryError as error:
            if len(jobs) == 1:
                raise RenderFailed(f"{self.device} has no memory for {jobs[0].phonemes[:80]!r}: {error}") from error
        self._make_room(len(jobs) // 2)
        return self._render(jobs)

    def _make_room(self, most_rows: int) -> None:
        self.most_rows = most_rows
        for function in (self._plan, self._sound):
            if isinstance(function, Recorded):
                function.forget()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def _rendered(self, jobs: list[_Job]) -> dict[int, SpokenPhonemes]:
        started = time.perf_counter()
        planned = self._planned(jobs)
        groups = by_length([each.frames for each in planned], most_rows=len(jobs))
        waveforms = [(planned[i], row) for group in groups for i, row in self._sounded(planned, group)]
        seconds_a_frame = (time.perf_counter() - started) / sum(each.frames for each in planned)
        return {each.job.place: self._finished(each, row, seconds_a_frame) for each, row in waveforms}

    def _planned(self, jobs: list[_Job]) -> list[_Planned]:
        """Durations of a batch, which are what the host has to wait for."""
        lengths = [len(job.symbols) for job in jobs]
        length = self._rounded(max(lengths), SYMBOL_STEP)
        symbols = stacked([job.symbols for job in jobs], length).to(self.device)
        style = torch.stack([job.style for job in jobs]).to(self.device)
        speeds = torch.tensor([job.speed for job in jobs], device=self.device)
        own = row_lengths(lengths, length, self.device)
        durations, styled = self._plan(symbols, style, speeds, *([] if own is None else [own]))
        rows = zip(jobs, durations.cpu(), styled, lengths, strict=True)
        return [_Planned(job, known[:n], each[:n]) for job, known, each, n in rows]

    def _sounded(self, planned: list[_Planned], group: list[int]) -> list[tuple[int, Tensor]]:
        """The waveforms (S,) of some of the planned, on the CPU, by their index."""
        batch, config = [planned[i] for i in group], self.model.config
        symbol_counts, frame_counts = [len(each.durations) for each in batch], [each.frames for each in batch]
        length = self._rounded(max(symbol_counts), SYMBOL_STEP)
        frames = self._rounded(max(frame_counts), FRAME_STEP)
        noise = [seeded_noise(each.job.key, each.frames * config.frame_samples, self.device) for each in batch]
        inputs = [
            stacked([each.job.symbols for each in batch], length).to(self.device),
            stacked([each.styled for each in batch], length),
            stacked([each.durations for each in batch], length).to(self.device),
            torch.stack([each.job.style for each in batch]).to(self.device),
            stacked(noise, frames * config.frame_samples),
        ]
        symbol_rows = row_lengths(symbol_counts, length, self.device)
        frame_rows = row_lengths(frame_counts, frames, self.device)
        if symbol_rows is not None or frame_rows is not None:
            inputs += [torch.tensor(counts, device=self.device) for counts in (symbol_counts, frame_counts)]
        waveforms = self._sound(*inputs)[0].float().cpu()
        return [(i, row[: n * config.frame_samples]) for i, row, n in zip(group, waveforms, frame_counts, strict=True)]

    def _rounded(self, length: int, step: int) -> int:
        return -(-length // step) * step if self.device.type == "cuda" else length

    def _finished(self, planned: _Planned, waveform: Tensor, seconds_a_frame: float) -> SpokenPhonemes:
        phonemes = planned.job.phonemes
        if not torch.isfinite(waveform).all():
            raise RenderFailed(f"the voice gave values that are no numbers for {phonemes[:80]!r}")
        if waveform.abs().max() < SILENT_BELOW:
            raise RenderFailed(f"the voice stayed silent for {phonemes[:80]!r}")
        trimmed, start_s = trim(waveform, planned.durations, phonemes, self.model.config)
        return SpokenPhonemes(trimmed, planned.durations, start_s, seconds_a_frame * planned.frames)


def seeded_noise(key: str, samples: int, device: torch.device) -> Tensor:
    """(S,) standard normal noise that depends on the key, and on the kind of device that draws it, alone."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    generator = torch.Generator(device).manual_seed(seed)
    return torch.randn(samples, generator=generator, device=device)
