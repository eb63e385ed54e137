from __future__ import annotations

import pytest
import torch

from kernels.decode_attention import MOST_PARTS, decode_attention, decode_attention_reference, parts_of
from kernels.errors import ShapeError

pytestmark = pytest.mark.usefixtures("unwritten_is_nan")


@pytest.fixture(autouse=True)
def few_programs(monkeypatch):
    """Parts enough to be joined, and few enough for the interpreter."""
    monkeypatch.setattr("kernels.decode_attention.WANTED_PROGRAMS", 12)


def given(positions: list[int], heads: int, kv_heads: int, dim: int, places: int, device: str, dtype=torch.float32):
    """Tokens whose rows go down from the last one; what lies behind a token's place is NaN."""
    torch.manual_seed(dim)
    rows = len(positions)
    query = torch.randn(rows, heads, dim, device=device)
    keys, values = torch.randn(2, rows, kv_heads, places, dim, device=device)
    row = torch.arange(rows - 1, -1, -1, device=device)
    position = torch.tensor(positions, device=device)
    for token, place in enumerate(positions):
        keys[row[token], :, place + 1 :] = values[row[token], :, place + 1 :] = torch.nan
    return query.to(dtype), keys.to(dtype), values.to(dtype), row, position, dim**-0.5


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(
    ("positions", "heads", "kv_heads", "dim", "places"),
    [
        ([0], 4, 4, 16, 1),  # the first token of the first row
        ([69, 0], 2, 1, 24, 70),  # an odd tail, and parts that have no place
        ([5, 130, 64], 6, 2, 12, 131),  # several steps; G and Dh no powers of two
        ([31], 8, 1, 128, 64),  # a head of Qwen3, whole blocks
    ],
)
def test_matches_reference(device, positions, heads, kv_heads, dim, places, dtype):
    tensors = given(positions, heads, kv_heads, dim, places, device, dtype)
    tolerance = {} if dtype == torch.float32 else {"rtol": 2e-3, "atol": 2e-3}
    torch.testing.assert_close(decode_attention(*tensors), decode_attention_reference(*tensors), **tolerance)


def test_parts_join_to_the_same(device, monkeypatch):
    """However few programs there are: one part, several, and more parts than blocks of places."""
    tensors = given([140], 2, 2, 16, 160, device)
    expected = decode_attention_reference(*tensors)
    for wanted in (1, 4, 32):
        monkeypatch.setattr("kernels.decode_attention.WANTED_PROGRAMS", wanted)
        torch.testing.assert_close(decode_attention(*tensors), expected)


def test_tokens_of_one_row_see_what_came_before_each(device):
    """As the tokens of a run that a grammar forced: they stand in the cache already, and each sees up to itself."""
    query, keys, values, _, _, scale = given([9], 2, 1, 16, 10, device)
    row, position = torch.zeros(3, dtype=torch.int64, device=device), torch.tensor([7, 8, 9], device=device)
    query = query.repeat(3, 1, 1)
    found = decode_attention(query, keys, values, row, position, scale)
    for n in range(3):
        alone = decode_attention(query[n : n + 1], keys, values, row[n : n + 1], position[n : n + 1], scale)
        torch.testing.assert_close(found[n : n + 1], alone)
    assert (found[0] - found[2]).abs().max() > 1e-3


def test_large_scores_do_not_overflow(device):
    query, keys, values, row, position, _ = given([20, 3], 2, 1, 16, 21, device)
    out = decode_attention(query, keys, values, row, position, 1e4)
    assert out.isfinite().all()


def test_no_tokens_are_no_work(device):
    none = torch.empty(0, dtype=torch.int64, device=device)
    keys = torch.zeros(1, 1, 4, 8, device=device)
    assert decode_attention(torch.empty(0, 2, 8, device=device), keys, keys, none, none, 1.0).shape == (0, 2, 8)


def test_a_token_alone_is_split_and_many_are_not(monkeypatch):
    monkeypatch.setattr("kernels.decode_attention.WANTED_PROGRAMS", 512)
    assert parts_of(1) == MOST_PARTS and parts_of(4) == MOST_PARTS
    assert parts_of(256) == 2 and parts_of(512) == parts_of(5000) == 1


@pytest.mark.parametrize("wrong", range(6))
def test_what_does_not_fit_is_refused(wrong):
    query, keys, values, row, position, scale = given([3, 2], 4, 2, 8, 4, "cpu")
    tensors = [
        (query[..., :6], keys, values, row, position),  # not contiguous
        (query, keys[..., :6].contiguous(), values, row, position),
        (query[:, :3].contiguous(), keys, values, row, position),  # three heads over two
        (query.half(), keys, values, row, position),
        (query, keys, values, row[:1], position),
        (query, keys, values, row.int(), position),
    ][wrong]
    with pytest.raises(ShapeError):
        decode_attention(*tensors, scale)
