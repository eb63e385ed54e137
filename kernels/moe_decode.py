"""The experts' whole feed-forward for a few tokens, where all that counts is to read K experts' weights once a token.

out[t] = sum over k of weight[t, k] * down_e @ (silu(gate_e @ x[t]) * (up_e @ x[t])), with e the token's k-th expert.
Nothing is sorted and nothing padded: in a first launch a program multiplies some rows of one slot's gates and ups with
its token, in a second one some rows of all K downs of a token, and adds them up. Each has eight warps that ask for as
much of the weights at once as they can, and the order of every sum is fixed by the shapes alone: a token has the same
bits whatever its neighbours.
Source: the gathered products of gpt-fast's mixture of experts, without the copy of what is gathered.
"""

# T tokens, E experts, K chosen experts, S = T * K slots, D model dim, F feed-forward dim

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError
from kernels.quantized import Weight, check_weight, constants, dequantize, tensors

# Up to here tokens seldom share an expert, and a grouped product's blocks of 16 rows are nearly all padding.
DECODE_SLOTS = 64
TILE_ROWS, TILE_NUMBERS = {"gate_up": 16, "down": 32}, 8192


def suits_decode(slots: int, experts: int) -> bool:
    """Whether so many choices are few: more of them than experts would read some experts' weights over and over."""
    return slots <= min(DECODE_SLOTS, experts)


def moe_decode_reference(
    x: Tensor, expert_index: Tensor, expert_weight: Tensor, gate_up: Weight, down: Weight
) -> Tensor:
    """The definition, in float32. Slow, obvious, and what every test compares against."""
    chosen = expert_index.long()
    both = torch.einsum("td,tknd->tkn", x.float(), dequantize(gate_up[chosen], torch.float32))
    gate, up = both.chunk(2, dim=-1)
    rows = torch.einsum("tkf,tkdf->tkd", F.silu(gate) * up, dequantize(down[chosen], torch.float32))
    return (rows * expert_weight[..., None]).sum(1).to(x.dtype)


@jit
def row_products(  # type: ignore[no-untyped-def]
    x_ptr,  # (.., DEPTH) float
    weight_ptr,  # (.., DEPTH) float, or int8, or (.., DEPTH / 2) uint8
    scale_ptr,  # (.., DEPTH / GROUP) float, or None
    x_row,  # (C,) int64
    row,  # (C, N) int64
    is_row,  # (C, N)
    DEPTH: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """(C, N) float32: rows of a weight times a vector for each C, for a kernel to call. A GROUP divides BLOCK."""
    sums: tl.constexpr = BLOCK if BITS == 0 else BLOCK // GROUP
    total = tl.zeros((row.shape[0], row.shape[1], sums), tl.float32)
    for start in range(0, DEPTH, BLOCK):
        d = start + tl.arange(0, BLOCK)
        # Weights first: nothing is asked for behind the barrier that spreads x over the warps.
        if BITS == 4:
            pair = start // 2 + tl.arange(0, BLOCK // 2)
            inside = is_row[:, :, None] & (pair < DEPTH // 2)[None, None, :]
            weight = tl.load(weight_ptr + row[:, :, None] * (DEPTH // 2) + pair[None, None, :], inside, other=0)
        else:
            inside = is_row[:, :, None] & (d < DEPTH)[None, None, :]
            weight = tl.load(weight_ptr + row[:, :, None] * DEPTH + d[None, None, :], inside, other=0)
        x = tl.load(x_ptr + x_row[:, None] * DEPTH + d[None, :], (d < DEPTH)[None, :], other=0.0).to(tl.float32)
        if BITS == 4:
            even, odd = tl.split(tl.reshape(x, (x_row.shape[0], BLOCK // 2, 2)))
            low, high = (weight & 15).to(tl.float32) - 8, (weight >> 4).to(tl.float32) - 8
            part = low * even[:, None, :] + high * odd[:, None, :]
        else:
            part = weight.to(tl.float32) * x[:, None, :]
        if BITS > 0:
            group = start // GROUP + tl.arange(0, sums)
            inside = is_row[:, :, None] & (group < DEPTH // GROUP)[None, None, :]
            scale = tl.load(scale_ptr + row[:, :, None] * (DEPTH // GROUP) + group[None, None, :], inside, other=0.0)
            grouped = tl.reshape(part, (row.shape[0], row.shape[1], sums, GROUP * BITS // 8))
            part = tl.sum(grouped, axis=3) * scale.to(tl.float32)
        total += part
    return tl.sum(total, axis=2)


@jit
def decode_gate_up_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, D) float
    index_ptr,  # (S,) int32
    weight_ptr,  # (E, 2F, D) float, or int8, or (E, 2F, D / 2) uint8
    scale_ptr,  # (E, 2F, D / GROUP) float, or None
    hidden_ptr,  # (S, F) float32
    D: tl.constexpr,
    F: tl.constexpr,
    K: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK_F: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """Grid: (S, blocks of F): programs that run together find each other's weights in the cache, if they share any."""
    slot = tl.program_id(0).to(tl.int64)
    expert = tl.load(index_ptr + slot).to(tl.int64)
    # The row of a gate, and after it that of its up.
    column = tl.arange(0, 2 * BLOCK_F)[None, :]
    f = tl.program_id(1) * BLOCK_F + column // 2
    row = expert * (2 * F) + column % 2 * F + f
    token = slot // K + tl.zeros((1,), tl.int64)
    both = row_products(x_ptr, weight_ptr, scale_ptr, token, row, f < F, D, BITS, GROUP, BLOCK_D)
    gate, up = tl.split(tl.reshape(both, (BLOCK_F, 2)))
    f = tl.program_id(1) * BLOCK_F + tl.arange(0, BLOCK_F)
    tl.store(hidden_ptr + slot * F + f, gate * tl.sigmoid(gate) * up, f < F)


@jit
def decode_down_kernel(  # type: ignore[no-untyped-def]
    hidden_ptr,  # (S, F) float32
    index_ptr,  # (T, K) int32
    expert_weight_ptr,  # (T, K) float32
    weight_ptr,  # (E, D, F) float, or int8, or (E, D, F / 2) uint8
    scale_ptr,  # (E, D, F / GROUP) float, or None
    out_ptr,  # (T, D) float
    D: tl.constexpr,
    F: tl.constexpr,
    K: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK_K: tl.constexpr,
    BLOCK_D: tl.constexpr,
    BLOCK_F: tl.constexpr,
):
    """Grid: (T, blocks of D): a program has its rows of all K experts at once."""
    token = tl.program_id(0).to(tl.int64)
    k = tl.arange(0, BLOCK_K)
    expert = tl.load(index_ptr + token * K + k, k < K, other=0).to(tl.int64)
    d = tl.program_id(1) * BLOCK_D + tl.arange(0, BLOCK_D)
    slot = token * K + tl.minimum(k, K - 1)
    row = expert[:, None] * D + d[None, :]
    is_row = (k < K)[:, None] & (d < D)[None, :]
    rows = row_products(hidden_ptr, weight_ptr, scale_ptr, slot, row, is_row, F, BITS, GROUP, BLOCK_F)
    rows *= tl.load(expert_weight_ptr + token * K + k, k < K, other=0.0)[:, None]
    tl.store(out_ptr + token * D + d, tl.sum(rows, axis=0).to(out_ptr.dtype.element_ty), d < D)


def moe_decode(x: Tensor, expert_index: Tensor, expert_weight: Tensor, gate_up: Weight, down: Weight) -> Tensor:
    """Each token through its K experts; made for up to DECODE_SLOTS choices in all, and right for more.

    x: (T, D), fp32, fp16 or bf16; expert_index: (T, K) int32; expert_weight: (T, K) float32, all contiguous;
    gate_up: (E, 2F, D), all gates of an expert and then all its ups; down: (E, D, F), each in x's dtype or quantised.
    Returns (T, D) in x's dtype; all between is fp32. Raises ShapeError if these do not fit together.
    """
    _check(x, expert_index, expert_weight, gate_up, down)
    if runs_triton(x):
        return _launch(x, expert_index, expert_weight, gate_up, down)
    return moe_decode_reference(x, expert_index, expert_weight, gate_up, down)


def _check(x: Tensor, expert_index: Tensor, expert_weight: Tensor, gate_up: Weight, down: Weight) -> None:
    if x.dim() != 2 or not x.is_contiguous():
        raise ShapeError(f"x must be a contiguous matrix, not {tuple(x.shape)}")
    for name, tensor, dtype in (
        ("expert_index", expert_index, torch.int32),
        ("expert_weight", expert_weight, torch.float32),
    ):
        if tensor.dim() != 2 or len(tensor) != len(x) or tensor.dtype != dtype or not tensor.is_contiguous():
            raise ShapeError(f"{name} must be contiguous ({len(x)}, K) {dtype}, not {tuple(tensor.shape)}")
    if expert_index.shape != expert_weight.shape:
        raise ShapeError(f"expert_index {tuple(expert_index.shape)}, expert_weight {tuple(expert_weight.shape)}")
    if len(down.shape) != 3:
        raise ShapeError(f"down must be (E, {x.shape[1]}, F), not {tuple(down.shape)}")
    experts, _, size = down.shape
    check_weight("down", down, (experts, x.shape[1], size), x)
    check_weight("gate_up", gate_up, (experts, 2 * size, x.shape[1]), x)


def _launch(x: Tensor, expert_index: Tensor, expert_weight: Tensor, gate_up: Weight, down: Weight) -> Tensor:
    (tokens, k), (_, dim, size) = expert_index.shape, down.shape
    hidden, out = x.new_empty(tokens * k, size, dtype=torch.float32), x.new_empty(tokens, dim)
    if tokens:
        rows = TILE_ROWS["gate_up"]
        decode_gate_up_kernel[(tokens * k, triton.cdiv(size, rows // 2))](
            x, expert_index, *tensors(gate_up), hidden,
            D=dim, F=size, K=k, **constants(gate_up),
            BLOCK_F=rows // 2, BLOCK_D=_depth(gate_up, rows), num_warps=8,
        )  # fmt: skip
        chosen = triton.next_power_of_2(k)
        rows = max(1, TILE_ROWS["down"] // chosen)
        decode_down_kernel[(tokens, triton.cdiv(dim, rows))](
            hidden, expert_index, expert_weight, *tensors(down), out,
            D=dim, F=size, K=k, **constants(down),
            BLOCK_K=chosen, BLOCK_D=rows, BLOCK_F=_depth(down, chosen * rows), num_warps=8,
        )  # fmt: skip
    return out


def _depth(weight: Weight, rows: int) -> int:
    """Columns of a step beside so many rows. Counted, not measured."""
    return max(constants(weight)["GROUP"], min(TILE_NUMBERS // rows, triton.next_power_of_2(weight.shape[2])))
