"""Times ops against their references, once the two agree: `python -m kernels.bench [OP ...]`, one JSON line an op."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from kernels import adain_snake as snake
from kernels.backend import runs_triton
from kernels.errors import KernelError

ROUNDS = 10
STAGE = (1, 48_001, 128)  # the vocoder's second stage for ten seconds of speech


def adain_snake(device: torch.device) -> dict[str, Any]:
    """The whole op, its moments with it."""
    torch.manual_seed(0)
    x = torch.randn(*STAGE, device=device)
    style = torch.randn(2, STAGE[0], STAGE[2], device=device)
    alpha = torch.rand(STAGE[2], device=device) + 0.1
    tensors = (x, style[0], style[1], alpha)
    return _compared(lambda: snake.adain_snake(*tensors), lambda: snake.adain_snake_reference(*tensors), x)


def _compared(op: Callable[[], torch.Tensor], reference: Callable[[], torch.Tensor], x: torch.Tensor) -> dict[str, Any]:
    furthest = float((op() - reference()).abs().max())
    if not furthest < 1e-3:
        raise KernelError(f"the op and its reference are {furthest:.1e} apart: no speed is told of a wrong result")
    return {
        "shape": list(x.shape),
        "device": torch.cuda.get_device_name() if x.is_cuda else f"cpu, {torch.get_num_threads()} threads",
        "backend": "triton" if runs_triton(x) else "torch",
        "ms": _milliseconds(op, x),
        "reference_ms": _milliseconds(reference, x),
        "furthest_apart": furthest,
        "torch": torch.__version__,
    }


def _milliseconds(run: Callable[[], object], x: torch.Tensor) -> float:
    """The fastest of some rounds, the first of them unmeasured: what else runs here can only slow one down."""
    fastest = float("inf")
    for _ in range(ROUNDS + 1):
        _wait(x)
        started = time.perf_counter()
        run()
        _wait(x)
        fastest = min(fastest, time.perf_counter() - started)
    return round(fastest * 1e3, 3)


def _wait(x: torch.Tensor) -> None:
    if x.is_cuda:
        torch.cuda.synchronize()


OPS = {"adain_snake": adain_snake}


@torch.inference_mode()
def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in OPS]
    if unknown:
        sys.stderr.write(f"there is no benchmark of {unknown[0]!r}; there are {', '.join(OPS)}\n")
        return 2
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    for name in names or OPS:
        sys.stdout.write(json.dumps({"op": name} | OPS[name](device)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
