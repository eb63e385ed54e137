"""The bench of takes finds no fault with the real voice, and does find what is wrong."""

from __future__ import annotations

import pytest
import torch

from synthesis import checkpoint
from synthesis.bench import BadOption, takes
from synthesis.bench.invented_news import episode
from synthesis.bench.spoiling import FAULTS
from synthesis.errors import CheckpointError
from synthesis.types import Cue, Recording

RATE = 44_100


@pytest.fixture
def installed():
    try:
        checkpoint.find("voice", checkpoint.models_dir())
    except CheckpointError as error:
        pytest.skip(str(error))


@pytest.mark.voice
def test_a_short_episode_keeps_every_promise(installed, monkeypatch):
    """Every kind of fault at the first, the middle and the last take; both renderings alike; one turn edited."""
    monkeypatch.setattr(takes, "TURNS", (4,))
    monkeypatch.setattr(takes, "ROUNDS", len(FAULTS))
    monkeypatch.setattr(takes, "AGAIN", 0)
    figures = takes.measure(episodes=1)
    assert figures["misses"] == []
    assert figures["faults_caught"] == figures["faults_injected"] == 3 * len(FAULTS)
    assert figures["good_takes_flagged"] == 0
    assert figures["same_pcm_twice"] and figures["same_file_twice"]
    assert (figures["takes_of_edited_script"], figures["takes_spoken_after_edit"]) == (4, 1)


def test_what_does_not_hold_is_said_in_words():
    bad = takes.Measured(
        9, 1, 60.0, -16.6, -1.4, 1.2, 1.3, False, [("clipped", "last", False), ("silence", "first", True)]
    )
    assert len(bad.misses()) == 7
    assert "'clipped' was not caught in the last take" in bad.misses()
    assert takes.Measured(9, 0, 60.0, -15.6, -1.5, 1.0, 1.2, True).misses() == []


@pytest.mark.parametrize("episodes", [0, len(takes.TURNS) + 1])
def test_episodes_that_there_are_not_are_refused(episodes):
    with pytest.raises(BadOption, match=f"not {episodes}"):
        takes.measure(episodes)


def test_twenty_episodes_have_more_than_five_hundred_takes_of_several_voices():
    assert len(takes.TURNS) == 20 and sum(takes.TURNS) > 500
    scripts = [episode(number, turns) for number, turns in enumerate(takes.TURNS)]
    assert [len(script.turns) for script in scripts] == list(takes.TURNS)
    assert len({host.voice for script in scripts for host in script.hosts}) == 8
    assert episode(3, 12) == scripts[3]
    assert not any("{" in turn.text for script in scripts for turn in script.turns)


def test_the_meter_and_the_silences_are_ffmpegs(tmp_path):
    tone = 0.25 * torch.sin(2 * torch.pi * 997 * torch.arange(RATE * 3) / RATE).repeat(2, 1)
    decoded = torch.cat([tone, torch.zeros(2, round(1.5 * RATE)), tone], dim=-1)
    loudness, peak = takes.meter(tone)
    assert loudness == pytest.approx(-12.0, abs=0.2)  # two channels, 12 dB under full scale
    assert peak == pytest.approx(-12.0, abs=0.2)
    cues = (Cue(0.0, 4.0, "Ava", "", 0), Cue(4.0, 7.5, "Ben", "", 1))
    recording = Recording(tmp_path, 7.5, 1, RATE, 2, -16.0, -2.0, (), cues)
    assert takes.longest_silence_in_turns_s(decoded, recording) == pytest.approx(1.0, abs=0.05)
