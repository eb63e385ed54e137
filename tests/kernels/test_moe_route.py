from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.moe_route import moe_route, moe_route_reference

SCORINGS = ["softmax_topk", "softmax_topk_renorm", "topk_softmax", "sigmoid_topk", "sigmoid_topk_renorm"]


def assert_routed_alike(logits: torch.Tensor, k: int, scoring, bias: torch.Tensor | None = None) -> None:
    found, expected = moe_route(logits, k, scoring, bias), moe_route_reference(logits, k, scoring, bias)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("scoring", SCORINGS)
@pytest.mark.parametrize(
    ("tokens", "experts", "k"),
    [(1, 8, 2), (7, 61, 8), (5, 4, 4), (3, 1, 1), (33, 128, 8)],  # one row; prime E; K = E; one expert; many blocks
)
def test_matches_reference(device, tokens, experts, k, scoring):
    torch.manual_seed(tokens)
    assert_routed_alike(torch.randn(tokens, experts, device=device), k, scoring)


@pytest.mark.parametrize("scoring", ["sigmoid_topk", "sigmoid_topk_renorm"])
@pytest.mark.parametrize(("tokens", "experts", "k"), [(1, 8, 2), (7, 61, 8), (5, 4, 4)])
def test_a_bias_matches_the_reference(device, tokens, experts, k, scoring):
    torch.manual_seed(tokens)
    assert_routed_alike(torch.randn(tokens, experts, device=device), k, scoring, torch.randn(experts, device=device))


def test_a_bias_has_a_say_in_the_choice_and_none_in_the_weight(device):
    logits = torch.tensor([[0.0, 1.0, 2.0, 3.0]], device=device)
    bias = torch.tensor([9.0, 0.0, 8.0, 0.0], device=device)
    index, weight, _ = moe_route(logits, 2, "sigmoid_topk", bias)
    assert index.tolist() == [[0, 2]]
    torch.testing.assert_close(weight, torch.sigmoid(logits[:, [0, 2]]))


def test_sigmoids_that_all_round_to_nothing_are_no_nan(device):
    _, weight, _ = moe_route(torch.full((2, 4), -200.0, device=device), 2, "sigmoid_topk_renorm")
    assert weight.tolist() == [[0.0, 0.0]] * 2


def test_a_bias_that_does_not_fit_is_refused(device):
    logits = torch.zeros(2, 4, device=device)
    with pytest.raises(ShapeError, match=r"\(3,\)"):
        moe_route(logits, 1, "sigmoid_topk", torch.zeros(3, device=device))
    with pytest.raises(ValueError, match="not of softmax_topk"):
        moe_route(logits, 1, "softmax_topk", torch.zeros(4, device=device))


@pytest.mark.parametrize("scoring", SCORINGS)
def test_half_precision_is_widened_first(device, scoring):
    assert_routed_alike((20 * torch.randn(9, 40, device=device)).half(), 6, scoring)


def test_of_equal_logits_the_lowest_experts_win(device):
    logits = torch.zeros(6, 13, device=device)
    logits[3:, [2, 5, 11]] = 1.0
    index, _, _ = moe_route(logits, 3, "topk_softmax")
    assert index.tolist() == [[0, 1, 2]] * 3 + [[2, 5, 11]] * 3


def test_all_tokens_may_go_to_one_expert(device):
    logits = torch.zeros(19, 5, device=device)
    logits[:, 4] = 50.0
    index, weight, count = moe_route(logits, 1, "softmax_topk")
    assert index.unique().tolist() == [4]
    assert count.tolist() == [0, 0, 0, 0, 19]
    torch.testing.assert_close(weight, torch.ones_like(weight))


def test_huge_logits_do_not_overflow(device):
    logits = torch.tensor([[3e4, -3e4, 2.9e4, float("-inf")]], device=device)
    assert_routed_alike(logits, 2, "softmax_topk_renorm")


def test_renormalised_weights_sum_to_one_and_the_others_do_not(device):
    logits = torch.randn(4, 9, device=device)
    ones = torch.ones(4, device=device)
    torch.testing.assert_close(moe_route(logits, 3, "topk_softmax")[1].sum(1), ones)
    assert (moe_route(logits, 3, "softmax_topk")[1].sum(1) < 1).all()


def test_no_tokens_are_no_work(device):
    index, weight, count = moe_route(torch.empty(0, 4, device=device), 2, "topk_softmax")
    assert (index.shape, weight.shape, count.tolist()) == ((0, 2), (0, 2), [0, 0, 0, 0])


@pytest.mark.parametrize("k", [0, 5])
def test_an_impossible_k_is_refused(device, k):
    with pytest.raises(ShapeError, match=r"1\.\.4"):
        moe_route(torch.zeros(2, 4, device=device), k, "topk_softmax")


def test_what_is_no_contiguous_matrix_is_refused(device):
    for logits in (torch.zeros(2, 3, 4, device=device), torch.zeros(4, 2, device=device).T):
        with pytest.raises(ShapeError):
            moe_route(logits, 1, "topk_softmax")


def test_an_unknown_scoring_is_refused(device):
    with pytest.raises(ValueError, match="'relu'"):
        moe_route(torch.zeros(2, 4, device=device), 1, "relu")  # type: ignore[arg-type]
