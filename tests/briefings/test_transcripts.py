"""The transcript: WebVTT that says who speaks, in lines that can be read."""

from __future__ import annotations

import re
from types import SimpleNamespace

from briefings import transcripts

LONG = (
    "The harbour council of Port Ellery voted on Tuesday to rebuild the old sea wall. The work will cost 12 million "
    "euros and take two years, the council said, and it starts in March with the stretch that broke twice last winter."
)
CUE = re.compile(r"(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})\n<v ([^>]+)>((?:.|\n)+)")


def cues(*rows):
    recording = SimpleNamespace(
        cues=[{"start_s": start, "end_s": end, "host": host, "text": text} for start, end, host, text in rows]
    )
    document = transcripts.webvtt(recording)
    assert document.startswith("WEBVTT\n\n")
    assert document.endswith("\n")
    found = []
    for block in document.strip().split("\n\n")[1:]:
        match = CUE.fullmatch(block)
        assert match, block
        h, m, s, ms, h2, m2, s2, ms2 = map(int, match.groups()[:8])
        found.append((h * 3600 + m * 60 + s + ms / 1000, h2 * 3600 + m2 * 60 + s2 + ms2 / 1000, match[9], match[10]))
    return found


def test_a_short_turn_is_one_cue_with_its_speaker():
    assert cues((1.5, 3.25, "Ava", "And the plane?")) == [(1.5, 3.25, "Ava", "And the plane?")]


def test_a_long_turn_is_split_into_readable_cues():
    found = cues((10.0, 30.0, "Ben", LONG))
    assert len(found) > 1
    lines = [line for cue in found for line in cue[3].split("\n")]
    assert max(map(len, lines)) <= 65
    assert all(cue[3].count("\n") <= 1 for cue in found)
    assert " ".join(lines) == LONG


def test_the_times_of_a_split_turn_follow_each_other():
    found = cues((10.0, 30.0, "Ben", LONG))
    assert (found[0][0], found[-1][1]) == (10.0, 30.0)
    assert all(before[1] == after[0] for before, after in zip(found, found[1:], strict=False))
    assert all(end - start > 1 for start, end, *_ in found)


def test_a_cue_ends_with_its_sentence_where_it_can():
    assert cues((0.0, 20.0, "Ben", LONG))[0][3].endswith("sea wall.")


def test_no_cue_is_a_scrap():
    """A last word, or a sentence of two words, does not flash by alone."""
    text = "Welcome to The Sample Briefing, on Monday, the 23rd of November, with all that is new. I'm Ben."
    assert len(cues((0.0, 6.0, "Ben", text))) == 1
    text = (
        "Port Ellery will rebuild its old sea wall after two winters of floods, the harbour council decided on "
        "Sunday by nine votes to four."
    )
    assert min(len(cue[3]) for cue in cues((0.0, 8.0, "Ben", text))) > 40


def test_a_word_longer_than_a_line_is_cut():
    found = cues((0.0, 8.0, "Ben", "x" * 200))
    assert "".join(line for cue in found for line in cue[3].split("\n")) == "x" * 200


def test_marks_of_the_format_are_escaped():
    assert cues((0.0, 1.0, "A & B", "x < y --> z")) == [(0.0, 1.0, "A &amp; B", "x &lt; y --&gt; z")]


def test_an_hour_is_written_as_one():
    assert cues((3599.9996, 3601.0, "Ava", "Late."))[0][:2] == (3600.0, 3601.0)
