"""What the benchmark runs of the experts: each of their kernels, the whole layer, and the same by torch alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from kernels.moe_decode import moe_decode, suits_decode
from kernels.moe_down import moe_down, moe_down_reference
from kernels.moe_gate_up import moe_gate_up, moe_gate_up_reference
from kernels.moe_route import moe_route
from kernels.moe_schedule import Schedule, block_rows, moe_schedule, moe_schedule_reference
from kernels.quantized import Weight, dequantize, quantize
from kernels.setting import Setting, Workload, size_bytes

# Experts, chosen experts, model dim, feed-forward dim: OLMoE-1B-7B and Qwen3-30B-A3B; on a CPU what proves it runs.
EXPERT_LAYERS = {"cuda": ((64, 8, 2048, 1024), (128, 8, 2048, 768)), "cpu": ((16, 4, 256, 128),)}


@dataclass(frozen=True)
class ExpertLayer:
    """The experts of one layer and the tokens' choices, each as likely as any other."""

    x: Tensor
    index: Tensor
    weight: Tensor
    count: Tensor
    gate_up: Weight
    down: Weight

    @classmethod
    def random(cls, setting: Setting, experts: int, k: int, dim: int, size: int) -> ExpertLayer:
        logits = setting.normal(setting.batch, experts)
        gate_up, down = (
            setting.normal(experts, rows, columns).mul_(columns**-0.5)
            for rows, columns in ((2 * size, dim), (dim, size))
        )
        route = moe_route(logits, k, "softmax_topk_renorm")
        return cls(setting.normal(setting.batch, dim), *route, gate_up, down)

    def quantized(self, bits: Literal[8, 4]) -> ExpertLayer:
        """With weights in so many bits, made by the expert: a whole layer in float32 is 2 GB."""
        return replace(self, gate_up=_quantized(self.gate_up, bits), down=_quantized(self.down, bits))

    @property
    def shape(self) -> tuple[int, ...]:
        """T, E, K, D, F, and bits of a weight."""
        dim, size = self.down.shape[1:]
        bits = 8 * self.down.element_size() if isinstance(self.down, Tensor) else self.down.bits
        return (len(self.x), len(self.count), self.index.shape[1], dim, size, bits)

    def moved(self, weight: Weight) -> int:
        """Bytes of the experts that were hit."""
        whole = size_bytes(weight) if isinstance(weight, Tensor) else weight.size_bytes
        return whole // len(self.count) * int((self.count > 0).sum())

    def flops(self, weight: Weight) -> int:
        return 2 * self.index.numel() * weight.shape[1] * weight.shape[2]

    def schedule(self) -> Schedule:
        block = block_rows(self.index.numel(), len(self.count))
        return moe_schedule(self.index, self.count, block)

    def decoded(self) -> Tensor:
        return moe_decode(self.x, self.index, self.weight, self.gate_up, self.down)

    def grouped(self) -> Tensor:
        """As the grouped kernels do it: schedule, gate and up, down."""
        schedule = self.schedule()
        hidden = moe_gate_up(self.x, self.gate_up, schedule)
        return moe_down(hidden, self.weight, self.down, schedule)

    def reference(self) -> Tensor:
        schedule = self.schedule()
        hidden = moe_gate_up_reference(self.x, self.gate_up, schedule)
        return moe_down_reference(hidden, self.weight, self.down, schedule)

    def by_grouped_mm(self) -> Tensor:
        """As torch's own grouped product does it."""
        order = self.index.flatten().argsort(stable=True)
        ends = self.count.cumsum(0).int()
        gate, up = F.grouped_mm(self.x[order // self.index.shape[1]], self._turned(self.gate_up), offs=ends).chunk(
            2, -1
        )
        rows = self.x.new_empty(len(order), self.x.shape[1])
        rows[order] = F.grouped_mm(F.silu(gate) * up, self._turned(self.down), offs=ends)
        return (rows.unflatten(0, self.index.shape) * self.weight[..., None].to(rows.dtype)).sum(1)

    def by_gathering(self) -> Tensor:
        """As products with a copy of each slot's weights do it (gpt-fast's way at batch 1)."""
        gate_up, down = (dequantize(weight[self.index.long()], self.x.dtype) for weight in (self.gate_up, self.down))
        gate, up = torch.einsum("td,tknd->tkn", self.x, gate_up).chunk(2, -1)
        rows = torch.einsum("tkn,tkdn->tkd", F.silu(gate) * up, down)
        return (rows * self.weight[..., None].to(rows.dtype)).sum(1)

    @staticmethod
    def _turned(weight: Weight) -> Tensor:
        assert isinstance(weight, Tensor)
        return weight.transpose(1, 2)


def _quantized(weight: Weight, bits: Literal[8, 4]) -> Weight:
    assert isinstance(weight, Tensor)
    parts = [quantize(expert, bits, 128) for expert in weight]
    values, scales = (torch.stack([getattr(part, name) for part in parts]) for name in ("values", "scales"))
    return replace(parts[0], values=values, scales=scales)


def compared(layer: ExpertLayer) -> Iterator[Workload]:
    """The whole layer as the runtime takes it, as "moe", and by torch's two ways; weights must be plain."""
    ours = layer.decoded if suits_decode(layer.index.numel(), len(layer.count)) else layer.grouped
    yield from _whole(layer, {"moe": ours, "moe_grouped_mm": layer.by_grouped_mm, "moe_gathered": layer.by_gathering})


def experts(setting: Setting) -> Iterator[Workload]:
    """Each kernel by itself, and then the layer: by our ways, in each number of bits, and by two of torch's."""
    for sizes in EXPERT_LAYERS[setting.device.type]:
        plain = ExpertLayer.random(setting, *sizes)
        yield from _parts(plain)
        for layer in (plain, plain.quantized(8), plain.quantized(4)):
            yield from _whole(layer, {"moe_decode": layer.decoded, "moe_grouped": layer.grouped})
        baselines = {"moe_gathered": plain.by_gathering}
        if setting.device.type == "cpu" or setting.dtype == torch.bfloat16:  # all that the library has on a GPU
            baselines["moe_grouped_mm"] = plain.by_grouped_mm
        yield from _whole(plain, baselines)


def _parts(layer: ExpertLayer) -> Iterator[Workload]:
    schedule = layer.schedule()
    given = (layer.index, layer.count, schedule.slots.shape[1])
    yield Workload(
        "moe_schedule",
        layer.shape,
        partial(moe_schedule, *given),
        partial(moe_schedule_reference, *given),
        size_bytes(layer.index, layer.count, schedule.slots, schedule.experts),
        comparable=lambda found: (found.slots, found.experts),
    )
    hidden = moe_gate_up(layer.x, layer.gate_up, schedule)
    yield Workload(
        "moe_gate_up",
        layer.shape,
        partial(moe_gate_up, layer.x, layer.gate_up, schedule),
        partial(moe_gate_up_reference, layer.x, layer.gate_up, schedule),
        layer.moved(layer.gate_up) + size_bytes(layer.x, hidden),
        layer.flops(layer.gate_up),
    )
    yield Workload(
        "moe_down",
        layer.shape,
        partial(moe_down, hidden, layer.weight, layer.down, schedule),
        partial(moe_down_reference, hidden, layer.weight, layer.down, schedule),
        layer.moved(layer.down) + size_bytes(hidden, layer.x),
        layer.flops(layer.down),
    )


def _whole(layer: ExpertLayer, ways: dict[str, Callable[[], Tensor]]) -> Iterator[Workload]:
    moved = layer.moved(layer.gate_up) + layer.moved(layer.down) + 2 * size_bytes(layer.x)
    flops = layer.flops(layer.gate_up) + layer.flops(layer.down)
    for name, run in ways.items():
        yield Workload(name, layer.shape, run, layer.reference, moved, flops)
