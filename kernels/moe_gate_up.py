"""The first half of the experts' feed-forward in one launch: out[s] = silu(gate_e @ x[t]) * (up_e @ x[t]).

Slot s = t * K + k is choice k of token t, and e its expert. A block of the schedule gathers its tokens' rows by itself,
and multiplies them with gates and ups at once, their rows side by side in one tile, so that the 2F numbers between the
product and the SiLU never leave the registers. Weights of 8 or 4 bits are widened there too, and a group's scale is
multiplied with its part of the sum: exact whole numbers go into the product.
Sources: Shazeer, arXiv:2002.05202 (SwiGLU); Gale et al., arXiv:2211.15841 (experts as grouped products).
"""

# T tokens, E experts, K chosen experts, S = T * K slots, D model dim, F feed-forward dim, N blocks of the schedule

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError
from kernels.moe_schedule import Schedule
from kernels.quantized import Weight, check_weight, constants, dequantize, tensors


def moe_gate_up_reference(x: Tensor, gate_up: Weight, schedule: Schedule) -> Tensor:
    """The definition, in float32. Slow, obvious, and what every test compares against."""
    out = x.new_empty(len(x) * schedule.k, gate_up.shape[1] // 2)
    for slots, expert in zip(schedule.slots, schedule.experts.tolist(), strict=True):
        held = slots[slots >= 0].long()
        if len(held):
            weight = dequantize(gate_up[expert], torch.float32)
            gate, up = F.linear(x[held // schedule.k].float(), weight).chunk(2, dim=-1)
            out[held] = (F.silu(gate) * up).to(x.dtype)
    return out


@jit
def grouped_product(  # type: ignore[no-untyped-def]
    x_ptr,  # (.., DEPTH) float
    weight_ptr,  # (.., DEPTH) float, x's dtype; or int8; or (.., DEPTH / 2) uint8
    scale_ptr,  # (.., DEPTH / GROUP) float, or None
    x_row,  # (M,) int64
    is_x_row,  # (M,)
    row,  # (N,) int32
    is_row,  # (N,)
    DEPTH: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """(M, N) float32: rows of x times rows of a weight, for a kernel to call. BLOCK_D divides a GROUP."""
    total = tl.zeros((x_row.shape[0], row.shape[0]), tl.float32)
    x_ptr += x_row[:, None] * DEPTH
    for start in range(0, DEPTH, BLOCK_D):
        d = start + tl.arange(0, BLOCK_D)
        inside = (d < DEPTH)[None, :]
        x = tl.load(x_ptr + d[None, :], is_x_row[:, None] & inside, other=0.0)
        if BITS == 4:
            pair = start // 2 + tl.arange(0, BLOCK_D // 2)
            # A column beyond DEPTH needs no mask: groups, and so blocks, are whole.
            pairs = tl.load(weight_ptr + row[:, None] * (DEPTH // 2) + pair[None, :], is_row[:, None], other=0)
            even, odd = tl.split(tl.reshape(x, (x_row.shape[0], BLOCK_D // 2, 2)))
            low, high = (pairs & 15).to(tl.int8) - 8, (pairs >> 4).to(tl.int8) - 8
            part = tl.dot(even, tl.trans(low.to(x.dtype)), input_precision="ieee")
            part = tl.dot(odd, tl.trans(high.to(x.dtype)), part, input_precision="ieee")
        else:
            weight = tl.load(weight_ptr + row[:, None] * DEPTH + d[None, :], is_row[:, None] & inside, other=0)
            part = tl.dot(x, tl.trans(weight.to(x.dtype)), input_precision="ieee")
        if scale_ptr is not None:
            scale = tl.load(scale_ptr + row * (DEPTH // GROUP) + start // GROUP, is_row, other=0.0)
            part *= scale.to(tl.float32)[None, :]
        total += part
    return total


@jit
def moe_gate_up_kernel(  # type: ignore[no-untyped-def]
    x_ptr,  # (T, D) float
    weight_ptr,  # (E, 2F, D) float, x's dtype; or int8; or (E, 2F, D / 2) uint8
    scale_ptr,  # (E, 2F, D / GROUP) float, or None
    slots_ptr,  # (N, BLOCK) int32
    experts_ptr,  # (N,) int32
    out_ptr,  # (S, F) float, x's dtype
    D: tl.constexpr,
    F: tl.constexpr,
    K: tl.constexpr,
    BITS: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK: tl.constexpr,
    BLOCK_F: tl.constexpr,
    BLOCK_D: tl.constexpr,
):
    """Grid: (N, blocks of F): programs that run together share the weights of an expert with more than one block."""
    block = tl.program_id(0)
    expert = tl.load(experts_ptr + block).to(tl.int64)
    if expert >= 0:
        slot = tl.load(slots_ptr + block * BLOCK + tl.arange(0, BLOCK)).to(tl.int64)
        # Gates in the even columns of the tile, ups in the odd ones: a thread has both of a pair.
        column = tl.arange(0, 2 * BLOCK_F)
        pair = tl.program_id(1) * BLOCK_F + column // 2
        weight_ptr += expert * (2 * F * (D // 2 if BITS == 4 else D))
        if scale_ptr is not None:
            scale_ptr += expert * (2 * F * (D // GROUP))
        both = grouped_product(
            x_ptr, weight_ptr, scale_ptr, slot // K, slot >= 0, pair + column % 2 * F, pair < F, D, BITS, GROUP, BLOCK_D
        )
        gate, up = tl.split(tl.reshape(both, (BLOCK, BLOCK_F, 2)))
        out = gate * tl.sigmoid(gate) * up
        f = tl.program_id(1) * BLOCK_F + tl.arange(0, BLOCK_F)
        inside = (slot >= 0)[:, None] & (f < F)[None, :]
        tl.store(out_ptr + slot[:, None] * F + f[None, :], out.to(out_ptr.dtype.element_ty), inside)


def moe_gate_up(x: Tensor, gate_up: Weight, schedule: Schedule) -> Tensor:
    """Every token through the first half of its K experts.

    x: (T, D) contiguous, fp32, fp16 or bf16; gate_up: (E, 2F, D), all gates of an expert and then all its ups, in x's
    dtype or quantised; schedule: of `moe_schedule`. Returns (T * K, F) in x's dtype, by slot; sums are fp32.
    Raises ShapeError if these do not fit together.
    """
    if x.dim() != 2 or not x.is_contiguous():
        raise ShapeError(f"x must be a contiguous matrix, not {tuple(x.shape)}")
    if len(gate_up.shape) != 3 or gate_up.shape[1] % 2:
        raise ShapeError(f"gate_up must be (E, 2F, {x.shape[1]}), not {tuple(gate_up.shape)}")
    check_weight("gate_up", gate_up, (*gate_up.shape[:2], x.shape[1]), x)
    if runs_triton(x):
        return _launch(x, gate_up, schedule)
    return moe_gate_up_reference(x, gate_up, schedule)


class Tiles(NamedTuple):
    """How much one program of a grouped product takes: rows of the weight, and columns of a step."""

    rows: int
    depth: int
    warps: int
    stages: int


def tiles(block: int, dtype: torch.dtype, is_quantised: bool) -> Tiles:
    """The tile beside a block of `block` slots. Counted, not measured; its depth alone decides the order of sums.

    Few slots: the product waits for weights, and many programs of small tiles ask for them. Many: it waits for itself.
    """
    depth = 64 if is_quantised or dtype != torch.float32 else 32
    # An AMD core has 64 KiB for its stages, an NVIDIA one 160 and more.
    stages = 2 if torch.version.hip or dtype == torch.float32 else 4 if block <= 32 else 3
    return Tiles(64 if block <= 32 else 128, depth, 4 if block <= 64 else 8, stages)


def _launch(x: Tensor, gate_up: Weight, schedule: Schedule) -> Tensor:
    size, (blocks, block) = gate_up.shape[1] // 2, schedule.slots.shape
    out = x.new_empty(len(x) * schedule.k, size)
    values, scales = tensors(gate_up)
    tile = tiles(block, x.dtype, scales is not None)
    if blocks:
        moe_gate_up_kernel[(blocks, triton.cdiv(size, tile.rows // 2))](
            x, values, scales, schedule.slots, schedule.experts, out,
            D=x.shape[1], F=size, K=schedule.k, **constants(gate_up),
            BLOCK=block, BLOCK_F=tile.rows // 2, BLOCK_D=tile.depth, num_warps=tile.warps, num_stages=tile.stages,
        )  # fmt: skip
    return out
