from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.moe_schedule import block_rows, moe_schedule, moe_schedule_reference, most_blocks


def choices(tokens: int, experts: int, k: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Each token's K unlike experts, and how often each was chosen."""
    torch.manual_seed(tokens)
    index = torch.rand(tokens, experts).argsort(1)[:, :k].int().contiguous()
    return index.to(device), counted(index, experts).to(device)


def counted(index: torch.Tensor, experts: int) -> torch.Tensor:
    return torch.bincount(index.flatten(), minlength=experts).int()


def assert_scheduled_alike(index: torch.Tensor, count: torch.Tensor, block: int) -> None:
    found, expected = moe_schedule(index, count, block), moe_schedule_reference(index, count, block)
    assert torch.equal(found.slots, expected.slots)
    assert torch.equal(found.experts, expected.experts)
    assert found.k == expected.k == index.shape[1]


@pytest.mark.parametrize("block", [16, 32])
@pytest.mark.parametrize(
    ("tokens", "experts", "k"),
    [(1, 7, 2), (19, 7, 3), (5, 4, 4), (3, 1, 1), (130, 5, 2), (700, 3, 2)],
    # one token; prime E; K = E; one expert; experts with several blocks; more slots than a program reads at once
)
def test_matches_reference(device, tokens, experts, k, block):
    assert_scheduled_alike(*choices(tokens, experts, k, device), block)


@pytest.mark.parametrize("taken", [0, 3, 6])  # the first, one in the middle, the last
def test_all_tokens_may_go_to_one_expert(device, taken):
    index = torch.full((37, 1), taken, dtype=torch.int32)
    assert_scheduled_alike(index.to(device), counted(index, 7).to(device), 16)


def test_every_slot_has_one_row_among_its_expert_s(device):
    index, count = choices(23, 5, 3, device)
    slots, experts, _ = moe_schedule(index, count, 16)
    held = slots.flatten()[slots.flatten() >= 0].long()
    assert sorted(held.tolist()) == list(range(69))
    assert torch.equal(index.flatten()[held], experts.repeat_interleave(16)[slots.flatten() >= 0])


def test_the_bound_is_reached_and_never_exceeded():
    assert most_blocks(6, 128, 16) == 6  # each choice another expert
    assert most_blocks(34, 2, 16) == 4  # 17 each: two blocks
    for counts in ([34, 0], [17, 17], [33, 1], [18, 16]):
        assert sum(-(-count // 16) for count in counts) <= most_blocks(34, 2, 16)


@pytest.mark.parametrize(("slots", "block"), [(1, 16), (64, 16), (128 * 16, 16), (128 * 17, 32), (10**6, 128)])
def test_a_block_is_as_high_as_an_expert_has_rows(slots, block):
    assert block_rows(slots, 128) == block


def test_no_tokens_are_no_blocks(device):
    schedule = moe_schedule(*choices(0, 4, 2, device), 16)
    assert (schedule.slots.shape, schedule.experts.shape) == ((0, 16), (0,))


def test_what_does_not_fit_is_refused(device):
    index, count = choices(4, 5, 2, device)
    for wrong in ((index, count, 8), (index.long(), count, 16), (index.flatten(), count, 16), (index.T, count, 16)):
        with pytest.raises(ShapeError):
            moe_schedule(*wrong)
