"""Each text draws from numbers of its own, with the probabilities of its logits and of what is allowed."""

from __future__ import annotations

import torch

from synthesis.language.sampler import choose, draws, restrict

POINTS = [(place + 0.5) / 4000 for place in range(4000)]


def test_temperature_zero_takes_the_likeliest():
    logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, 1.0, 0.0]])
    assert choose(logits, [0.0, 0.0], [0.9, 0.9]) == [1, 0]


def test_points_follow_the_probabilities():
    logits = torch.tensor([0.5, 0.25, 0.25, 0.0]).log().repeat(4000, 1)
    drawn = torch.tensor(choose(logits, [1.0] * 4000, POINTS))
    assert torch.bincount(drawn, minlength=4).tolist() == [2000, 1000, 1000, 0]


def test_a_higher_temperature_spreads_the_draws():
    logits = torch.tensor([[4.0, 0.0, 0.0, 0.0]]).repeat(4000, 1)
    cool, hot = (choose(logits, [temperature] * 4000, POINTS) for temperature in (0.5, 5.0))
    assert cool.count(0) > hot.count(0)


def test_each_row_has_its_own_temperature():
    logits = torch.tensor([[2.0, 0.0, 0.0]]).repeat(3, 1)
    assert choose(logits, [0.0, 9.0, 0.0], [0.99] * 3) == [0, 2, 0]


def test_the_last_point_never_falls_behind_the_last_possible_token():
    logits = torch.tensor([[0.1, 0.7, 0.3, -torch.inf, -torch.inf]])
    assert choose(logits, [1.0], [1.0]) == [2]


def test_draws_are_the_seeds_own_and_do_not_depend_on_the_budget():
    assert draws(5, 40)[:7] == draws(5, 7)
    assert draws(5, 7) != draws(6, 7)
    drawn = torch.tensor(draws(0, 4000))
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.02


def test_what_is_not_allowed_is_never_chosen():
    logits = torch.tensor([[9.0, 1.0, 2.0], [9.0, 1.0, 2.0]])
    assert choose(restrict(logits, {1: torch.tensor([False, True, True])}), [0.0, 0.0], [0.0, 0.0]) == [0, 2]


def test_a_padded_vocabulary_allows_none_of_its_padding():
    logits = torch.tensor([[1.0, 0.0, 9.0, 9.0]])
    assert restrict(logits, {0: torch.tensor([True, True])})[0].tolist() == [1, 0, -torch.inf, -torch.inf]
