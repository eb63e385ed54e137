"""A turn sounds the same alone and in any batch."""

from __future__ import annotations

import pytest
import torch

from synthesis import checkpoint
from synthesis.errors import CheckpointError, RenderFailed
from synthesis.speech.batches import by_length, row_lengths, stacked
from synthesis.speech.synthesizer import Synthesizer

# Of all lengths, in three voices: a word, a question, and sentences of two seconds and of four.
UTTERANCES = [
    ("jˈɛs.", "af_heart"),
    ("wˌʌt hˈæpᵊnz nˈɛkst?", "am_michael"),
    ("ðə bɹˈɪʤ hɐz bˌɪn klˈOzd sˈɪns ðə spɹˈɪŋ.", "bf_emma"),
    ("ðə kˈWnsᵊl vˈOTᵻd ˌɔn tˈuzdˌA tə ɹibˈɪld ði ˈOld sˈi wˌɔl.", "af_heart"),
    ("nˈObˌɑdi wʌz hˈɜɹt.", "am_michael"),
]


@pytest.mark.parametrize(
    ("lengths", "most_rows", "groups"),
    [
        ([10, 9, 8, 4, 3], 8, [[0, 1, 2], [3, 4]]),  # 4 lacks more than a quarter of 10
        ([4, 10, 9], 8, [[1, 2], [0]]),  # the longest first
        ([5, 5, 5], 2, [[0, 1], [2]]),
        ([], 8, []),
    ],
)
def test_like_lengths_go_together(lengths, most_rows, groups):
    assert by_length(lengths, most_rows=most_rows) == groups


def test_a_batch_has_a_row():
    with pytest.raises(ValueError, match="not 0"):
        by_length([3], most_rows=0)


def test_rows_are_padded_with_zeros_and_full_ones_need_no_lengths():
    rows = [torch.ones(2, 3), torch.full((4, 3), 2.0)]
    padded = stacked(rows, 5)
    assert padded.shape == (2, 5, 3) and torch.equal(padded[0, :2], rows[0]) and torch.equal(padded[1, :4], rows[1])
    assert padded[0, 2:].abs().sum() == padded[1, 4:].abs().sum() == 0
    assert row_lengths([4, 4], 4, torch.device("cpu")) is None
    assert row_lengths([4, 3], 4, torch.device("cpu")).tolist() == [4, 3]


@pytest.fixture(scope="module")
def batched() -> Synthesizer:
    try:
        return Synthesizer.load(checkpoint.models_dir(), "cpu", is_batched=True)
    except CheckpointError as error:
        pytest.skip(f"the voice model is not installed: {error}")


def takes_of(synthesizer, monkeypatch, *, most_rows, most_padding=0.99, step=1):
    """All of the utterances, in batches of so many rows, whatever their lengths."""
    monkeypatch.setattr(synthesizer, "most_rows", most_rows)
    monkeypatch.setattr("synthesis.speech.synthesizer.by_length", lambda n, most_rows: by_length(
        n, most_rows=most_rows, most_padding=most_padding
    ))  # fmt: skip
    monkeypatch.setattr(synthesizer, "_rounded", lambda length, _: -(-length // step) * step)
    phonemes, voices = zip(*UTTERANCES, strict=True)
    return synthesizer.speak(phonemes, voices, keys=[f"turn {i}" for i in range(len(phonemes))])


@pytest.mark.voice
def test_a_turn_is_the_same_in_any_batch(batched, monkeypatch):
    alone = takes_of(batched, monkeypatch, most_rows=1)
    for in_batch in (
        takes_of(batched, monkeypatch, most_rows=8),  # beside rows several times as long
        takes_of(batched, monkeypatch, most_rows=2),
        takes_of(batched, monkeypatch, most_rows=1, step=16),  # alone in a shape with room to spare
    ):
        for one, other in zip(alone, in_batch, strict=True):
            assert torch.equal(one.durations, other.durations)
            error = (one.waveform - other.waveform).square().mean()
            assert 10 * torch.log10(one.waveform.square().mean() / error) >= 90


@pytest.mark.voice
def test_where_memory_runs_out_the_batch_is_halved_and_the_size_remembered(batched, monkeypatch):
    asked = []

    def small_device(symbols, styled, durations, style, noise, *lengths):
        asked.append(len(symbols))
        if len(symbols) > 2:
            raise torch.OutOfMemoryError("out of memory")
        return noise

    monkeypatch.setattr(batched.model, "sound", small_device)
    takes = takes_of(batched, monkeypatch, most_rows=8)
    assert asked[0] == 5 and max(asked[1:]) <= 2 and len(takes) == len(UTTERANCES)
    assert batched.most_rows == 2

    monkeypatch.setattr(batched.model, "sound", lambda *inputs: small_device(torch.zeros(9), *inputs[1:]))
    with pytest.raises(RenderFailed, match="no memory"):
        takes_of(batched, monkeypatch, most_rows=1)
