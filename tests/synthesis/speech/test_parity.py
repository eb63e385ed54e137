"""Our voice against the reference package's, on the same weights, phonemes, style and noise."""

from __future__ import annotations

import importlib.util

import pytest

from synthesis.bench import parity

# A question of 12 symbols, a figure in a British voice, and one of some 100 symbols, where the phase has gone far.
CHOSEN = [parity.UTTERANCES[i] for i in (1, 2, 15)]


@pytest.fixture(scope="module")
def likenesses(real_voice):
    for package in ("kokoro", "pesq"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: make peers")
    return parity.compare(CHOSEN)


@pytest.mark.voice
def test_every_symbol_lasts_as_long_as_in_the_reference(likenesses):
    assert [likeness.same_durations for likeness in likenesses] == [True] * len(CHOSEN)


@pytest.mark.voice
def test_it_sounds_as_the_reference_does(likenesses):
    """As it is, its own float32 phase keeps every exact source 37 to 45 dB away: the mean log-mel is held to 0.05."""
    assert min(likeness.pesq for likeness in likenesses) >= 4.6
    assert min(likeness.snr_db for likeness in likenesses) >= 34
    assert sum(likeness.log_mel_l1_db for likeness in likenesses) / len(likenesses) <= 0.05


@pytest.mark.voice
def test_with_its_phase_in_float64_the_reference_is_met_by_every_utterance(likenesses):
    assert min(likeness.pesq_f64 for likeness in likenesses) >= 4.6
    assert max(likeness.log_mel_l1_db_f64 for likeness in likenesses) <= 0.05
    assert min(likeness.snr_db_f64 for likeness in likenesses) >= 45
