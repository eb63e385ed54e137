"""Times every op against its reference, once the two agree: `python -m kernels.bench [OP ...]`.

A line an op, and at the end one JSON line of all. On a GPU also beside its floor: the bytes that it must move and the
products that it must take, over what the device can at most. Needs torch and triton alone, and nothing installed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from kernels.backend import runs_triton, triton
from kernels.errors import KernelError
from kernels.setting import Result, Setting, Workload
from kernels.workloads import GROUPS

ROUNDS = 10
FLUSH_BYTES = 1 << 28  # more than a GPU's last cache holds
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
# By name of the device: TFLOP/s of 16-bit products, twice what TF32 has, and TB/s; measured, not printed on the box.
PEAKS = {"H200": (790.0, 4.3)}
# Against the largest value of the reference. TF32 has 10 bits after the point, as fp16 has; bf16 has 7.
FURTHEST = {"fp32": 1e-4, "tf32": 2e-3, "fp16": 2e-3, "bf16": 1.6e-2}
COLUMNS = ("op", "shape", "dtype", "ms", "reference_ms", "library_ms", "floor_ms", "times_floor", "furthest_apart")


def measure(workload: Workload, dtype: str, device: torch.device, peaks: tuple[float, float] | None) -> dict[str, Any]:
    """One row of the table. Raises KernelError where op and reference disagree: no speed is told of a wrong result."""
    row: dict[str, Any] = {"op": workload.op, "shape": list(workload.shape), "dtype": dtype}
    row["furthest_apart"] = _furthest_apart(workload, dtype, device)
    row["ms"] = milliseconds(_recorded(workload.run) if device.type == "cuda" else workload.run, device)
    row["reference_ms"] = milliseconds(workload.reference, device)
    if workload.library is not None:
        row["library_ms"] = milliseconds(workload.library, device)
    if peaks is not None:
        flops = peaks[0] * 1e12 / (2 if dtype == "fp32" else 1)
        row["floor_ms"] = max(workload.moved / (peaks[1] * 1e12), workload.flops / flops) * 1e3
        row["times_floor"] = row["ms"] / row["floor_ms"]
    return {name: round(value, 4) if name.endswith(("ms", "floor")) else value for name, value in row.items()}


def _furthest_apart(workload: Workload, dtype: str, device: torch.device) -> float:
    torch.backends.cudnn.allow_tf32 = False
    found, expected = (list(_numbers(workload.comparable(f()))) for f in (workload.run, workload.reference))
    torch.backends.cudnn.allow_tf32 = True
    apart = max(
        float((one - other).abs().max() / other.abs().max().clamp(min=1e-30))
        for one, other in zip(found, expected, strict=True)
    )
    bound = FURTHEST["tf32" if dtype == "fp32" and device.type == "cuda" and workload.flops else dtype]
    if not apart < bound:
        raise KernelError(f"{workload.op} and its reference are {apart:.1e} of the largest value apart, over {bound}")
    return apart


def _numbers(result: Result) -> list[Tensor]:
    """The tensors of a result, in float64."""
    return [result.double()] if isinstance(result, Tensor) else [one for part in result for one in _numbers(part)]


def _recorded(run: Callable[[], Result]) -> Callable[[], object]:
    """`run` as a CUDA graph, so that what is timed is the device and not the launching of kernels by Python."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def milliseconds(run: Callable[[], object], device: torch.device) -> float:
    """The fastest of some rounds, the first of them unmeasured: what else runs here can only slow one down."""
    run()
    return min((_on_a_gpu if device.type == "cuda" else _on_a_cpu)(run) for _ in range(ROUNDS))


def _on_a_gpu(run: Callable[[], object]) -> float:
    """With nothing of the round before in the cache."""
    torch.empty(FLUSH_BYTES, dtype=torch.int8, device="cuda").zero_()
    started, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    started.record()
    run()
    ended.record()
    torch.cuda.synchronize()
    return float(started.elapsed_time(ended))


def _on_a_cpu(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1e3


def _rows(group: str, setting: Setting, dtype: str, peaks: tuple[float, float] | None) -> list[dict[str, Any]]:
    """A group's rows, printed as they come. A fault is a row too: the others are still worth knowing."""
    rows = []
    torch.manual_seed(0)
    for workload in GROUPS[group](setting):
        try:
            row = measure(workload, dtype, setting.device, peaks)
        except Exception as error:  # a compiler's or a driver's: of any kind
            row = {"op": workload.op, "shape": list(workload.shape), "dtype": dtype, "fault": str(error)[-500:]}
        rows.append(row)
        sys.stdout.write(_line(row) + "\n")
        sys.stdout.flush()
    return rows


def _line(row: dict[str, Any]) -> str:
    if "fault" in row:
        return f"{row['op']:16} {row['shape']!s:32} {row['dtype']:5} FAULT: {row['fault']}"
    numbers = [f"{row[name]:>15.4g}" if name in row else f"{'-':>15}" for name in COLUMNS[3:]]
    return f"{row['op']:16} {row['shape']!s:32} {row['dtype']:5}" + "".join(numbers)


def _options(arguments: Sequence[str], on_gpu: bool) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m kernels.bench", description=__doc__.splitlines()[0])
    parser.add_argument("ops", nargs="*", metavar="OP", help=f"of {', '.join(GROUPS)}; all unless told")
    parser.add_argument("--batch", type=int, nargs="+", help="rows of a batch, or tokens of a decoding step")
    parser.add_argument("--dtype", nargs="+", choices=DTYPES, default=list(DTYPES) if on_gpu else ["fp32"])
    parser.add_argument("--seconds", type=float, default=10.0, help="of speech in each row of a batch")
    parser.add_argument("--ragged", action="store_true", help="rows of unlike lengths, whose floor is not known")
    parser.add_argument("--tflops", type=float, help="the device's 16-bit products, TFLOP/s")
    parser.add_argument("--tb-per-s", type=float, help="what the device can read and write, TB/s")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.ops if name not in GROUPS]
    if unknown:
        parser.error(f"there is no benchmark of {unknown[0]!r}; there are {', '.join(GROUPS)}")
    return options


def _batches(group: str, on_gpu: bool) -> list[int]:
    """Unless told: what a newsroom has at once, one episode's lines or ten stories' tokens."""
    if group in ("moe_decode", "decode_attention", "quantized_linear"):
        return [1, 8, 64]
    return [1, 60] if on_gpu else [1]


def _peaks(options: argparse.Namespace, device_name: str) -> tuple[float, float] | None:
    if options.ragged:
        return None
    if options.tflops and options.tb_per_s:
        return options.tflops, options.tb_per_s
    return next((peaks for name, peaks in PEAKS.items() if name in device_name), None)


@torch.inference_mode()
def main(arguments: Sequence[str]) -> int:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    options = _options(arguments, device.type == "cuda")
    on_cpu = f"cpu, {torch.get_num_threads()} threads"
    name = torch.cuda.get_device_name() if device.type == "cuda" else on_cpu
    sys.stdout.write(f"{'op':16} {'shape':32} {'dtype':5}" + "".join(f"{name:>15}" for name in COLUMNS[3:]) + "\n")
    rows = [
        row
        for group in options.ops or GROUPS
        for batch in options.batch or _batches(group, device.type == "cuda")
        for dtype in options.dtype
        for row in _rows(
            group, Setting(device, DTYPES[dtype], batch, options.seconds, options.ragged), dtype, _peaks(options, name)
        )
    ]
    machine = {"device": name, "torch": torch.__version__, "triton": getattr(triton, "__version__", None)}
    backend = "triton" if runs_triton(torch.empty(0, device=device)) else "torch"
    sys.stdout.write(
        json.dumps(machine | {"backend": backend, "seconds": options.seconds, "ragged": options.ragged, "rows": rows})
        + "\n"
    )
    return 1 if any("fault" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
