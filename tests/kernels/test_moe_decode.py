from __future__ import annotations

import pytest
import torch

from kernels.errors import ShapeError
from kernels.moe_decode import moe_decode, moe_decode_reference
from kernels.quantized import quantize

pytestmark = pytest.mark.usefixtures("unwritten_is_nan")


def routed(tokens: int, experts: int, k: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Each token's K unlike experts and their weights."""
    torch.manual_seed(tokens)
    index = torch.rand(tokens, experts).argsort(1)[:, :k].int().contiguous()
    return index.to(device), torch.rand(tokens, k, device=device)


def weights(experts: int, dim: int, size: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    gate_up, down = (torch.randn(experts, *shape, device=device) for shape in ((2 * size, dim), (dim, size)))
    return gate_up / dim**0.5, down / size**0.5


def assert_close(x: torch.Tensor, route, gate_up, down) -> None:
    tolerance = {} if x.dtype == torch.float32 else {"rtol": 2e-3, "atol": 2e-3}
    found = moe_decode(x, *route, gate_up, down)
    torch.testing.assert_close(found, moe_decode_reference(x, *route, gate_up, down), **tolerance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(
    ("tokens", "experts", "k", "dim", "size"),
    [
        (1, 7, 2, 16, 32),  # one token, prime E
        (2, 4, 4, 48, 17),  # K = E, a tail of F
        (2, 1, 1, 41, 8),  # one expert, a tail of D
        (2, 7, 3, 32, 24),  # K no power of two
    ],
)
def test_matches_reference(device, tokens, experts, k, dim, size, dtype):
    route, (gate_up, down) = routed(tokens, experts, k, device), weights(experts, dim, size, device)
    x = torch.randn(tokens, dim, device=device)
    assert_close(x.to(dtype), route, gate_up.to(dtype), down.to(dtype))


@pytest.mark.parametrize(("dim", "size"), [(530, 9), (9, 260)])
def test_more_columns_than_a_step_takes(device, dim, size):
    assert_close(torch.randn(1, dim, device=device), routed(1, 2, 1, device), *weights(2, dim, size, device))


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize(
    ("k", "dim", "size", "group", "dtype"),
    [
        (2, 64, 64, 64, torch.float32),
        (1, 128, 128, 128, torch.float16),
        (1, 576, 64, 64, torch.float32),  # several steps of gates and ups, the last not full
        (1, 64, 320, 64, torch.float32),  # several steps of the second half
    ],
)
def test_quantised_weights_are_widened_inside(device, bits, k, dim, size, group, dtype):
    gate_up, down = (quantize(weight.to(dtype), bits, group) for weight in weights(3, dim, size, device))
    assert_close(torch.randn(1, dim, device=device).to(dtype), routed(1, 3, k, device), gate_up, down)


def test_one_half_may_be_quantised(device):
    gate_up, down = weights(2, 64, 24, device)
    assert_close(torch.randn(1, 64, device=device), routed(1, 2, 2, device), quantize(gate_up, 4, 64), down)


def test_all_tokens_may_go_to_one_expert_and_the_others_are_not_read(device):
    gate_up, down = weights(5, 16, 8, device)
    for weight in (gate_up, down):
        weight[:3] = weight[4:] = torch.nan
    route = torch.full((4, 1), 3, dtype=torch.int32, device=device), torch.ones(4, 1, device=device)
    assert_close(torch.randn(4, 16, device=device), route, gate_up, down)


def test_a_token_has_the_same_bits_whatever_its_neighbours(device):
    (index, weight), halves = routed(3, 7, 2, device), weights(7, 32, 16, device)
    x = torch.randn(3, 32, device=device)
    together = moe_decode(x, index, weight, *halves)
    for t in range(3):
        assert torch.equal(moe_decode(x[t : t + 1], index[t : t + 1], weight[t : t + 1], *halves), together[t : t + 1])


def test_no_tokens_are_no_work(device):
    found = moe_decode(torch.empty(0, 16, device=device), *routed(0, 3, 2, device), *weights(3, 16, 8, device))
    assert found.shape == (0, 16)


def test_what_does_not_fit_is_refused(device):
    x, (index, weight), (gate_up, down) = torch.zeros(4, 16), routed(4, 3, 2, "cpu"), weights(3, 16, 8, "cpu")
    wrong = [
        (x[0], index, weight, gate_up, down),
        (torch.zeros(16, 4).T, index, weight, gate_up, down),
        (x, index.long(), weight, gate_up, down),
        (x, index[:3], weight, gate_up, down),
        (x, index, weight.half(), gate_up, down),
        (x, index, weight[:, :1].contiguous(), gate_up, down),
        (x, index, weight, gate_up, down[0]),
        (x, index, weight, gate_up[:2], down),
        (x, index, weight, gate_up[:, :15], down),
        (x, index, weight, gate_up, down.half()),
        (x, index, weight, gate_up, down.transpose(1, 2).contiguous().transpose(1, 2)),
    ]
    for case in wrong:
        with pytest.raises(ShapeError):
            moe_decode(*case)
