"""A show's cover: its initials over sound waves, in two tones picked by its slug; drawn here and written as a PNG."""

from __future__ import annotations

import functools
import hashlib
import struct
import zlib

import numpy as np

from briefings import glyphs
from briefings.models import Show

SIZE = 1400  # pixels, the least that podcast directories take
DESIGN = 1  # raise it whenever the drawing changes: the picture's address follows
# Ink and paper; every pair has a contrast above 7:1.
TONES = (
    ((18, 40, 60), (246, 236, 214)),
    ((96, 22, 22), (250, 235, 215)),
    ((14, 62, 54), (240, 240, 220)),
    ((58, 28, 84), (246, 232, 240)),
    ((250, 240, 224), (32, 30, 46)),
    ((255, 224, 150), (24, 44, 66)),
)


def png(show: Show) -> bytes:
    """1400 x 1400, RGB. The same show always gives the same bytes."""
    return _png(show.slug, initials(show.title))


def version(show: Show) -> str:
    """Eight hex digits that change whenever the picture does."""
    return hashlib.sha256(f"{DESIGN}/{show.slug}/{initials(show.title)}".encode()).hexdigest()[:8]


def initials(title: str) -> str:
    """Up to three: "The Morning Wire" is MW."""
    words = [word for word in title.split() if word[:1].isalnum()]
    if len(words) > 1 and words[0].lower() in ("the", "a", "an"):
        words = words[1:]
    return "".join(word[0].upper() for word in words[:3]) or "•"


@functools.lru_cache(maxsize=16)
def _png(slug: str, letters: str) -> bytes:
    seed = hashlib.sha256(slug.encode()).digest()
    paper, ink = TONES[seed[0] % len(TONES)]
    cover = np.clip(0.16 * _waves(seed) + _letters(letters), 0, 1)[..., None]
    pixels = np.asarray(paper) * (1 - cover) + np.asarray(ink) * cover
    return encode(pixels.round().astype(np.uint8))


def encode(pixels: np.ndarray) -> bytes:
    """A PNG file of (height, width, 3) bytes at 72 dots an inch."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + width * 3), np.uint8)  # each row starts with its filter, 0 for none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    dots_a_metre = struct.pack(">IIB", 2835, 2835, 1)
    chunks = ((b"IHDR", header), (b"pHYs", dots_a_metre), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _grid() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) + 0.5
    return x, y


def _waves(seed: bytes) -> np.ndarray:
    """Rings around two points, one for each host, as (SIZE, SIZE) coverage."""
    x, y = _grid()
    cover = np.zeros((SIZE, SIZE), np.float32)
    rows = (200 + seed[1] * 3.9, 200 + seed[2] * 3.9)
    for centre_x, centre_y in ((-60.0, rows[0]), (SIZE + 60.0, rows[1])):
        distance = np.hypot(x - centre_x, y - centre_y)
        ring = np.abs((distance % 110) - 55)
        cover = np.maximum(cover, np.clip(17 - ring, 0, 1) * np.clip(1.15 - distance / 1100, 0, 1))
    return cover


def _letters(letters: str) -> np.ndarray:
    """The initials' coverage, centred, with rounded strokes."""
    unit = {1: 120.0, 2: 92.0}.get(len(letters), 64.0)
    radius, gap = unit * 0.43, unit * 2.0
    width = len(letters) * 4 * unit + (len(letters) - 1) * gap
    left, top = (SIZE - width) / 2, (SIZE - 6 * unit) / 2
    nearest = np.full((SIZE, SIZE), np.inf, np.float32)
    x, y = _grid()
    for place, letter in enumerate(letters):
        offset = left + place * (4 * unit + gap)
        for stroke in glyphs.strokes(letter):
            places = [(offset + px * unit, top + py * unit) for px, py in stroke]
            for start, end in zip(places, places[1:], strict=False):
                nearest = np.minimum(nearest, _distance(x, y, start, end))
    return np.clip(radius - nearest + 0.5, 0, 1)


def _distance(x: np.ndarray, y: np.ndarray, start: tuple[float, ...], end: tuple[float, ...]) -> np.ndarray:
    """From every pixel to the segment between two points."""
    run, rise = end[0] - start[0], end[1] - start[1]
    along = np.clip(((x - start[0]) * run + (y - start[1]) * rise) / (run * run + rise * rise), 0, 1)
    return np.hypot(x - start[0] - along * run, y - start[1] - along * rise)
