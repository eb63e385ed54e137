"""A mastered waveform into a tagged MP3 that is whole or not there. The only importer of pydub.

pydub only exports here: its times are whole milliseconds and its joins cross-fade. The file is written beside its
final name, checked by decoding it, and then put in place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import imageio_ffmpeg
import torch
from mutagen import id3
from mutagen.mp3 import MP3, MPEGInfo
from torch import Tensor

from synthesis.audio.loudness import integrated_loudness, true_peak
from synthesis.errors import RenderFailed
from synthesis.types import Chapter, Tags

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # that ffmpeg is not on the path is answered below, and `audioop` is there until Python 3.13
    from pydub import AudioSegment

BITRATES = {1: "96k", 2: "128k"}
AI_DISCLOSURE = (
    "The voices in this episode are synthetic, and its script was written with the help of artificial intelligence."
)
_URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%~"  # a link in ID3 is Latin-1
_GENRE = "Podcast"

Spans = Sequence[tuple[float, float]]
"""Stretches of a recording: (start_s, end_s)."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What was read back from a finished file; `parts_lufs` of the stretches that were asked for by name."""

    duration_s: float
    size_bytes: int
    loudness_lufs: float
    true_peak_dbtp: float
    parts_lufs: Mapping[str, float] = field(default_factory=dict)


def ffmpeg() -> str:
    """The path of the machine's ffmpeg, else of imageio-ffmpeg's. Raises RenderFailed if there is none."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise RenderFailed("no ffmpeg was found: install ffmpeg, or the imageio-ffmpeg package") from error


def export(waveform: Tensor, sample_rate: int, path: Path) -> None:
    """(C, S) float32 as a constant-rate MP3 at `path`, 96 kbit/s mono or 128 stereo, without tags.

    Raises RenderFailed, with the cause, if there is no ffmpeg, no room on the disk, or ffmpeg refuses.
    """
    channels = waveform.shape[0]
    samples = (waveform.clamp(-1, 1) * 32767).round().to(torch.int16)
    segment = AudioSegment(
        samples.t().contiguous().numpy().tobytes(), sample_width=2, frame_rate=sample_rate, channels=channels
    )
    AudioSegment.converter = ffmpeg()
    with _explained(path):
        segment.export(str(path), format="mp3", bitrate=BITRATES[channels]).close()


def measure(path: Path, *, sample_rate: int, channels: int, parts: Mapping[str, Spans] | None = None) -> Encoded:
    """Decode the whole file and measure what a listener gets. Raises RenderFailed if it cannot be decoded.

    `parts`: name -> stretches (start_s, end_s), of which the loudness is measured together.
    """
    decoded = decode(path, sample_rate=sample_rate, channels=channels)
    if not decoded.shape[-1]:
        raise RenderFailed(f"{path.name} decodes to nothing")
    return Encoded(
        duration_s=_length_s(path),
        size_bytes=path.stat().st_size,
        loudness_lufs=integrated_loudness(decoded, sample_rate),
        true_peak_dbtp=true_peak(decoded),
        parts_lufs={
            name: integrated_loudness(cut(decoded, spans, sample_rate), sample_rate)
            for name, spans in (parts or {}).items()
        },
    )


def cut(waveform: Tensor, spans: Spans, sample_rate: int) -> Tensor:
    """The stretches (start_s, end_s) of (C, S), one after the other."""
    return torch.cat([waveform[:, round(a * sample_rate) : round(b * sample_rate)] for a, b in spans], dim=-1)


def _length_s(path: Path) -> float:
    info = MP3(path).info
    assert isinstance(info, MPEGInfo)
    return float(info.length)


def decode(path: Path, *, sample_rate: int, channels: int) -> Tensor:
    """The samples of a sound file, (C, S) float32. Raises RenderFailed with ffmpeg's own words."""
    command = [
        ffmpeg(),
        "-v",
        "error",
        "-nostdin",
        "-i",
        str(path),
        "-f",
        "f32le",
        "-ac",
        str(channels),
        "-ar",
        str(sample_rate),
        "-",
    ]
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode:
        raise RenderFailed(f"{path.name} cannot be decoded: {result.stderr.decode(errors='replace').strip()[-300:]}")
    return torch.frombuffer(bytearray(result.stdout), dtype=torch.float32).view(-1, channels).t().contiguous()


def tag(path: Path, tags: Tags, chapters: Sequence[Chapter], duration_s: float) -> None:
    """Write ID3 v2.3: title, show, artist, date, the AI disclosure, artwork, and the chapters with their links."""
    written = id3.ID3()
    texts = {"TIT2": tags.title, "TALB": tags.show, "TPE1": tags.artist or tags.show, "TCON": _GENRE, "TDRC": tags.date}
    for frame, text in texts.items():
        if text:
            written.add(getattr(id3, frame)(encoding=1, text=text))
    if tags.track:
        written.add(id3.TRCK(encoding=1, text=str(tags.track)))
    written.add(id3.COMM(encoding=1, lang="eng", desc="", text=tags.comment or AI_DISCLOSURE))
    written.add(id3.TXXX(encoding=1, desc="AI disclosure", text=AI_DISCLOSURE))
    if tags.artwork:
        mime = "image/png" if tags.artwork.startswith(b"\x89PNG") else "image/jpeg"
        written.add(id3.APIC(encoding=1, mime=mime, type=3, desc="Cover", data=tags.artwork))
    _add_chapters(written, chapters, duration_s)
    with _explained(path):
        written.save(path, v2_version=3)


def _add_chapters(written: id3.ID3, chapters: Sequence[Chapter], duration_s: float) -> None:
    ends = [chapter.start_s for chapter in chapters[1:]] + [duration_s]
    for i, (chapter, end_s) in enumerate(zip(chapters, ends, strict=True)):
        inner: list[id3.Frame] = [id3.TIT2(encoding=1, text=chapter.title)]
        if chapter.url:
            inner.append(id3.WXXX(encoding=1, desc="source", url=quote(chapter.url, safe=_URL_CHARACTERS)))
        times = {"start_time": round(chapter.start_s * 1000), "end_time": round(end_s * 1000)}
        written.add(
            id3.CHAP(element_id=f"chp{i}", start_offset=0xFFFFFFFF, end_offset=0xFFFFFFFF, sub_frames=inner, **times)
        )
    if chapters:
        names = [f"chp{i}" for i in range(len(chapters))]
        top_level_and_ordered = id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED
        contents = [id3.TIT2(encoding=1, text="Chapters")]
        written.add(
            id3.CTOC(element_id="toc", flags=top_level_and_ordered, child_element_ids=names, sub_frames=contents)
        )


@contextmanager
def in_place_of(path: Path) -> Iterator[Path]:
    """A name in the same folder to write to; on success it replaces `path` in one step, on failure it is removed."""
    partial = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
        with _explained(path):
            _sync(partial)
            os.replace(partial, path)
            _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RenderFailed(f"{path.name} could not be written in {path.parent}: {error.strerror or error}") from error
    except Exception as error:  # pydub's and mutagen's own errors carry the encoder's last words
        raise RenderFailed(f"{path.name} could not be written: {str(error).strip()[-300:]}") from error
