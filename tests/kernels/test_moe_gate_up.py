from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.moe_gate_up import moe_gate_up, moe_gate_up_reference, tiles
from kernels.moe_schedule import Schedule, moe_schedule
from kernels.quantized import quantize

pytestmark = pytest.mark.usefixtures("unwritten_is_nan")


def scheduled(tokens: int, experts: int, k: int, device: str, block: int = 16) -> Schedule:
    torch.manual_seed(tokens)
    index = torch.rand(tokens, experts).argsort(1)[:, :k].int().contiguous()
    return moe_schedule(index.to(device), torch.bincount(index.flatten(), minlength=experts).int().to(device), block)


def assert_close(x: torch.Tensor, gate_up, schedule: Schedule) -> None:
    tolerance = {} if x.dtype == torch.float32 else {"rtol": 2e-3, "atol": 2e-3}
    found = moe_gate_up(x, gate_up, schedule)
    torch.testing.assert_close(found, moe_gate_up_reference(x, gate_up, schedule), **tolerance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(
    ("tokens", "experts", "k", "dim", "size"),
    [
        (1, 7, 2, 16, 32),  # one token, prime E
        (5, 4, 4, 48, 33),  # K = E, a tail of F
        (3, 1, 1, 40, 8),  # one expert, a tail of D
        (20, 2, 2, 32, 32),  # two blocks an expert
    ],
)
def test_matches_reference(device, tokens, experts, k, dim, size, dtype):
    schedule = scheduled(tokens, experts, k, device)
    x, weight = torch.randn(tokens, dim, device=device), torch.randn(experts, 2 * size, dim, device=device)
    assert_close(x.to(dtype), (weight / dim**0.5).to(dtype), schedule)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize(
    ("dim", "group", "dtype"), [(64, 64, torch.float32), (128, 64, torch.float16), (128, 128, torch.float32)]
)
def test_quantised_weights_are_widened_inside(device, bits, dim, group, dtype):
    x, weight = torch.randn(5, dim, device=device), torch.randn(3, 2 * 9, dim, device=device) / dim**0.5
    assert_close(x.to(dtype), quantize(weight.to(dtype), bits, group), scheduled(5, 3, 2, device))


def test_experts_that_nobody_chose_are_not_read(device):
    index = torch.full((4, 1), 1, dtype=torch.int32, device=device)
    schedule = moe_schedule(index, torch.tensor([0, 4, 0], dtype=torch.int32, device=device), 16)
    weight = torch.randn(3, 8, 16, device=device)
    weight[0] = weight[2] = torch.nan
    assert_close(torch.randn(4, 16, device=device), weight, schedule)


def test_higher_blocks_give_the_same(device):
    x, weight = torch.randn(9, 24, device=device), torch.randn(2, 10, 24, device=device)
    low, high = (moe_gate_up(x, weight, scheduled(9, 2, 1, device, block)) for block in (16, 64))
    torch.testing.assert_close(high, low)


def test_large_gates_do_not_overflow(device):
    x, weight = torch.full((1, 16), 100.0, device=device), torch.ones(1, 4, 16, device=device)
    weight[0, 0] = -1
    found = moe_gate_up(x, weight, scheduled(1, 1, 1, device))
    assert found.tolist() == [[0.0, 1600.0**2]]


def test_no_tokens_are_no_work(device):
    found = moe_gate_up(
        torch.empty(0, 16, device=device), torch.ones(3, 8, 16, device=device), scheduled(0, 3, 2, device)
    )
    assert found.shape == (0, 4)


@pytest.mark.parametrize("block", [16, 32, 64, 128])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_stages_fit_a_core(block, dtype):
    for is_quantised in (False, True):
        tile = tiles(block, dtype, is_quantised)
        assert (block + tile.rows) * tile.depth * dtype.itemsize * tile.stages <= 160 << 10


def test_what_does_not_fit_is_refused(device):
    x, weight, schedule = torch.zeros(4, 16), torch.zeros(3, 8, 16), scheduled(4, 3, 2, device)
    wrong = [
        (x[0], weight),
        (torch.zeros(16, 4).T, weight),
        (x, weight[0]),
        (x, weight[:, :7]),
        (x, torch.zeros(3, 8, 17)),
        (x, weight.half()),
        (x, torch.zeros(8, 3, 16).transpose(0, 1)),
        (x, quantize(torch.zeros(3, 8, 64), 8, 64)),
    ]
    for case in wrong:
        with pytest.raises(ShapeError):
            moe_gate_up(*case, schedule)
