"""A show's cover, as podcast directories want it."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from briefings import artwork, glyphs
from briefings.models import Show


@pytest.fixture(scope="module")
def picture() -> bytes:
    return artwork.png(Show(slug="wire", title="The Morning Wire"))


def chunks(png: bytes):
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, body, crc = png[at + 4 : at + 8], png[at + 8 : at + 8 + length], png[at + 8 + length : at + 12 + length]
        assert struct.unpack(">I", crc)[0] == zlib.crc32(name + body)
        yield name.decode(), body
        at += 12 + length


def test_it_is_square_rgb_and_large_enough(picture):
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", dict(chunks(picture))["IHDR"][:10])
    assert (width, height, depth, colour) == (1400, 1400, 8, 2)
    assert len(picture) < 512 * 1024  # some directories take no more


def test_its_pixels_are_two_tones(picture):
    rows = np.frombuffer(zlib.decompress(dict(chunks(picture))["IDAT"]), np.uint8).reshape(1400, -1)
    assert not rows[:, 0].any()  # no filter
    pixels = rows[:, 1:].reshape(-1, 3)
    assert 0.05 < (pixels == pixels[np.abs(pixels.astype(int) - pixels[0]).sum(1).argmax()]).all(1).mean() < 0.5


def test_the_same_show_has_the_same_cover_and_another_show_another(picture):
    artwork._png.cache_clear()
    assert artwork.png(Show(slug="wire", title="The Morning Wire")) == picture
    assert artwork.version(Show(slug="wire", title="The Morning Wire")) != artwork.version(
        Show(slug="wire", title="The Evening Wire")
    )


@pytest.mark.parametrize(
    ("title", "letters"),
    [("The Morning Wire", "MW"), ("Harbour", "H"), ("The", "T"), ("a b c d", "BCD"), ("2 o'clock", "2O"), ("…", "•")],
)
def test_the_initials_are_the_title_s(title, letters):
    assert artwork.initials(title) == letters


def test_every_letter_and_digit_has_strokes():
    lozenge = glyphs.strokes("•")
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        lines = glyphs.strokes(letter)
        assert lines != lozenge
        assert all(0 <= x <= 4.3 and 0 <= y <= 6.3 for line in lines for x, y in line)
