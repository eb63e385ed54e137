"""Which rows the experts' grouped products take together: the tokens' choices, sorted by expert, in padded blocks.

Slot s = t * K + k is choice k of token t. The slots of an expert, in ascending order, fill blocks of BLOCK rows of
their own; the last of them is padded. So a program of a product has one expert's weights, and finds its rows by one
load. As nobody waits for a GPU to say how many blocks there are, there are as many as there can be at most, the last of
them empty. Source: the block alignment of vLLM's fused experts; here without atomics, so that every run has one order.
"""

# T tokens, E experts, K chosen experts, S = T * K slots, N blocks at most

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError

BLOCKS = (16, 32, 64, 128)  # a tensor core takes 16 rows at least


class Schedule(NamedTuple):
    """slots (N, BLOCK) int32, -1 where a row is padding; experts (N,) int32, -1 where a block is empty; and K."""

    slots: Tensor
    experts: Tensor
    k: int


def block_rows(slots: int, experts: int) -> int:
    """The block for so many slots: by the rows that an expert has on average, since their number isn't known here."""
    return next((block for block in BLOCKS if slots <= block * experts), BLOCKS[-1])


def most_blocks(slots: int, experts: int, block: int) -> int:
    """However the slots fall: each expert that is hit pads its last block by `block` - 1 rows at most."""
    return (slots + min(slots, experts) * (block - 1)) // block


def moe_schedule_reference(expert_index: Tensor, expert_count: Tensor, block: int) -> Schedule:
    """The definition. Slow, obvious, and what every test compares against."""
    choices = expert_index.flatten()
    blocks = most_blocks(len(choices), len(expert_count), block)
    slots = torch.full((blocks, block), -1, dtype=torch.int32, device=choices.device)
    experts = torch.full((blocks,), -1, dtype=torch.int32, device=choices.device)
    first = 0
    for expert, count in enumerate(expert_count.tolist()):
        last = first + -(-count // block)
        slots[first:last].flatten()[:count] = torch.nonzero(choices == expert).flatten().int()
        experts[first:last] = expert
        first = last
    return Schedule(slots, experts, expert_index.shape[1])


@jit
def moe_schedule_kernel(  # type: ignore[no-untyped-def]
    index_ptr,  # (S,) int32
    count_ptr,  # (E,) int32
    slots_ptr,  # (N, BLOCK) int32
    experts_ptr,  # (N,) int32
    slots,
    blocks,
    E: tl.constexpr,
    BLOCK: tl.constexpr,
    BLOCK_E: tl.constexpr,
    BLOCK_S: tl.constexpr,
):
    """Grid: one program an expert, which reads every choice and finds its own, and one for the blocks left over."""
    expert = tl.program_id(0)
    every = tl.arange(0, BLOCK_E)
    needed = (tl.load(count_ptr + every, mask=every < E, other=0) + BLOCK - 1) // BLOCK
    first = tl.sum(tl.where(every < expert, needed, 0), axis=0)
    end = first + tl.sum(tl.where(every == expert, needed, 0), axis=0)
    end = tl.where(expert == E, blocks, end)
    lane = tl.arange(0, BLOCK_S)
    found = first * BLOCK
    for start in range(0, slots, BLOCK_S):
        slot = start + lane
        is_mine = (tl.load(index_ptr + slot, mask=slot < slots, other=-1) == expert).to(tl.int32)
        rank = tl.cumsum(is_mine, axis=0) - 1
        tl.store(slots_ptr + found + rank, slot, mask=is_mine > 0)
        found += tl.sum(is_mine, axis=0)
    for start in range(found, end * BLOCK, BLOCK_S):
        row = start + lane
        tl.store(slots_ptr + row, tl.full((BLOCK_S,), -1, tl.int32), mask=row < end * BLOCK)
    owner = tl.where(expert == E, -1, expert)
    for start in range(first, end, BLOCK_S):
        row = start + lane
        tl.store(experts_ptr + row, tl.zeros((BLOCK_S,), tl.int32) + owner, mask=row < end)


def moe_schedule(expert_index: Tensor, expert_count: Tensor, block: int) -> Schedule:
    """Sort the tokens' choices by expert into blocks of `block` rows, without a word from the device to the host.

    expert_index: (T, K) int32, each 0 to E - 1; expert_count: (E,) int32, how often each occurs there: both of
    `moe_route`. Raises ShapeError if they are not contiguous or of other types, or if `block` isn't one of BLOCKS.
    """
    if block not in BLOCKS:
        raise ShapeError(f"a block of {block} rows; it may have {', '.join(map(str, BLOCKS))}")
    for name, tensor, dim in (("expert_index", expert_index, 2), ("expert_count", expert_count, 1)):
        if tensor.dim() != dim or tensor.dtype != torch.int32 or not tensor.is_contiguous():
            raise ShapeError(
                f"{name} must be contiguous int32 with {dim} dims, not {tuple(tensor.shape)} {tensor.dtype}"
            )
    if runs_triton(expert_index):
        return _launch(expert_index, expert_count, block)
    return moe_schedule_reference(expert_index, expert_count, block)


def _launch(expert_index: Tensor, expert_count: Tensor, block: int) -> Schedule:
    slots, experts = expert_index.numel(), len(expert_count)
    blocks = most_blocks(slots, experts, block)
    rows, owners = expert_index.new_empty(blocks, block), expert_index.new_empty(blocks)
    if slots:
        moe_schedule_kernel[(experts + 1,)](
            expert_index,
            expert_count,
            rows,
            owners,
            slots,
            blocks,
            E=experts,
            BLOCK=block,
            BLOCK_E=triton.next_power_of_2(experts),
            BLOCK_S=min(1024, max(16, triton.next_power_of_2(slots))),
        )
    return Schedule(rows, owners, expert_index.shape[1])
