"""The finished file is whole, tagged and measured, or it is not there."""

import math
import os
import subprocess
import sys

import pytest
import torch
from mutagen.id3 import ID3

from synthesis.audio import encode
from synthesis.errors import RenderFailed
from synthesis.types import Chapter, Tags

RATE = 44_100
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def tone(channels=2, seconds=3):
    return 0.3 * torch.sin(2 * math.pi * 440 * torch.arange(RATE * seconds) / RATE).repeat(channels, 1)


@pytest.mark.parametrize("channels", [1, 2])
def test_what_goes_in_comes_back(tmp_path, channels):
    path = tmp_path / "a.mp3"
    encode.export(tone(channels), RATE, path)
    encoded = encode.measure(path, sample_rate=RATE, channels=channels)
    assert encoded.duration_s == pytest.approx(3.0, abs=0.08)
    assert encoded.size_bytes == path.stat().st_size
    assert encoded.true_peak_dbtp == pytest.approx(20 * math.log10(0.3), abs=0.5)


def test_tags_and_chapters_are_written(tmp_path):
    path = tmp_path / "a.mp3"
    encode.export(tone(), RATE, path)
    tags = Tags("Monday", "The Line", artist="Ava, Ben", date="2026-11-23", track=7, artwork=PNG)
    chapters = [Chapter(0, "Introduction"), Chapter(2, "Élan", "https://example.org/ü?a=1")]
    encode.tag(path, tags, chapters, 3.0)
    read = ID3(path)
    assert read.version == (2, 3, 0)
    assert [str(read[frame]) for frame in ("TIT2", "TALB", "TPE1", "TRCK", "TDRC")] == [
        "Monday",
        "The Line",
        "Ava, Ben",
        "7",
        "2026-11-23",
    ]
    assert encode.AI_DISCLOSURE in str(read["TXXX:AI disclosure"])
    assert read["APIC:Cover"].data == PNG
    assert read["CTOC:toc"].child_element_ids == ["chp0", "chp1"]
    second = read["CHAP:chp1"]
    assert (second.start_time, second.end_time) == (2000, 3000)
    assert str(second.sub_frames["TIT2"]) == "Élan"
    assert second.sub_frames["WXXX:source"].url == "https://example.org/%C3%BC?a=1"


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "a.mp3"
    with pytest.raises(RuntimeError), encode.in_place_of(path) as partial:
        partial.write_bytes(b"half")
        raise RuntimeError("stopped")
    assert list(path.parent.iterdir()) == []
    with encode.in_place_of(path) as partial:
        partial.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


def test_without_ffmpeg_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    def absent():
        raise RuntimeError("no binary")

    monkeypatch.setattr(encode.imageio_ffmpeg, "get_ffmpeg_exe", absent)
    with pytest.raises(RenderFailed, match="install ffmpeg"):
        encode.export(tone(), RATE, tmp_path / "a.mp3")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(RenderFailed, match="a.mp3 could not be written"), encode.in_place_of(blocked / "a.mp3"):
        pass


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_a_named_error(tmp_path):
    path = tmp_path / "a.mp3"
    path.symlink_to("/dev/full")
    with pytest.raises(RenderFailed, match="No space left"):
        encode.export(tone(), RATE, path)


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"no sound at all" * 100)
    with pytest.raises(RenderFailed, match="cannot be decoded"):
        encode.measure(path, sample_rate=RATE, channels=2)


def test_importing_is_silent_where_ffmpeg_is_not_on_the_path(tmp_path):
    result = subprocess.run(
        [sys.executable, "-W", "always", "-c", "import synthesis.audio.encode"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ffmpeg" not in result.stderr, result.stderr
