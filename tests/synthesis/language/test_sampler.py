"""Each sequence draws from its own stream, with the probabilities of its logits."""

from __future__ import annotations

import torch

from synthesis.language.sampler import Sampler


def test_temperature_zero_takes_the_likeliest():
    logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, 1.0, 0.0]])
    assert Sampler([1, 2], 0.0).choose(logits, [0, 1]) == [1, 0]


def test_draws_follow_the_probabilities():
    logits = torch.tensor([0.5, 0.25, 0.25, 0.0]).log().repeat(4000, 1)
    drawn = torch.tensor(Sampler(range(4000), 1.0).choose(logits, range(4000)))
    shares = torch.bincount(drawn, minlength=4) / 4000
    torch.testing.assert_close(shares, torch.tensor([0.5, 0.25, 0.25, 0.0]), atol=0.03, rtol=0)
    assert shares[3] == 0


def test_a_higher_temperature_spreads_the_draws():
    logits = torch.tensor([[4.0, 0.0, 0.0, 0.0]]).repeat(500, 1)
    cool, hot = (Sampler(range(500), temperature).choose(logits, range(500)) for temperature in (0.5, 5.0))
    assert cool.count(0) > hot.count(0)


def test_a_sequence_keeps_its_stream_when_others_leave():
    logits = torch.zeros(3, 50)
    all_stay, some_leave = Sampler([4, 5, 6], 1.0), Sampler([4, 5, 6], 1.0)
    first, second = all_stay.choose(logits, [0, 1, 2]), all_stay.choose(logits, [0, 1, 2])
    assert some_leave.choose(logits, [0, 1, 2]) == first
    assert some_leave.choose(logits[:1], [2]) == second[2:]
