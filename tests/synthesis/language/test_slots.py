"""Rows grow and shrink within their budget, and know what they have read."""

from __future__ import annotations

import pytest
import torch

from synthesis.language.families import read_config
from synthesis.language.kv_cache import KVCache
from synthesis.language.slots import Slots, default_budget_bytes, shared_length

CONFIG = read_config(
    {
        "model_type": "llama",
        "vocab_size": 11,
        "hidden_size": 8,
        "intermediate_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
    }
)
TEXT = list(range(100))


def slots_of(tokens: int) -> Slots:
    budget = tokens * KVCache.bytes_per_token(CONFIG, torch.float32)
    return Slots(CONFIG, budget, device=torch.device("cpu"), dtype=torch.float32)


def shape(slots: Slots) -> tuple[int, int]:
    return slots.cache.rows, slots.cache.capacity


@pytest.mark.parametrize("length", [0, 1, 57, 99, 100])
def test_texts_begin_alike_up_to_their_first_difference(length):
    assert shared_length(TEXT, [*TEXT[:length], -1, *TEXT]) == length
    assert shared_length(TEXT[:length], TEXT) == length


def test_room_is_only_taken_when_it_is_needed():
    slots = slots_of(1000)
    assert slots.cache.size_bytes == 0
    slots.make_room(2, 65)
    assert shape(slots) == (2, 80)
    slots.make_room(1, 20)
    assert shape(slots) == (2, 80)
    slots.make_room(3, 20)
    assert shape(slots) == (3, 80)


def test_wide_rows_give_way_to_many_and_to_the_last_token_of_the_budget():
    slots = slots_of(1000)
    slots.make_room(1, 1000)
    assert shape(slots) == (1, 1000)
    slots.make_room(5, 150)
    assert shape(slots) == (5, 160)
    slots.make_room(5, 200)
    assert shape(slots) == (5, 200)
    assert not slots.can_hold(5, 201)


def test_a_row_takes_over_the_longest_beginning_that_was_read():
    slots = slots_of(1000)
    slots.make_room(3, 200)
    slots.extend(0, TEXT[:30])
    slots.extend(1, TEXT[:50])
    assert slots.begin(2, TEXT) == slots.has_read(2) == 50
    assert slots.begin(1, [*TEXT[:40], -1]) == 40
    assert slots.begin(1, [-1]) == slots.has_read(1) == 0


def test_waiting_pays_where_another_text_shares_more_than_what_was_read():
    slots = slots_of(1000)
    slots.make_room(2, 200)
    assert slots.would_share(TEXT, TEXT[:40])
    assert not slots.would_share(TEXT, TEXT[:15])
    slots.extend(1, TEXT[:40])
    assert not slots.would_share(TEXT, TEXT[:40])
    assert slots.would_share(TEXT, TEXT[:41])


def test_a_smaller_room_forgets_what_lay_beyond_it():
    slots = slots_of(1000)
    slots.make_room(2, 100)
    slots.extend(0, TEXT)
    slots.extend(1, TEXT)
    slots.resize(1, 64)
    assert (shape(slots), slots.has_read(0)) == ((1, 64), 64)
    slots.resize(2, 64)
    assert slots.has_read(1) == 0


def test_a_cpu_has_a_budget_of_its_own():
    assert default_budget_bytes(torch.device("cpu")) == 512 << 20
