"""Each fault of a take is found, and a sound take has none."""

import pytest
import torch

from synthesis.audio import quality
from synthesis.audio.quality import faults, longest_silence_s
from synthesis.audio.resample import VOICE_RATE
from synthesis.bench.spoiling import FAULTS

SYMBOLS = "h" * 60
FOUND = {
    "one value that is no number": quality.NOT_FINITE,
    "one infinite value": quality.NOT_FINITE,
    "nothing at all": quality.EMPTY,
    "silence": quality.SILENT,
    "hardly audible": quality.SILENT,
    "clipped": quality.CLIPPED,
    "clipped at half of its peak": quality.CLIPPED,
    "cut off within a sound": quality.CUT_END,
    "cut off within a sound, and faded": quality.CUT_END,
    "cut off in a pause": quality.CUT_END,
    "begun within a sound": quality.CUT_START,
    "a pause of 1.4 s": quality.PAUSE,
    "a pause of 1.6 s with hiss": quality.PAUSE,
    "stuck on a syllable": quality.REPEATS,
    "droning": quality.REPEATS,
    "said twice": quality.REPEATS,
    "running on": quality.TOO_LONG,
    "a burst of noise": quality.NOISE,
    "noise alone": quality.NOISE,
    "off centre": quality.OFFSET,
    "three times as slow": quality.TOO_LONG,
    "three times as fast": quality.TOO_SHORT,
}


@pytest.fixture
def sound(tone_voice):
    return tone_voice.speak([SYMBOLS], ["af_heart"], keys=["k"])[0].waveform


def planned_s(sound):
    return len(sound) / VOICE_RATE - 0.1


def test_a_sound_take_has_no_faults(sound):
    assert faults(sound, SYMBOLS) == ()
    assert faults(sound, SYMBOLS, planned_s=planned_s(sound)) == ()


def test_a_take_that_ends_before_its_last_vowel_is_cut_off_however_softly(sound):
    half = sound[: len(sound) // 2].clone()
    half[-2400:] *= torch.linspace(1, 0, 2400).square()
    ends_s = len(half) / VOICE_RATE
    assert faults(half, SYMBOLS, planned_s=ends_s + 0.2, last_vowel_s=ends_s - 0.1) == ()
    assert faults(half, SYMBOLS, planned_s=ends_s + 0.2, last_vowel_s=ends_s + 0.05) == (quality.CUT_END,)


@pytest.mark.parametrize(("early_s", "is_cut"), [(0.1, False), (0.22, True)])
def test_of_a_word_alone_a_fifth_of_a_second_is_much(sound, early_s, is_cut):
    word = sound[: int(0.4 * VOICE_RATE)].clone()
    word[-4800:] *= torch.linspace(1, 0, 4800).square()
    found = faults(word, "ɹˈIt.", planned_s=0.4 + early_s, last_vowel_s=0.35)
    assert (quality.CUT_END in found) == is_cut


def test_every_kind_of_fault_that_the_bench_injects_is_known_here():
    assert set(FOUND) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_named(sound, fault):
    assert FOUND[fault] in faults(FAULTS[fault](sound), SYMBOLS, planned_s=planned_s(sound))


@pytest.mark.parametrize(("gain", "is_heard"), [(1.0, True), (0.05, False)])  # as it is; 26 dB down
def test_a_faint_take_is_too_quiet(sound, gain, is_heard):
    found = faults(gain * sound, SYMBOLS)
    assert (quality.TOO_QUIET in found or quality.SILENT in found) is not is_heard


@pytest.mark.parametrize(("seconds", "is_fault"), [(1.1, False), (1.3, True)])  # either side of the limit
def test_a_pause_may_last_1_2_seconds(sound, seconds, is_fault):
    speech = sound[1200:-2400]  # without the silence around it
    paused = torch.cat([sound[:1200], speech, torch.zeros(round(seconds * VOICE_RATE)), speech.flip(0), sound[-2400:]])
    assert (quality.PAUSE in faults(paused, SYMBOLS * 2)) is is_fault


def test_the_longest_silence_is_measured_between_sounds_at_any_rate(sound):
    silence = torch.zeros(44_100 // 2)
    waveform = torch.cat([torch.zeros(44_100 * 2), sound, silence, sound, torch.zeros(44_100 * 3)])
    assert longest_silence_s(waveform, 44_100) == pytest.approx(0.5 + 3600 / 44_100, abs=0.05)
    assert longest_silence_s(torch.zeros(10)) == 0.0


def test_a_take_of_a_few_samples_is_judged_without_an_error():
    assert faults(torch.full((5,), 0.1), "h")
    assert faults(0.1 * torch.randn(300, generator=torch.Generator().manual_seed(0)), "h")


def test_a_phrase_that_is_said_again_later_is_no_loop(sound):
    """As "ninety-six point nine million, forty-six point three percent" says "six point" twice."""
    phrase = sound[VOICE_RATE : 2 * VOICE_RATE]
    other = sound.flip(0)[VOICE_RATE : 2 * VOICE_RATE]
    assert quality.REPEATS not in faults(torch.cat([phrase, other, phrase, torch.zeros(2400)]), SYMBOLS)
    assert quality.REPEATS in faults(torch.cat([other, phrase, phrase, torch.zeros(2400)]), SYMBOLS)
