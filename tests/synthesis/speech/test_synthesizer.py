from __future__ import annotations

import pytest
import torch

from synthesis.config import SpeechConfig
from synthesis.errors import CheckpointError, RenderFailed
from synthesis.speech.synthesizer import Synthesizer, seeded_noise
from synthesis.speech.trim import trim

HELLO = "həlˈO ænd wˈɛlkəm."
YES = "jˈɛs."
CONFIG = SpeechConfig()
CPU = torch.device("cpu")


def test_a_missing_voice_model_is_an_error_that_says_what_to_run(tmp_path):
    with pytest.raises(CheckpointError, match="models install voice"):
        Synthesizer.load(tmp_path)


def test_noise_depends_on_the_key_alone():
    torch.manual_seed(1)
    first = seeded_noise("turn-1", 1200, CPU)
    torch.manual_seed(2)
    assert torch.equal(first, seeded_noise("turn-1", 1200, CPU))
    assert not torch.equal(first, seeded_noise("turn-2", 1200, CPU))
    assert first.shape == (1200,)


def test_silence_and_murmur_around_the_words_are_cut():
    durations = torch.tensor([12, 4, 4, 10, 6])  # boundary, two sounds, a full stop, boundary
    waveform = torch.zeros(int(durations.sum()), 600)
    waveform[10:20] = 0.3  # heard from two frames inside the first boundary to the second sound's end
    waveform[27] = 0.05  # a murmur in the full stop
    cut, start_s = trim(waveform.flatten(), durations, "ab.", CONFIG)
    assert len(cut) == (1 + 10 + 2) * 600
    assert start_s == pytest.approx(3 * 0.025)
    assert float(cut.abs().max()) == pytest.approx(0.3)


def test_a_last_sound_is_followed_while_it_fades_but_no_murmur_that_rises_after_it():
    durations = torch.tensor([2, 4, 4, 10])
    waveform = torch.zeros(20, 600)
    waveform[2:10] = 0.3
    waveform[10:15] = torch.tensor([0.2, 0.15, 0.1, 0.08, 0.05])[:, None]  # beyond the planned end, and two frames
    waveform[15:18] = 0.07
    cut, _ = trim(waveform.flatten(), durations, "ab", CONFIG)
    assert len(cut) == (15 - 1) * 600


@pytest.mark.voice
def test_speech_is_as_long_as_planned_and_loud_enough(real_voice):
    (spoken,) = real_voice.speak([HELLO], ["af_heart"], keys=["a"])
    planned_s = int(spoken.durations.sum()) * 0.025
    assert len(spoken.durations) == len(HELLO) + 2
    assert 0.6 < len(spoken.waveform) / 24_000 < planned_s
    assert 0.05 < float(spoken.waveform.abs().max()) < 1
    assert 0 <= spoken.start_s <= 0.2 and spoken.compute_s > 0


@pytest.mark.voice
def test_the_same_key_gives_the_same_samples_and_another_differs_a_little(real_voice):
    torch.manual_seed(5)
    first, again, other = real_voice.speak([YES] * 3, ["am_michael"] * 3, keys=["a", "a", "b"])
    assert torch.equal(first.waveform, again.waveform)
    assert torch.equal(first.durations, other.durations)
    assert not torch.allclose(first.waveform[:20_000], other.waveform[:20_000], atol=1e-3)


@pytest.mark.voice
def test_a_slower_speed_lasts_longer(real_voice):
    (usual,) = real_voice.speak([YES], ["bf_emma"], keys=["a"])
    (slow,) = real_voice.speak([YES], ["bf_emma"], keys=["a"], speed=0.6)
    assert int(slow.durations.sum()) > 1.3 * int(usual.durations.sum())


@pytest.mark.voice
def test_progress_is_told_and_one_bad_utterance_is_named(real_voice):
    steps = []
    with pytest.raises(RenderFailed, match="no symbol '4'"):
        real_voice.speak([YES, "4"], ["af_heart"] * 2, keys="ab", progress=lambda *step: steps.append(step))
    assert steps[0] == (0, 2)


@pytest.mark.voice
def test_options_out_of_range_are_refused(real_voice):
    with pytest.raises(RenderFailed, match="speed"):
        real_voice.speak([YES], ["af_heart"], keys=["a"], speed=3)
    with pytest.raises(RenderFailed, match="no voice called 'af_nobody'"):
        real_voice.speak([YES], ["af_nobody"], keys=["a"])
    with pytest.raises(ValueError, match="1 phoneme strings, 2 voices"):
        real_voice.speak([YES], ["af_heart"] * 2, keys=["a"])


@pytest.mark.voice
def test_the_rendered_greeting_is_understood(real_voice, transcribe):
    (spoken,) = real_voice.speak(["ɡˈʊd mˈɔɹnɪŋ, ænd wˈɛlkəm tə ðə nˈuz."], ["af_heart"], keys=["a"])
    heard = transcribe((spoken.waveform, 24_000)).lower()
    assert "good morning" in heard and "welcome to the news" in heard


@pytest.mark.voice
def test_silence_is_an_error(real_voice, monkeypatch):
    monkeypatch.setattr(real_voice.model, "sound", lambda *args: torch.zeros_like(args[4]))
    with pytest.raises(RenderFailed, match="silent"):
        real_voice.speak([YES], ["af_heart"], keys=["a"])
    monkeypatch.setattr(real_voice.model, "sound", lambda *args: torch.full_like(args[4], torch.nan))
    with pytest.raises(RenderFailed, match="no numbers"):
        real_voice.speak([YES], ["af_heart"], keys=["a"])
