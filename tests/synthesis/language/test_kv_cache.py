"""Packed tokens find their places, and see what came before them in their own row alone."""

from __future__ import annotations

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
    span = Span.of([0, 0], [1, 3], CPU)
    assert span.rows.tolist() == [0, 1, 1, 1]
    assert span.positions.tolist() == span.slots.tolist() == [0, 0, 1, 2]


def test_a_token_sees_itself_and_what_came_before():
    span = Span.of([0, 0], [1, 3], CPU)
    assert span.mask[1, 0].tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def test_decoding_goes_on_where_each_row_ended():
    span = Span.of([4, 1], [1, 1], CPU)
    assert (span.positions.tolist(), span.slots.tolist()) == ([4, 1], [0, 0])
    assert span.mask[:, 0, 0].tolist() == [[True] * 5, [True, True, False, False, False]]


def test_rows_that_are_kept_keep_their_keys():
    cache = KVCache(CONFIG, 3, 2, device=CPU, dtype=torch.float32)
    span = Span.of([0, 0, 0], [1, 1, 1], CPU)
    key = torch.arange(3.0)[:, None, None].expand(3, 2, 4)
    cache.write(1, span, key, -key)
    cache.keep_rows([2, 0])
    keys, values = cache.write(1, Span.of([1, 1], [1, 1], CPU), torch.full((2, 2, 4), 9.0), torch.zeros(2, 2, 4))
    assert keys[:, 0, :, 0].tolist() == [[2, 9], [0, 9]]
    assert values[:, 0, :, 0].tolist() == [[-2, 0], [0, 0]]


def test_a_single_pass_needs_one_layers_room():
    kept, passing = (KVCache(CONFIG, 1, 8, device=CPU, dtype=torch.float32, keep=keep) for keep in (True, False))
    assert kept.size_bytes == 2 * passing.size_bytes == 2 * 2 * 2 * 8 * 4 * 4
