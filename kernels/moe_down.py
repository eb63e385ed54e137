"""The second half of the experts' feed-forward: out[t] = sum over k of weight[t, k] * (down_e @ hidden[t * K + k]).

One launch multiplies by the schedule and weighs, and leaves each slot's row in its own place; a second one adds a
token's K rows in the order of its choices. So nothing is added by an atomic, and a token has the same sum in every run.
Source: Gale et al., arXiv:2211.15841 (experts as grouped products).
"""

# T tokens, E experts, K chosen experts, S = T * K slots, D model dim, F feed-forward dim, N blocks of the schedule

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError
from kernels.moe_gate_up import grouped_product, tiles
from kernels.moe_schedule import Schedule
from kernels.quantized import Weight, check_weight, constants, dequantize, tensors


def moe_down_reference(hidden: Tensor, expert_weight: Tensor, down: Weight, schedule: Schedule) -> Tensor:
    """The definition, in float32. Slow, obvious, and what every test compares against."""
    rows = torch.empty(len(hidden), down.shape[1], device=hidden.device)
    for slots, expert in zip(schedule.slots, schedule.experts.tolist(), strict=True):
        held = slots[slots >= 0].long()
        if len(held):
            rows[held] = F.linear(hidden[held].float(), dequantize(down[expert], torch.float32))
    rows = rows.unflatten(0, (-1, schedule.k)) * expert_weight[..., None]
    return rows.sum(1).to(hidden.dtype)


@jit
def moe_down_kernel(  # type: ignore[no-untyped-def]
    hidden_ptr,  # (S, F) float
    expert_weight_ptr,  # (S,) float32
    weight_ptr,  # (E, D, F) float, hidden's dtype; or int8; or (E, D, F / 2) uint8
    scale_ptr,  # (E, D, F / GROUP) float, or None
    slots_ptr,  # (N, BLOCK) int32
    experts_ptr,  # (N,) int32
    rows_ptr,  # (S, D) float, hidden's dtype
    D: tl.constexpr,
    F: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK: tl.constexpr,
    BLOCK_D: tl.constexpr,
    BLOCK_F: tl.constexpr,
):
    """Grid: (N, blocks of D): programs that run together share the weights of an expert with more than one block."""
    block = tl.program_id(0)
    expert = tl.load(experts_ptr + block).to(tl.int64)
    if expert >= 0:
        slot = tl.load(slots_ptr + block * BLOCK + tl.arange(0, BLOCK)).to(tl.int64)
        d = tl.program_id(1) * BLOCK_D + tl.arange(0, BLOCK_D)
        weight_ptr += expert * (D * (F // 2 if BITS == 4 else F))
        if scale_ptr is not None:
            scale_ptr += expert * (D * (F // GROUP))
        out = grouped_product(hidden_ptr, weight_ptr, scale_ptr, slot, slot >= 0, d, d < D, F, BITS, GROUP, BLOCK_F)
        out *= tl.load(expert_weight_ptr + slot, slot >= 0, other=0.0)[:, None]
        inside = (slot >= 0)[:, None] & (d < D)[None, :]
        tl.store(rows_ptr + slot[:, None] * D + d[None, :], out.to(rows_ptr.dtype.element_ty), inside)


@jit
def moe_combine_kernel(  # type: ignore[no-untyped-def]
    rows_ptr,  # (T, K, D) float
    out_ptr,  # (T, D) float
    D: tl.constexpr,
    K: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """Grid: (T, blocks of D)."""
    token = tl.program_id(0).to(tl.int64)
    d = tl.program_id(1) * BLOCK_D + tl.arange(0, BLOCK_D)
    total = tl.zeros((BLOCK_D,), tl.float32)
    for k in tl.static_range(K):
        total += tl.load(rows_ptr + (token * K + k) * D + d, d < D, other=0.0).to(tl.float32)
    tl.store(out_ptr + token * D + d, total.to(out_ptr.dtype.element_ty), d < D)


def moe_down(hidden: Tensor, expert_weight: Tensor, down: Weight, schedule: Schedule) -> Tensor:
    """Every slot through the second half of its expert, and a token's slots added up.

    hidden: (T * K, F) contiguous, fp32, fp16 or bf16, of `moe_gate_up`; expert_weight: (T, K) float32 contiguous;
    down: (E, D, F), in hidden's dtype or quantised; schedule: of `moe_schedule`. Returns (T, D) in hidden's dtype.
    Sums are fp32, and rounded once between the two. Raises ShapeError if these do not fit together.
    """
    if hidden.dim() != 2 or not hidden.is_contiguous():
        raise ShapeError(f"hidden must be a contiguous matrix, not {tuple(hidden.shape)}")
    if expert_weight.dim() != 2 or expert_weight.numel() != len(hidden) or expert_weight.shape[1] != schedule.k:
        raise ShapeError(f"expert_weight {tuple(expert_weight.shape)} for {len(hidden)} slots, {schedule.k} a token")
    if expert_weight.dtype != torch.float32 or not expert_weight.is_contiguous():
        raise ShapeError(f"expert_weight must be contiguous float32, not {expert_weight.dtype}")
    if len(down.shape) != 3:
        raise ShapeError(f"down must be (E, D, {hidden.shape[1]}), not {tuple(down.shape)}")
    check_weight("down", down, (*down.shape[:2], hidden.shape[1]), hidden)
    if runs_triton(hidden):
        return _launch(hidden, expert_weight, down, schedule)
    return moe_down_reference(hidden, expert_weight, down, schedule)


def _launch(hidden: Tensor, expert_weight: Tensor, down: Weight, schedule: Schedule) -> Tensor:
    (slots, size), dim, (blocks, block) = hidden.shape, down.shape[1], schedule.slots.shape
    rows, out = hidden.new_empty(slots, dim), hidden.new_empty(len(expert_weight), dim)
    values, scales = tensors(down)
    tile = tiles(block, hidden.dtype, scales is not None)
    if blocks:
        moe_down_kernel[(blocks, triton.cdiv(dim, tile.rows))](
            hidden, expert_weight, values, scales, schedule.slots, schedule.experts, rows,
            D=dim, F=size, **constants(down),
            BLOCK=block, BLOCK_D=tile.rows, BLOCK_F=tile.depth, num_warps=tile.warps, num_stages=tile.stages,
        )  # fmt: skip
        width = min(1024, triton.next_power_of_2(dim))
        moe_combine_kernel[(len(out), triton.cdiv(dim, width))](rows, out, D=dim, K=schedule.k, BLOCK_D=width)
    return out
