"""Whether the finish of the voice holds: episodes of invented news, each line of the promise measured by itself.

What the studio says of its own work is not trusted: the MP3 is decoded by ffmpeg and measured by ffmpeg's meter and
silence detector. Faults are put into the first, a middle and the last take of every episode of three or more, between
the voice and the studio, several kinds in turn.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from synthesis import checkpoint
from synthesis.audio import encode
from synthesis.audio.resample import EPISODE_RATE
from synthesis.bench import BadOption, machine
from synthesis.bench.invented_news import episode
from synthesis.bench.spoiling import FAULTS
from synthesis.speech.synthesizer import SpokenPhonemes, Synthesizer
from synthesis.studio import Studio
from synthesis.take_store import TakeStore
from synthesis.types import Dialogue, Progress, Recording, Tags, no_progress

TURNS = (1, 3, 8, 12, 14, 16, 18, 20, 20, 22, 24, 26, 28, 30, 32, 34, 36, 40, 44, 88)
ROUNDS = 4  # of faults an episode, one kind at each of three places
AGAIN = 2  # the episode that is rendered twice, and then edited
TAGS = Tags("Takes", "The Line")
LOUDNESS_LUFS, TOLERANCE_LU, APART_LU, CEILING_DBTP, SILENCE_S = -16.0, 0.5, 1.0, -1.5, 1.2
SILENCE_DBFS = -46  # 30 dB under the speech of a finished episode


@dataclass
class Measured:
    """One episode: what was measured on its file, how many sound takes were called faulty, and each injected fault
    with whether it was caught."""

    takes: int
    alarms: int
    audio_s: float
    loudness_lufs: float
    true_peak_dbtp: float
    hosts_apart_lu: float
    longest_silence_s: float
    is_finite: bool
    injected: list[tuple[str, str, bool]] = field(default_factory=list)

    def misses(self) -> list[str]:
        """In words, what did not hold."""
        holds = {
            "a value that is no number": self.is_finite,
            f"{self.loudness_lufs} LUFS": abs(self.loudness_lufs - LOUDNESS_LUFS) <= TOLERANCE_LU,
            f"{self.true_peak_dbtp} dBTP": self.true_peak_dbtp <= CEILING_DBTP,
            f"hosts {self.hosts_apart_lu:.2f} LU apart": self.hosts_apart_lu <= APART_LU,
            f"{self.longest_silence_s} s of silence in a turn": self.longest_silence_s <= SILENCE_S,
            f"{self.alarms} sound takes called faulty": not self.alarms,
        }
        missed = [
            f"{fault!r} was not caught in the {place} take"
            for fault, place, is_caught in self.injected
            if not is_caught
        ]
        return [what for what, is_kept in holds.items() if not is_kept] + missed


def measure(episodes: int = len(TURNS)) -> dict[str, Any]:
    """Counts over the first so many episodes; `misses` says in words what did not hold, and is to be empty.

    Raises BadOption, CheckpointError.
    """
    if not 1 <= episodes <= len(TURNS):
        raise BadOption(f"there are 1 to {len(TURNS)} episodes to measure, not {episodes}")
    started = time.monotonic()
    voice = Synthesizer.load(checkpoint.models_dir())
    with tempfile.TemporaryDirectory() as folder:
        rows = [_measured(voice, number, Path(folder)) for number in range(episodes)]
        again = _again(voice, Path(folder))
    injected = [outcome for row in rows for outcome in row.injected]
    return {
        "episodes": len(rows),
        "takes": sum(row.takes for row in rows),
        "good_takes_flagged": sum(row.alarms for row in rows),
        "faults_injected": len(injected),
        "faults_caught": sum(is_caught for _, _, is_caught in injected),
        "kinds_of_fault": len({fault for fault, _, _ in injected}),
        "loudness_lufs": _range(row.loudness_lufs for row in rows),
        "true_peak_dbtp": _range(row.true_peak_dbtp for row in rows),
        "hosts_apart_lu": _range(row.hosts_apart_lu for row in rows),
        "longest_silence_in_a_turn_s": max(row.longest_silence_s for row in rows),
        "audio_s": round(sum(row.audio_s for row in rows), 1),
        **again,
        "misses": [f"episode {i}: {miss}" for i, row in enumerate(rows) for miss in row.misses()],
        "seconds": round(time.monotonic() - started, 1),
        **machine(voice.device),
    }


def _range(values: Iterable[float]) -> list[float]:
    known = list(values)
    return [round(min(known), 2), round(max(known), 2)]


@dataclass
class Recorder:
    """A voice that keeps what it said by key, so that an episode is rendered again without being spoken again.

    `spoil`: place in the first list of takes asked for -> the fault that its take gets. `asked`: (symbols, voice) of
    every call.
    """

    voice: Synthesizer
    kept: dict[str, SpokenPhonemes] = field(default_factory=dict)
    spoil: Mapping[int, str] = field(default_factory=dict)
    asked: list[list[tuple[str, str]]] = field(default_factory=list)

    @property
    def voices(self) -> Any:
        return self.voice.voices

    @property
    def device(self) -> torch.device:
        return self.voice.device

    def speak(
        self,
        phonemes: Sequence[str],
        voices: Sequence[str],
        *,
        keys: Sequence[str],
        speed: float = 1.0,
        progress: Progress = no_progress,
    ) -> list[SpokenPhonemes]:
        unknown = [i for i, key in enumerate(keys) if key not in self.kept]
        wanted = [[each[i] for i in unknown] for each in (phonemes, voices, keys)]
        if unknown:
            said = self.voice.speak(wanted[0], wanted[1], keys=wanted[2], speed=speed)
            self.kept |= dict(zip(wanted[2], said, strict=True))
        spoil = {} if self.asked else self.spoil
        self.asked.append(list(zip(phonemes, voices, strict=True)))
        takes = [self.kept[key] for key in keys]
        return [
            replace(take, waveform=FAULTS[spoil[i]](take.waveform)) if i in spoil else take
            for i, take in enumerate(takes)
        ]


def _measured(voice: Synthesizer, number: int, folder: Path) -> Measured:
    recorder, dialogue, path = Recorder(voice), episode(number, TURNS[number]), folder / "episode.mp3"
    recording = Studio(synthesizer=recorder).render(dialogue, path, tags=TAGS)
    decoded = encode.decode(path, sample_rate=EPISODE_RATE, channels=2)
    loudness, peak = meter(decoded)
    return Measured(
        takes=len(recorder.asked[0]),
        alarms=sum(len(call) for call in recorder.asked[1:]),
        audio_s=decoded.shape[-1] / EPISODE_RATE,
        loudness_lufs=loudness,
        true_peak_dbtp=peak,
        hosts_apart_lu=_hosts_apart_lu(decoded, recording),
        longest_silence_s=longest_silence_in_turns_s(decoded, recording),
        is_finite=all(bool(torch.isfinite(each).all()) for each in (decoded, *_waveforms(recorder))),
        injected=_injected(recorder, dialogue, number),
    )


def _waveforms(recorder: Recorder) -> list[Tensor]:
    return [take.waveform for take in recorder.kept.values()]


def _hosts_apart_lu(decoded: Tensor, recording: Recording) -> float:
    spans: dict[str, list[tuple[float, float]]] = {}
    for cue in recording.cues:
        spans.setdefault(cue.host, []).append((cue.start_s, cue.end_s))
    loudness = [meter(encode.cut(decoded, own, EPISODE_RATE))[0] for own in spans.values()]
    return round(max(loudness) - min(loudness), 2)


def meter(decoded: Tensor) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP of (C, S) at 44.1 kHz, by ffmpeg's meter."""
    report = _ffmpeg("ebur128=peak=true", decoded)
    loudness, peak = re.findall(r"I:\s+(-?[\d.]+) LUFS", report), re.findall(r"Peak:\s+(\S+) dBFS", report)
    return float(loudness[-1]), float(peak[-1])


def longest_silence_in_turns_s(decoded: Tensor, recording: Recording) -> float:
    """The longest silence that ffmpeg's detector finds within any turn of (C, S) at 44.1 kHz."""
    report = _ffmpeg(f"silencedetect=noise={SILENCE_DBFS}dB:duration=0.2", decoded)
    found = re.findall(r"silence_end: ([\d.]+) \| silence_duration: ([\d.]+)", report)
    stretches = [(float(end) - float(lasting), float(end)) for end, lasting in found]
    within = [min(end, cue.end_s) - max(start, cue.start_s) for start, end in stretches for cue in recording.cues]
    return round(max([0.0, *within]), 3)


def _ffmpeg(filters: str, decoded: Tensor) -> str:
    command = [encode.ffmpeg(), "-f", "f32le", "-ac", str(len(decoded)), "-ar", str(EPISODE_RATE), "-i", "pipe:0"]
    samples = decoded.t().contiguous().numpy().tobytes()
    result = subprocess.run(
        [*command, "-af", filters, "-f", "null", "-"], input=samples, capture_output=True, check=True
    )
    return result.stderr.decode(errors="replace")


def _injected(recorder: Recorder, dialogue: Dialogue, number: int) -> list[tuple[str, str, bool]]:
    """Fault, place, and whether that take was asked for again; nothing for an episode of less than three takes."""
    takes, kinds = recorder.asked[0], list(FAULTS)
    if len(takes) < 3:
        return []
    places = {"first": 0, "middle": len(takes) // 2, "last": len(takes) - 1}
    voices = {host.name: host.voice for host in dialogue.hosts}
    outcomes = []
    for turn in range(ROUNDS):
        first = (number * ROUNDS + turn) * len(places)
        faults = {place: kinds[(first + i) % len(kinds)] for i, place in enumerate(places)}
        recorder.spoil, recorder.asked = {places[place]: fault for place, fault in faults.items()}, []
        Studio(synthesizer=recorder).speak(
            [turn.text for turn in dialogue.turns], [voices[turn.host] for turn in dialogue.turns]
        )
        again = recorder.asked[1] if len(recorder.asked) > 1 else []
        outcomes += [(fault, place, takes[places[place]] in again) for place, fault in faults.items()]
    return outcomes


def _again(voice: Synthesizer, folder: Path) -> dict[str, Any]:
    """One script rendered twice, spoken anew each time; then with its takes kept, before and after an edit."""
    script, store = episode(AGAIN, TURNS[AGAIN]), TakeStore(folder / "takes")
    turns = list(script.turns)
    turns[AGAIN] = replace(turns[AGAIN], text="The ferry will not sail before Thursday.")
    edited = replace(script, turns=tuple(turns))
    once, twice = (Studio(synthesizer=voice).render(script, folder / name, tags=TAGS) for name in ("1.mp3", "2.mp3"))
    kept = Studio(synthesizer=voice, takes=store)
    kept.render(script, folder / "3.mp3", tags=TAGS)
    recorder = Recorder(voice)
    kept = Studio(synthesizer=recorder, takes=store)
    kept.render(edited, folder / "4.mp3", tags=TAGS)
    return {
        "same_pcm_twice": once.pcm_sha256 == twice.pcm_sha256,
        "same_file_twice": (folder / "1.mp3").read_bytes() == (folder / "2.mp3").read_bytes(),
        "takes_of_edited_script": len(turns),
        "takes_spoken_after_edit": sum(len(call) for call in recorder.asked),
    }
