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
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*$")


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
    """At most two lines each; a piece ends at the end of a sentence where one is near, so that it is read as said."""
    pieces: list[list[str]] = []
    words: list[str] = []
    for word in text.split():
        if words and len(_wrap([*words, word])) > LINES:
            pieces.append(_wrap(words))
            words = []
        words.append(word)
        if _SENTENCE_END.search(word) and len(" ".join(words)) > LINE_CHARS:
            pieces.append(_wrap(words))
            words = []
    if words:
        pieces.append(_wrap(words))
    return pieces


def _wrap(words: list[str]) -> list[str]:
    return textwrap.wrap(" ".join(words), LINE_CHARS, break_on_hyphens=False)


def _length(lines: list[str]) -> int:
    return sum(len(line) for line in lines)


def _time(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, thousandths = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{thousandths // 1000:02d}.{thousandths % 1000:03d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
