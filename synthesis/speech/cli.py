"""`python -m synthesis speak`: lines of text to sound files, and a report of what was said."""

from __future__ import annotations

import argparse
import json
import re
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from synthesis.audio.mix import join
from synthesis.audio.resample import VOICE_RATE
from synthesis.errors import RenderFailed, SynthesisError, UnspeakableText
from synthesis.studio import Studio
from synthesis.takes import Piece, ends_sentence

_SAFE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")
_FIELDS = ("id", "text", "voice")


class BadLine(SynthesisError, ValueError):
    """A line of the input that cannot be spoken."""

    def __init__(self, number: int, reason: str):
        super().__init__(f"line {number}: {reason}")


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    id: str
    text: str
    voice: str


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser("speak", help="speak lines of text into WAV files", description=__doc__)
    parser.add_argument(
        "--in", dest="source", type=Path, required=True, metavar="L.jsonl", help='each line {"id", "text", "voice"}'
    )
    parser.add_argument(
        "--out",
        dest="folder",
        type=Path,
        required=True,
        metavar="DIR",
        help="gets id.wav of each line, and report.json",
    )
    parser.add_argument("--models", type=Path, default=None, metavar="DIR", help="where the models are installed")
    parser.add_argument("--device", default=None, help="cpu, cuda or cuda:N; the best there is by default")
    parser.set_defaults(run=speak)


def speak(arguments: argparse.Namespace) -> int:
    """Render every line, or none: a bad line ends the run before anything is spoken."""
    lines = read_lines(arguments.source)
    studio = Studio(arguments.models, device=arguments.device)
    _check_voices(lines, studio)
    try:
        spoken = studio.speak([line.text for line in lines], [line.voice for line in lines], _show_progress)
    except UnspeakableText as error:
        raise BadLine(next(line.number for line in lines if line.text == error.text), str(error)) from error
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for line, pieces in zip(lines, spoken, strict=True):
        for fault in dict.fromkeys(fault for piece in pieces for fault in piece.faults):
            sys.stderr.write(f"warning: {line.id}: {fault}\n")
    report = [_write(line, pieces, arguments.folder) for line, pieces in zip(lines, spoken, strict=True)]
    (arguments.folder / "report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return 0


def _check_voices(lines: Sequence[Line], studio: Studio) -> None:
    for line in lines:
        try:
            studio.check_voices([line.voice])
        except RenderFailed as error:
            raise BadLine(line.number, str(error)) from error


def read_lines(source: Path) -> list[Line]:
    """The input's lines, blank ones left out. Raises BadLine naming the first that is wrong."""
    lines: list[Line] = []
    for number, row in enumerate(source.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if row.strip():
            line = _parse(number, row)
            if any(line.id.lower() == other.id.lower() for other in lines):
                raise BadLine(number, f"the id {line.id!r} is used twice")
            lines.append(line)
    return lines


def _parse(number: int, row: str) -> Line:
    try:
        fields = json.loads(row)
    except json.JSONDecodeError as error:
        raise BadLine(number, f"this is not JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(fields, dict):
        raise BadLine(number, 'a line is an object with "id", "text" and "voice"')
    for name in _FIELDS:
        if name == "id" and isinstance(fields.get(name), int):
            fields[name] = str(fields[name])
        if not isinstance(fields.get(name), str):
            raise BadLine(number, f'"{name}" is missing or not a string')
    if not _SAFE_ID.match(fields["id"]):
        raise BadLine(
            number, f"the id {fields['id']!r} is no safe file name: use letters, digits, dots, dashes and underscores"
        )
    return Line(number, fields["id"], fields["text"], fields["voice"])


def _write(line: Line, pieces: Sequence[Piece], folder: Path) -> dict[str, Any]:
    waveform = join([p.waveform for p in pieces], [ends_sentence(p.phonemes) for p in pieces], line.id)
    write_wav(folder / f"{line.id}.wav", waveform)
    return {
        "id": line.id,
        "spoken": " ".join(p.phonemes.spoken for p in pieces),
        "phonemes": " ".join(p.phonemes.symbols for p in pieces),
        "guessed": list(dict.fromkeys(word for p in pieces for word in p.phonemes.guessed)),
        "audio_s": round(len(waveform) / VOICE_RATE, 3),
        "compute_s": round(sum(p.compute_s for p in pieces), 3),
    }


def write_wav(path: Path, waveform: Tensor) -> None:
    """(S,) float32 at 24 kHz as mono PCM16. A peak over full scale turns the whole down instead of being cut."""
    waveform = waveform / max(1.0, float(waveform.abs().max()) if len(waveform) else 1.0)
    samples = (waveform * 32767).round().to(torch.int16)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(VOICE_RATE)
        sound.writeframes(samples.numpy().tobytes())


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rspeaking {done}/{total}" + ("\n" if done >= total else ""))
