"""What is heard of a recording is held against its script: differences that sound like differences, with their time."""

from __future__ import annotations

import pytest
import torch

from synthesis import readback
from synthesis.recogniser import LISTENING_RATE, HeardWord
from synthesis.types import Cue

SCRIPT = ("The council will pay 8 million crowns for the harbour wall.", "It does not pay for the quay of Port Ellery.")
CUES = [Cue(0.0, 4.0, "Ava", SCRIPT[0], 0), Cue(4.5, 8.0, "Ben", SCRIPT[1], 1)]


def heard(text: str, *, probability: float = 0.9, gap_at: int = -1) -> list[HeardWord]:
    """The words a third of a second each, with two seconds of something unheard before the word at `gap_at`."""
    starts = [n / 3 + 2.0 * (0 <= gap_at <= n) for n in range(len(text.split()))]
    return [HeardWord(word, at, at + 0.3, probability) for word, at in zip(text.split(), starts, strict=True)]


def found(text: str, **how) -> list[tuple[str, int, str, str]]:
    return [(d.kind, d.turn, d.expected, d.heard) for d in readback.compare(CUES, heard(text, **how))]


WHOLE = "The council will pay 8 million crowns for the harbor wall. It does not pay for the key of Port Elery."


def test_what_sounds_the_same_is_the_same():
    assert found(WHOLE) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("does not pay", "does pay", ("dropped", 1, "not", "")),
        ("8 million", "80 million", ("wrong", 0, "eight", "eighty")),
        ("crowns", "crowns crowns", ("doubled", 0, "", "crowns")),
        ("for the harbor", "for the whole harbor", ("added", 0, "", "whole")),
        ("crowns", "dollars", ("wrong", 0, "crowns", "dollars")),
    ],
)
def test_a_difference_is_told_by_its_kind_and_turn(old, new, difference):
    assert found(WHOLE.replace(old, new)) == [difference]


def test_a_difference_has_the_time_at_which_it_is_heard():
    (difference,) = readback.compare(CUES, heard(WHOLE.replace("crowns", "dollars")))
    assert difference.start_s == 2.0
    assert difference.to_json() == {
        "kind": "wrong", "start_s": 2.0, "turn": 0, "expected": "crowns", "heard": "dollars"
    }  # fmt: skip


def test_what_the_recogniser_is_not_sure_of_is_not_held_against_the_script():
    assert found(WHOLE.replace("crowns", "dollars"), probability=0.3) == []


def test_a_word_that_there_was_time_to_say_was_not_dropped():
    text = WHOLE.replace("does not pay", "does pay")
    assert found(text, gap_at=text.split().index("does") + 1) == []


def test_a_figure_that_is_heard_in_two_parts_is_one_figure():
    cues = [Cue(0.0, 4.0, "Ben", "The bank cut its rate by 0.25% on Thursday.", 0)]
    assert readback.compare(cues, heard("The bank cut its rate by 0 .25% on Thursday.")) == []
    assert readback.compare(cues, heard("The bank cut its rate by 0 .75% on Thursday."))


def test_small_words_alone_are_no_difference():
    assert found(WHOLE.replace("for the harbor", "for harbor").replace("of Port", "at Port")) == []


def test_silence_is_a_script_that_was_not_said():
    assert readback.compare(CUES, []) == []  # there was time for it
    assert [d.kind for d in readback.compare([Cue(0.0, 0.2, "Ava", SCRIPT[0], 0)], [])] == ["dropped"]


def test_what_is_not_to_be_said_is_heard():
    (difference,) = readback.said(CUES, heard(WHOLE), ["port elery", "harbour"])
    assert (difference.kind, difference.heard, difference.turn) == ("restricted", "Port Elery", 1)


def voice(pitch_hz: float, seconds: float = 2.0) -> torch.Tensor:
    at = torch.arange(int(seconds * LISTENING_RATE)) / LISTENING_RATE
    return sum(torch.sin(6.283 * pitch_hz * n * at) / n for n in range(1, 20)) * (1 + 0.2 * torch.sin(9 * at))


def cues(hosts: str) -> list[Cue]:
    return [Cue(2.0 * n, 2.0 * n + 2.0, host, "Words.", n) for n, host in enumerate(hosts)]


def test_a_turn_in_another_host_s_voice_is_found():
    sound = torch.cat([voice({"a": 210.0, "b": 120.0}[host]) for host in "abababba"])
    assert readback.swapped(cues("abababba"), sound) == []
    difference, second = readback.swapped(cues("abababab"), sound)
    assert (difference.turn, second.turn) == (6, 7)
    assert (difference.kind, difference.start_s, difference.expected, difference.heard) == ("swapped", 12.0, "a", "b")


def test_of_few_turns_no_voice_is_known():
    assert readback.swapped(cues("abab"), torch.cat([voice(210.0)] * 4)) == []
