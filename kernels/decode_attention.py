"""Attention of a few tokens, each over its own row of the cache up to its own place, whatever pass it came in.

out[t, h] = sum over j <= position[t] of softmax(scale * query[t, h] . keys[row[t], g, j])[j] * values[row[t], g, j],
with g = h // (H / Hkv) the head whose keys the query shares. Rows and places are read on the device: a pass over a
cache of one size can be recorded once and replayed for texts of any length. The places of a token are split over
programs, each of which leaves its own softmax, and a second launch weighs them: at one token there are too few heads to
ask for all that a memory can give.
Source: Dao et al., Flash-Decoding (2023).
"""

# T tokens, H heads, Hkv heads of keys and values, G = H / Hkv, Dh head dim, L places of a row, P parts of them

from __future__ import annotations

import torch
from torch import Tensor

from kernels.backend import cdiv, jit, next_power_of_2, runs_triton, tl
from kernels.errors import ShapeError

WANTED_PROGRAMS, MOST_PARTS = 512, 32


def decode_attention_reference(
    query: Tensor, keys: Tensor, values: Tensor, row: Tensor, position: Tensor, scale: float
) -> Tensor:
    """The definition, in float32. Slow, obvious, and what every test compares against."""
    grouped = query.float().unflatten(1, (keys.shape[1], -1))  # (T, Hkv, G, Dh)
    unseen = torch.arange(keys.shape[2], device=query.device) > position[:, None]
    scores = torch.einsum("thgd,thld->thgl", grouped, keys[row].float()) * scale
    share = scores.masked_fill(unseen[:, None, None, :], -torch.inf).softmax(-1)
    # What nobody sees may be anything: 0 * NaN would be NaN.
    seen = values[row].float().masked_fill(unseen[:, None, :, None], 0.0)
    return torch.einsum("thgl,thld->thgd", share, seen).flatten(1, 2).to(query.dtype)


@jit
def decode_attention_kernel(  # type: ignore[no-untyped-def]
    query_ptr,  # (T, H, DIM) float
    keys_ptr,  # (rows, Hkv, L, DIM) float
    values_ptr,  # (rows, Hkv, L, DIM) float
    row_ptr,  # (T,) int64
    position_ptr,  # (T,) int64
    part_ptr,  # (T, H, PARTS, DIM) float32: sums that are not yet divided
    largest_ptr,  # (T, H, PARTS) float32
    total_ptr,  # (T, H, PARTS) float32
    scale,
    places,
    G: tl.constexpr,
    DIM: tl.constexpr,
    PARTS: tl.constexpr,
    BLOCK_G: tl.constexpr,
    BLOCK_D: tl.constexpr,
    BLOCK_L: tl.constexpr,
):
    """Grid: (T, Hkv, PARTS): a program has one part of a token's places, for all queries that share a head's keys."""
    token = tl.program_id(0).to(tl.int64)
    head, part, heads = tl.program_id(1), tl.program_id(2), tl.num_programs(1)
    length = tl.load(position_ptr + token).to(tl.int32) + 1
    step = tl.cdiv(tl.cdiv(length, BLOCK_L), PARTS) * BLOCK_L
    first = part * step
    if first < length:
        end = tl.minimum(first + step, length)
        g, d = tl.arange(0, BLOCK_G), tl.arange(0, BLOCK_D)
        is_dim = (d < DIM)[None, :]
        out_row = (token * heads + head) * G + g  # (BLOCK_G,) of T * H
        query = tl.load(query_ptr + out_row[:, None] * DIM + d[None, :], (g < G)[:, None] & is_dim, other=0.0)
        room = (tl.load(row_ptr + token) * heads + head) * places * DIM
        largest = tl.full((BLOCK_G,), float("-inf"), tl.float32)
        total = tl.zeros((BLOCK_G,), tl.float32)
        seen = tl.zeros((BLOCK_G, BLOCK_D), tl.float32)
        for start in range(first, end, BLOCK_L):
            place = start + tl.arange(0, BLOCK_L)
            at = room + place[:, None] * DIM + d[None, :]
            inside = (place < end)[:, None] & is_dim
            key = tl.load(keys_ptr + at, inside, other=0.0)
            value = tl.load(values_ptr + at, inside, other=0.0)
            score = tl.dot(query, tl.trans(key), input_precision="ieee") * scale
            score = tl.where((place < end)[None, :], score, float("-inf"))
            larger = tl.maximum(largest, tl.max(score, axis=1))
            share = tl.exp(score - larger[:, None])
            shrink = tl.exp(largest - larger)
            total = total * shrink + tl.sum(share, axis=1)
            seen = seen * shrink[:, None] + tl.dot(share.to(value.dtype), value, input_precision="ieee")
            largest = larger
        place_out = out_row * PARTS + part
        tl.store(part_ptr + place_out[:, None] * DIM + d[None, :], seen, (g < G)[:, None] & is_dim)
        tl.store(largest_ptr + place_out, largest, g < G)
        tl.store(total_ptr + place_out, total, g < G)


@jit
def decode_attention_join_kernel(  # type: ignore[no-untyped-def]
    part_ptr,  # (T, H, PARTS, DIM) float32
    largest_ptr,  # (T, H, PARTS) float32
    total_ptr,  # (T, H, PARTS) float32
    position_ptr,  # (T,) int64
    out_ptr,  # (T, H, DIM) float
    DIM: tl.constexpr,
    PARTS: tl.constexpr,
    BLOCK_D: tl.constexpr,
    BLOCK_L: tl.constexpr,
):
    """Grid: (T, H). BLOCK_L as above: parts that have no place were left unwritten."""
    token = tl.program_id(0).to(tl.int64)
    row = token * tl.num_programs(1) + tl.program_id(1)
    length = tl.load(position_ptr + token).to(tl.int32) + 1
    step = tl.cdiv(tl.cdiv(length, BLOCK_L), PARTS) * BLOCK_L
    part, d = tl.arange(0, PARTS), tl.arange(0, BLOCK_D)
    is_part = part * step < length
    largest = tl.load(largest_ptr + row * PARTS + part, is_part, other=float("-inf"))
    weight = tl.exp(largest - tl.max(largest, axis=0))
    total = tl.sum(weight * tl.load(total_ptr + row * PARTS + part, is_part, other=0.0), axis=0)
    at = (row * PARTS + part)[:, None] * DIM + d[None, :]
    seen = tl.load(part_ptr + at, is_part[:, None] & (d < DIM)[None, :], other=0.0)
    out = tl.sum(seen * weight[:, None], axis=0) / total
    tl.store(out_ptr + row * DIM + d, out.to(out_ptr.dtype.element_ty), d < DIM)


def decode_attention(
    query: Tensor, keys: Tensor, values: Tensor, row: Tensor, position: Tensor, scale: float
) -> Tensor:
    """Each token over the places 0 to `position` of its row; made for few tokens, and right for more.

    query: (T, H, Dh); keys, values: (rows, Hkv, L, Dh), fp32, fp16 or bf16 as query is; row, position: (T,) int64, each
    a row and a place that there is; all contiguous. Returns (T, H, Dh) in query's dtype; sums are fp32.
    Raises ShapeError if these do not fit together.
    """
    tensors = {"query": query, "keys": keys, "values": values, "row": row, "position": position}
    for name, tensor in tensors.items():
        if not tensor.is_contiguous():
            raise ShapeError(f"{name} must be contiguous, not with strides {tensor.stride()}")
    if query.dim() != 3 or keys.dim() != 4 or keys.shape != values.shape or keys.shape[3] != query.shape[2]:
        raise ShapeError(f"query {tuple(query.shape)}, keys {tuple(keys.shape)}, values {tuple(values.shape)}")
    if query.shape[1] % keys.shape[1] or not query.dtype == keys.dtype == values.dtype:
        raise ShapeError(f"{query.shape[1]} heads of {query.dtype} over {keys.shape[1]} of {keys.dtype}")
    if row.shape != position.shape or row.shape != query.shape[:1] or not row.dtype == position.dtype == torch.int64:
        raise ShapeError(f"row {tuple(row.shape)} and position {tuple(position.shape)} for {len(query)} tokens")
    if runs_triton(query):
        return _launch(query, keys, values, row, position, scale)
    return decode_attention_reference(query, keys, values, row, position, scale)


def _launch(query: Tensor, keys: Tensor, values: Tensor, row: Tensor, position: Tensor, scale: float) -> Tensor:
    (tokens, heads, dim), (_, kv_heads, places, _) = query.shape, keys.shape
    out = torch.empty_like(query)
    if tokens:
        parts = parts_of(tokens * kv_heads)
        part = query.new_empty(tokens, heads, parts, dim, dtype=torch.float32)
        largest, total = query.new_empty(2, tokens, heads, parts, dtype=torch.float32)
        group, block_l = heads // kv_heads, 64 if query.dtype != torch.float32 else 32
        # Two stages are 64 KiB, which a core of any card has.
        shape = {"DIM": dim, "PARTS": parts, "BLOCK_D": max(16, next_power_of_2(dim)), "BLOCK_L": block_l}
        decode_attention_kernel[(tokens, kv_heads, parts)](
            query, keys, values, row, position, part, largest, total, scale, places,
            G=group, BLOCK_G=max(16, next_power_of_2(group)), **shape,
            num_warps=4, num_stages=1 if torch.version.hip else 2,
        )  # fmt: skip
        decode_attention_join_kernel[(tokens, heads)](part, largest, total, position, out, **shape)
    return out


def parts_of(programs: int) -> int:
    """Into how many parts a token's places are split, if unsplit there were so many programs. Counted, not measured."""
    return min(MOST_PARTS, next_power_of_2(cdiv(WANTED_PROGRAMS, programs)))
