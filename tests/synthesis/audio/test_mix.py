"""Turns are joined sample by sample, with pauses that fit, hosts as loud as each other, and no click."""

import math

import pytest
import torch

from synthesis.audio.loudness import integrated_loudness
from synthesis.audio.mix import (
    ANSWER_GAP_S,
    LEAD_IN_S,
    LONGEST_OVERLAP_S,
    STORY_GAP_S,
    TURN_GAP_S,
    SpokenTurn,
    gap_before,
    join,
    mix,
    trim,
)
from synthesis.audio.resample import EPISODE_RATE, VOICE_RATE


def turn(host="Ava", kind="fact", story="a", key="k", pieces=None, overlap_s=0.0):
    pieces = pieces if pieces is not None else (hum(1.5),)
    return SpokenTurn(host, kind, story, key, tuple(pieces), tuple(True for _ in pieces), overlap_s)


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


def loudness_of(mixed, span):
    start, end = (round(second * EPISODE_RATE) for second in span)
    return integrated_loudness(mixed.waveform[:, start:end], EPISODE_RATE)


@pytest.mark.parametrize(("gain", "left_lu"), [(0.3, 2.9), (0.9, 0.9)])  # 10 dB; 0.9 dB, which is let be
def test_a_turn_that_strays_from_its_hosts_mean_is_brought_closer(gain, left_lu):
    turns = [turn(key=str(i), pieces=[hum(3)]) for i in range(4)] + [turn(key="soft", pieces=[gain * hum(3)])]
    mixed = mix(turns)
    first, last = (loudness_of(mixed, mixed.spans[i]) for i in (0, 4))
    assert first - last == pytest.approx(left_lu, abs=0.5)
    if gain > 0.8:
        assert first - last == pytest.approx(-20 * math.log10(gain), abs=0.05)


def test_a_short_turn_keeps_its_level():
    """A word of 0.5 s says nothing of its loudness."""
    turns = [turn(key="1", pieces=[hum(3)]), turn(key="2", pieces=[hum(0.5, 0.02)])]
    peaks = [
        float(mix(turns).waveform[:, round(a * EPISODE_RATE) : round(b * EPISODE_RATE)].abs().max())
        for a, b in mix(turns).spans
    ]
    assert peaks[0] / peaks[1] == pytest.approx(5, rel=0.1)


@pytest.mark.parametrize(
    ("asked_s", "lengths_s", "got_s"),
    [
        (0.3, (2.0, 2.0), 0.3),
        (0.7, (2.0, 0.8), 0.4),  # half of the shorter turn
        (5.0, (4.0, 4.0), LONGEST_OVERLAP_S),
    ],
)
def test_an_overlap_is_placed_to_the_sample(asked_s, lengths_s, got_s):
    turns = [
        turn("Ava", key="1", pieces=[hum(lengths_s[0])]),
        turn("Ben", "reaction", key="2", pieces=[hum(lengths_s[1], pitch=90)], overlap_s=asked_s),
    ]
    mixed = mix(turns)
    (first, second), alone = mixed.spans, mix(turns[:1])
    assert first[1] - second[0] == pytest.approx(got_s, abs=2 / EPISODE_RATE)
    start = round(second[0] * EPISODE_RATE)
    assert torch.equal(mixed.waveform[:, :start], alone.waveform[:, :start])
    # The second voice is what is left when the first is taken away, from its first sample on.
    stop = round(first[1] * EPISODE_RATE)
    left = mixed.waveform[:, start:stop] - alone.waveform[:, start:stop]
    assert float(left[:, : round(0.05 * EPISODE_RATE)].abs().max()) > 0.01


def test_after_a_reaction_within_a_turn_the_next_waits_for_both():
    turns = [
        turn("Ava", key="1", pieces=[hum(3)]),
        turn("Ben", "reaction", key="2", pieces=[hum(0.6)], overlap_s=0.34),
        turn("Ava", key="3", overlap_s=0.5),
    ]
    spans = mix(turns).spans
    assert spans[2][0] >= spans[0][1]  # nobody talks over themselves


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
