"""How evenly the router uses its experts: tokens that each expert was given, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor

from synthesis.language.experts import Experts
from synthesis.language.model import LanguageModel


class ExpertLoad:
    """Adds up `counts`, (layers with experts, E) int64 on the model's device, of the passes within `watched`.

    It asks each router once more, beside the layer's own pass: under 1 % of the layer's work, and none when not asked.
    """

    def __init__(self, model: LanguageModel):
        self._experts = [module for module in model.modules() if isinstance(module, Experts)]
        shape = (len(self._experts), model.config.num_experts)
        self.counts = torch.zeros(shape, dtype=torch.int64, device=model.device)

    @contextmanager
    def watched(self) -> Iterator[None]:
        with ExitStack() as hooks:
            for experts, counts in zip(self._experts, self.counts, strict=True):
                hooks.enter_context(experts.register_forward_pre_hook(partial(_add_load, counts)))
            yield


def _add_load(counts: Tensor, experts: Experts, inputs: tuple[Tensor]) -> None:
    counts += experts.route(inputs[0])[2]
