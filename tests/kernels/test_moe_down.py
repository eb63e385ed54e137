from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.moe_down import moe_down, moe_down_reference
from kernels.moe_schedule import Schedule, moe_schedule
from kernels.quantized import quantize

pytestmark = pytest.mark.usefixtures("unwritten_is_nan")


def scheduled(tokens: int, experts: int, k: int, device: str) -> Schedule:
    torch.manual_seed(tokens)
    index = torch.rand(tokens, experts).argsort(1)[:, :k].int().contiguous()
    return moe_schedule(index.to(device), torch.bincount(index.flatten(), minlength=experts).int().to(device), 16)


def assert_close(hidden: torch.Tensor, down, schedule: Schedule) -> None:
    weight = torch.rand(len(hidden) // schedule.k, schedule.k, device=hidden.device)
    tolerance = {} if hidden.dtype == torch.float32 else {"rtol": 4e-3, "atol": 4e-3}
    found = moe_down(hidden, weight, down, schedule)
    torch.testing.assert_close(found, moe_down_reference(hidden, weight, down, schedule), **tolerance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(
    ("tokens", "experts", "k", "dim", "size"),
    [
        (1, 7, 2, 32, 16),  # one token, prime E
        (5, 4, 4, 33, 48),  # K = E, a tail of D
        (3, 1, 1, 8, 40),  # one expert, a tail of F
        (20, 2, 2, 32, 32),  # two blocks an expert
    ],
)
def test_matches_reference(device, tokens, experts, k, dim, size, dtype):
    schedule = scheduled(tokens, experts, k, device)
    hidden, weight = torch.randn(tokens * k, size, device=device), torch.randn(experts, dim, size, device=device)
    assert_close(hidden.to(dtype), (weight / size**0.5).to(dtype), schedule)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize(("size", "group", "dtype"), [(64, 64, torch.float16), (128, 128, torch.float32)])
def test_quantised_weights_are_widened_inside(device, bits, size, group, dtype):
    hidden, weight = torch.randn(10, size, device=device), torch.randn(3, 19, size, device=device) / size**0.5
    assert_close(hidden.to(dtype), quantize(weight.to(dtype), bits, group), scheduled(5, 3, 2, device))


def test_experts_that_nobody_chose_are_not_read(device):
    index = torch.full((4, 1), 1, dtype=torch.int32, device=device)
    schedule = moe_schedule(index, torch.tensor([0, 4, 0], dtype=torch.int32, device=device), 16)
    weight = torch.randn(3, 8, 16, device=device)
    weight[0] = weight[2] = torch.nan
    assert_close(torch.randn(4, 16, device=device), weight, schedule)


def test_a_token_has_the_same_bits_whatever_its_neighbours(device):
    """Its place among its expert's rows changes nothing."""
    hidden, down = torch.randn(19, 24, device=device), torch.randn(1, 16, 24, device=device)
    weight = torch.rand(19, 1, device=device)
    together = moe_down(hidden, weight, down, scheduled(19, 1, 1, device))
    alone = moe_down(hidden[18:], weight[18:], down, scheduled(1, 1, 1, device))
    assert torch.equal(together[18:], alone)


def test_no_tokens_are_no_work(device):
    nothing = torch.empty(0, 16, device=device)
    found = moe_down(
        nothing, torch.empty(0, 2, device=device), torch.ones(3, 8, 16, device=device), scheduled(0, 3, 2, device)
    )
    assert found.shape == (0, 8)


def test_what_does_not_fit_is_refused(device):
    hidden, weight, down, schedule = (
        torch.zeros(8, 16),
        torch.zeros(4, 2),
        torch.zeros(3, 8, 16),
        scheduled(4, 3, 2, device),
    )
    wrong = [
        (hidden[0], weight, down),
        (torch.zeros(16, 8).T, weight, down),
        (hidden, weight[:3], down),
        (hidden, torch.zeros(8, 1), down),
        (hidden, weight.half(), down),
        (hidden, torch.zeros(2, 4).T, down),
        (hidden, weight, down[0]),
        (hidden, weight, torch.zeros(3, 8, 17)),
        (hidden, weight, down.half()),
        (hidden, weight, torch.zeros(8, 3, 16).transpose(0, 1)),
    ]
    for case in wrong:
        with pytest.raises(ShapeError):
            moe_down(*case, schedule)
