"""Packed tokens find their places, and see what came before them in their own row alone."""

from __future__ import annotations

import pytest
import torch

from synthesis.language.families import read_config
from synthesis.language.kv_cache import KVCache, Span

CPU = torch.device("cpu")
CONFIG = read_config(
    {
        "model_type": "llama",
        "vocab_size": 11,
        "hidden_size": 8,
        "intermediate_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 8,
        "rms_norm_eps": 1e-5,
    }
)


def test_ragged_rows_are_packed_without_padding():
    span = Span.of([0, 2], [2, 3], CPU)
    assert span.rows.tolist() == [0, 0, 1, 1, 1]
    assert span.positions.tolist() == [0, 1, 2, 3, 4]
    assert span.last.tolist() == [1, 4]


def test_rows_with_one_new_token_each_take_a_step_together():
    span = Span.of([4, 1], [1, 1], CPU)
    assert (span.positions.tolist(), span.last.tolist(), span.stretches) == ([4, 1], [0, 1], ())
    assert span.step is not None and span.step.width == 5
    assert span.step.mask[:, 0, 0].tolist() == [[True] * 5, [True, True, False, False, False]]


def test_a_step_of_equally_long_rows_needs_no_mask():
    step = Span.of([4, 4], [1, 1], CPU).step
    assert step is not None and (step.width, step.mask) == (5, None)


def test_a_row_with_several_new_tokens_reads_them_by_itself_beside_the_step():
    span = Span.of([4, 1], [1, 3], CPU)
    assert span.step is not None and span.step.width == 5
    (stretch,) = span.stretches
    assert (stretch.row, stretch.tokens, stretch.width) == (1, slice(1, 4), 4)
    assert stretch.mask.tolist() == [[True, True, False, False], [True, True, True, False], [True] * 4]


def test_a_row_from_its_beginning_is_plainly_causal():
    span = Span.of([0, 0], [2, 3], CPU)
    assert span.step is None
    assert [(stretch.row, stretch.mask) for stretch in span.stretches] == [(0, None), (1, None)]


def test_named_rows_read_by_themselves_even_one_token():
    span = Span.of([0, 3], [2, 1], CPU, rows=[4, 2])
    assert span.step is None
    assert span.rows.tolist() == [4, 4, 2]
    assert [(stretch.row, stretch.width) for stretch in span.stretches] == [(4, 2), (2, 4)]


def filled(cache: KVCache, layer: int, counts: list[int]) -> None:
    """Every row's keys count up from 10 times its number; the values are their negatives."""
    span = Span.of([0] * len(counts), counts, CPU)
    key = (10.0 * span.rows + span.positions)[:, None, None].expand(-1, 2, 4)
    cache.write(layer, span, key, -key)


def read(cache: KVCache, layer: int) -> tuple[list, list]:
    """What a layer holds before and beside a write of 99 at the end of row 0."""
    span = Span.of([cache.capacity - 1], [1], CPU)
    keys, values = cache.write(layer, span, torch.full((1, 2, 4), 99.0), torch.full((1, 2, 4), 99.0))
    return keys[:, 1, :, 3].tolist(), values[:, 0, :, 0].tolist()


@pytest.mark.parametrize("layer", [0, 1])
def test_a_row_takes_what_another_has_read(layer):
    cache = KVCache(CONFIG, 3, 3, device=CPU, dtype=torch.float32)
    filled(cache, layer, [1, 1, 2])
    cache.copy(2, 1, 2)
    keys, values = read(cache, layer)
    assert keys == [[0, 0, 99], [20, 21, 0], [20, 21, 0]]
    assert values == [[0, 0, 99], [-20, -21, 0], [-20, -21, 0]]


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize(("rows", "capacity"), [(1, 4), (3, 2), (2, 3)])
def test_a_new_size_keeps_what_fits(layer, rows, capacity):
    cache = KVCache(CONFIG, 2, 3, device=CPU, dtype=torch.float32)
    filled(cache, layer, [1, 2])
    cache.resize(rows, capacity)
    assert (cache.rows, cache.capacity) == (rows, capacity)
    keys, _ = read(cache, layer)
    expected = [[0, 0, 0, 0], [10, 11, 0, 0], [0, 0, 0, 0]]
    assert keys[1:] == [row[:capacity] for row in expected[1:rows]]
    assert keys[0][:-1] == [0] * (capacity - 1)


def test_the_room_has_the_size_it_is_said_to_have():
    kept, passing = (KVCache(CONFIG, 1, 8, device=CPU, dtype=torch.float32, keep=keep) for keep in (True, False))
    assert kept.size_bytes == 2 * passing.size_bytes == 2 * 2 * 2 * 8 * 4 * 4
    assert kept.size_bytes == 8 * KVCache.bytes_per_token(CONFIG, torch.float32)
    assert KVCache(CONFIG, 0, 0, device=CPU, dtype=torch.float32).size_bytes == 0
