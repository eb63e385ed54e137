"""A recording's transcript as WebVTT: who speaks, in cues that can be read while they are heard.

Sources: https://www.w3.org/TR/webvtt1/; lines of 65 characters at most, as Apple asks of podcast transcripts.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from briefings.models import Recording

LINE_CHARS = 65
LINES = 2
SHORT_CHARS = 30
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’)])\s+")


def webvtt(recording: Recording) -> str:
    """The whole document. A cue's share of its turn's time is that of its characters."""
    blocks = ["WEBVTT"]
    for cue in recording.cues:
        for start_s, end_s, lines in _split(cue):
            spoken = "\n".join(_escape(line) for line in lines)
            blocks.append(f"{_time(start_s)} --> {_time(end_s)}\n<v {_escape(cue['host'])}>{spoken}")
    return "\n\n".join(blocks) + "\n"


def _split(cue: dict[str, Any]) -> Iterator[tuple[float, float, list[str]]]:
    pieces = _pieces(cue["text"])
    total = sum(_length(lines) for lines in pieces)
    start_s, length_s, passed = float(cue["start_s"]), float(cue["end_s"]) - float(cue["start_s"]), 0
    for lines in pieces:
        begin, passed = passed, passed + _length(lines)
        yield start_s + length_s * begin / total, start_s + length_s * passed / total, lines


def _pieces(text: str) -> list[list[str]]:
    """A sentence a piece, in one or two lines; a short one joins its neighbour, a long one is cut into even parts."""
    pieces: list[str] = []
    for sentence in _SENTENCE.split(text.strip()):
        for part in _parts(sentence):
            joined = f"{pieces[-1]} {part}" if pieces else part
            if pieces and min(len(pieces[-1]), len(part)) < SHORT_CHARS and len(_wrap(joined)) <= LINES:
                pieces[-1] = joined
            else:
                pieces.append(part)
    return [_wrap(piece) for piece in pieces]


def _parts(sentence: str) -> list[str]:
    count = 1
    while True:
        parts = textwrap.wrap(sentence, len(sentence) // count + 10, break_on_hyphens=False)
        if all(len(_wrap(part)) <= LINES for part in parts):
            return parts
        count += 1


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, LINE_CHARS, break_on_hyphens=False)


def _length(lines: list[str]) -> int:
    return sum(len(line) for line in lines)


def _time(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, thousandths = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{thousandths // 1000:02d}.{thousandths % 1000:03d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
