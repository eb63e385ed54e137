"""Turns are joined sample by sample, with pauses that fit, hosts as loud as each other, and no click."""

import math

import pytest
import torch

from synthesis.audio.loudness import integrated_loudness
from synthesis.audio.mix import (
    ANSWER_GAP_S,
    LEAD_IN_S,
    STORY_GAP_S,
    TURN_GAP_S,
    SpokenTurn,
    gap_before,
    join,
    mix,
    trim,
)
from synthesis.audio.resample import EPISODE_RATE, VOICE_RATE


def turn(host="Ava", kind="fact", story="a", key="k", pieces=None):
    pieces = pieces if pieces is not None else (hum(1.5),)
    return SpokenTurn(host, kind, story, key, tuple(pieces), tuple(True for _ in pieces))


def hum(seconds, level=0.1, pitch=150):
    at = torch.arange(round(seconds * VOICE_RATE)) / VOICE_RATE
    return level * sum(torch.sin(2 * math.pi * pitch * n * at) / n for n in range(1, 8))


@pytest.mark.parametrize(
    ("before", "after", "gap"),
    [
        (turn(kind="question"), turn("Ben"), ANSWER_GAP_S),
        (turn(), turn("Ben"), TURN_GAP_S),
        (turn(), turn("Ben", story="b"), STORY_GAP_S),
        (turn(kind="opening", story=None), turn("Ben", "link", "b"), STORY_GAP_S),
        (turn(kind="link", story=None), turn("Ben", story="b"), TURN_GAP_S),
        (turn(kind="closing", story=None), turn("Ben", "closing", None), TURN_GAP_S),
    ],
)
def test_pauses_fit_the_turn(before, after, gap):
    assert gap_before(after, before) == pytest.approx(gap, rel=0.11)


def test_pauses_vary_but_are_the_same_each_time():
    gaps = [gap_before(turn("Ben", key=str(n)), turn(key="x")) for n in range(20)]
    assert len(set(gaps)) > 15
    assert gaps == [gap_before(turn("Ben", key=str(n)), turn(key="x")) for n in range(20)]


def test_spans_say_to_the_sample_where_each_turn_is():
    turns = [turn(key="1"), turn("Ben", "question", key="2"), turn(key="3")]
    mixed = mix(turns)
    assert mixed.spans[0][0] == pytest.approx(LEAD_IN_S, abs=1 / EPISODE_RATE)
    loud = mixed.waveform.abs().amax(0) > 1e-6
    for (_, end_s), (start_s, _) in zip(mixed.spans, mixed.spans[1:], strict=False):
        assert not loud[round(end_s * EPISODE_RATE) : round(start_s * EPISODE_RATE)].any()
        assert loud[round(start_s * EPISODE_RATE) : round(start_s * EPISODE_RATE) + 2000].any()


def test_hosts_are_brought_to_one_loudness():
    turns = [turn("Ava", pieces=[hum(3, 0.02)], key="1"), turn("Ben", pieces=[hum(3, 0.3, pitch=110)], key="2")]
    mixed = mix(turns)
    levels = [
        integrated_loudness(mixed.waveform[:, round(start * EPISODE_RATE) : round(end * EPISODE_RATE)], EPISODE_RATE)
        for start, end in mixed.spans
    ]
    assert abs(levels[0] - levels[1]) < 1.0


def test_in_stereo_the_first_host_stands_left_and_mono_is_one_channel():
    turns = [turn("Ava", key="1"), turn("Ben", key="2")]
    stereo = mix(turns, channels=2).waveform
    middle = stereo.shape[1] // 2
    first, second = stereo[:, :middle].square().sum(1), stereo[:, middle:].square().sum(1)
    assert first[0] > first[1] and second[1] > second[0]
    assert mix(turns, channels=1).waveform.shape[0] == 1


def test_a_take_is_trimmed_and_starts_and_ends_without_a_click():
    trimmed = trim(torch.cat([torch.zeros(VOICE_RATE), hum(0.5), torch.zeros(VOICE_RATE)]))
    assert len(trimmed) == pytest.approx(0.58 * VOICE_RATE, rel=0.02)
    assert abs(float(trimmed[0])) < 1e-3 and abs(float(trimmed[-1])) < 1e-3
    assert float((trim(hum(0.5))[1:] - trim(hum(0.5))[:-1]).abs().max()) < 0.1


def test_pieces_within_a_turn_are_parted_by_kind():
    sentence = join([hum(0.5), hum(0.5)], [True, True], "k")
    clause = join([hum(0.5), hum(0.5)], [False, True], "k")
    assert len(sentence) > len(clause) > VOICE_RATE
