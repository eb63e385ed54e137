"""Progress: a bar on a terminal, plain lines in a file."""

from __future__ import annotations

import io

import pytest

from briefings.console import Console


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(out, **options):
    console = Console(out, **options)
    with console.stage("voice") as progress:
        progress.draw()
        progress(3, 6)
        progress.draw()
    return out.getvalue()


def test_a_file_gets_one_plain_line_a_stage():
    text = run(io.StringIO())
    assert text.count("\n") == 1
    assert text.startswith("voice")
    assert "\x1b" not in text and "\r" not in text


def test_a_terminal_gets_a_bar_that_moves():
    text = run(Terminal())
    assert "[............" in text
    assert "[############............]" in text
    assert "3/6" in text


def test_a_failed_stage_says_so():
    out = io.StringIO()
    with pytest.raises(KeyError), Console(out).stage("read"):
        raise KeyError("x")
    assert out.getvalue().rstrip().endswith("FAILED")


def test_a_quiet_console_writes_nothing():
    assert run(Terminal(), is_quiet=True) == ""
