"""The router in one pass: scores, the top K experts of each token, their weights, and how many tokens each expert got.

Scoring, with l the router logits of a token and S the K experts with the largest logits:
  softmax_topk         w_e = exp(l_e) / sum over all experts of exp(l)
  softmax_topk_renorm  the same, divided by its sum over S
  topk_softmax         w_e = exp(l_e) / sum over S of exp(l): equal to the second, named as checkpoints name it
  sigmoid_topk         w_e = sigmoid(l_e), with S the K largest sigmoid(l_e) + b_e: a bias has a say in the choice alone
  sigmoid_topk_renorm  the same, divided by its sum over S
Of equals the lower expert index wins, everywhere, so that a text does not depend on the machine.
Sources: Shazeer et al., arXiv:1701.06538; Muennighoff et al., arXiv:2409.02060 (no renormalisation); DeepSeek-V3,
arXiv:2412.19437 (sigmoid and bias).
"""

# T tokens, E experts, K chosen experts

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.errors import ShapeError

Scoring = Literal["softmax_topk", "softmax_topk_renorm", "topk_softmax", "sigmoid_topk", "sigmoid_topk_renorm"]
Routing = tuple[Tensor, Tensor, Tensor]
SMALLEST = 1e-20  # added to a sum of sigmoids, all of which may round to 0


def moe_route_reference(router_logits: Tensor, k: int, scoring: Scoring, bias: Tensor | None = None) -> Routing:
    """The definition. Slow, obvious, and what every test compares against."""
    logits = router_logits.float()
    is_sigmoid = scoring.startswith("sigmoid")
    preference = torch.sigmoid(logits) if is_sigmoid else logits
    if bias is not None:
        preference = preference + bias.float()
    expert_index = torch.sort(preference, dim=-1, descending=True, stable=True).indices[:, :k]
    chosen = logits.gather(1, expert_index)
    if is_sigmoid:
        expert_weight = torch.sigmoid(chosen)
        if scoring == "sigmoid_topk_renorm":
            expert_weight = expert_weight / (expert_weight.sum(1, keepdim=True) + SMALLEST)
    elif scoring == "softmax_topk":
        expert_weight = torch.softmax(logits, dim=-1).gather(1, expert_index)
    else:
        expert_weight = torch.softmax(chosen, dim=-1)
    expert_count = torch.bincount(expert_index.flatten(), minlength=logits.shape[1])
    return expert_index.int(), expert_weight, expert_count.int()


@jit
def moe_route_kernel(  # type: ignore[no-untyped-def]
    logits_ptr,  # (T, E) fp32, fp16 or bf16
    bias_ptr,  # (E,) fp32, or None
    index_ptr,  # (T, K) int32
    weight_ptr,  # (T, K) float32
    count_ptr,  # (E,) int32, zeros at the start
    tokens,
    E: tl.constexpr,
    K: tl.constexpr,
    SIGMOID: tl.constexpr,
    RENORMALISE: tl.constexpr,
    SMALLEST: tl.constexpr,
    BLOCK_T: tl.constexpr,
    BLOCK_E: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    """Grid: one program for BLOCK_T tokens, which holds all their logits in registers."""
    token = tl.program_id(0) * BLOCK_T + tl.arange(0, BLOCK_T)
    expert = tl.arange(0, BLOCK_E)
    slot = tl.arange(0, BLOCK_K)
    is_token = token < tokens
    is_logit = is_token[:, None] & (expert < E)[None, :]
    logits = tl.load(logits_ptr + token[:, None] * E + expert[None, :], mask=is_logit, other=float("-inf"))
    # A row beyond the last token must not be all -inf: its softmax would be NaN.
    logits = tl.where(is_token[:, None], logits.to(tl.float32), 0.0)
    if SIGMOID:
        score = 1 / (1 + tl.exp(-logits))
        preference = score
    else:
        score = tl.exp(logits - tl.max(logits, axis=1)[:, None])
        preference = logits
    if bias_ptr is not None:
        preference += tl.load(bias_ptr + expert, mask=expert < E, other=0.0)[None, :]
    total = tl.sum(score, axis=1)
    left = tl.where((expert < E)[None, :], preference, float("-inf"))
    index = tl.zeros((BLOCK_T, BLOCK_K), dtype=tl.int32)
    weight = tl.zeros((BLOCK_T, BLOCK_K), dtype=tl.float32)
    for k in tl.static_range(K):
        best = tl.max(left, axis=1)
        # The lowest index among equals; the clamp keeps a NaN row inside the counters.
        winner = tl.min(tl.where(left == best[:, None], expert[None, :], BLOCK_E), axis=1)
        winner = tl.minimum(winner, E - 1)
        is_winner = expert[None, :] == winner[:, None]
        won = tl.sum(tl.where(is_winner, score, 0.0), axis=1)
        index = tl.where((slot == k)[None, :], winner[:, None], index)
        weight = tl.where((slot == k)[None, :], won[:, None], weight)
        left = tl.where(is_winner, float("-inf"), left)
        tl.atomic_add(count_ptr + winner, tl.full((BLOCK_T,), 1, tl.int32), mask=is_token)
    if RENORMALISE:
        total = tl.sum(weight, axis=1) + (SMALLEST if SIGMOID else 0.0)
    if RENORMALISE or not SIGMOID:
        weight = weight / total[:, None]
    is_chosen = is_token[:, None] & (slot < K)[None, :]
    tl.store(index_ptr + token[:, None] * K + slot[None, :], index, mask=is_chosen)
    tl.store(weight_ptr + token[:, None] * K + slot[None, :], weight, mask=is_chosen)


def moe_route(router_logits: Tensor, k: int, scoring: Scoring, bias: Tensor | None = None) -> Routing:
    """Choose `k` experts for each token.

    router_logits: (T, E) contiguous, fp32, fp16 or bf16; arithmetic is fp32. bias: (E,) float32, for a sigmoid alone.
    Returns expert_index (T, K) int32, best first; expert_weight (T, K) float32; expert_count (E,) int32.
    Raises ShapeError if `k` is not in 1..E, the logits are no contiguous matrix or the bias is not theirs, ValueError
    on an unknown scoring and on a bias beside a softmax.
    """
    if scoring not in get_args(Scoring):
        raise ValueError(f"scoring is {scoring!r}, and must be one of {', '.join(get_args(Scoring))}")
    if router_logits.dim() != 2 or not router_logits.is_contiguous():
        raise ShapeError(f"router_logits must be a contiguous matrix, not {tuple(router_logits.shape)}")
    if not 1 <= k <= router_logits.shape[1]:
        raise ShapeError(f"k is {k}, and must lie in 1..{router_logits.shape[1]}, the number of experts")
    if bias is not None and not scoring.startswith("sigmoid"):
        raise ValueError(f"a bias takes part in the choice of sigmoids, not of {scoring}")
    if bias is not None and (bias.shape != router_logits.shape[1:] or not bias.is_contiguous()):
        raise ShapeError(f"bias is {tuple(bias.shape)}, and must be contiguous, a number for each of the experts")
    if runs_triton(router_logits):
        return _launch(router_logits, k, scoring, bias)
    return moe_route_reference(router_logits, k, scoring, bias)


def _launch(router_logits: Tensor, k: int, scoring: Scoring, bias: Tensor | None) -> Routing:
    tokens, experts = router_logits.shape
    index = torch.empty((tokens, k), dtype=torch.int32, device=router_logits.device)
    weight = torch.empty((tokens, k), dtype=torch.float32, device=router_logits.device)
    count = torch.zeros(experts, dtype=torch.int32, device=router_logits.device)
    if tokens:
        block_e = triton.next_power_of_2(experts)
        block_t = max(1, min(16, 2048 // block_e))
        moe_route_kernel[(triton.cdiv(tokens, block_t),)](
            router_logits,
            bias,
            index,
            weight,
            count,
            tokens,
            E=experts,
            K=k,
            SIGMOID=scoring.startswith("sigmoid"),
            RENORMALISE=scoring not in ("softmax_topk", "sigmoid_topk"),
            SMALLEST=SMALLEST,
            BLOCK_T=block_t,
            BLOCK_E=block_e,
            BLOCK_K=triton.next_power_of_2(k),
        )
    return index, weight, count
