from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

from kernels import bench
from kernels.errors import KernelError
from kernels.setting import Setting, Workload
from kernels.workloads import GROUPS

CPU = torch.device("cpu")
KERNELS = Path(bench.__file__).parent


def workload(apart: float = 0.0, moved: int = 1 << 20, flops: int = 0) -> Workload:
    x = torch.ones(4)
    return Workload("it", (4,), lambda: x + apart, lambda: x, moved, flops)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.parametrize("ragged", [[], ["--ragged"]])
def test_every_op_agrees_with_its_reference_and_ends_in_one_json_line(capsys, quick, ragged):
    assert bench.main(["--seconds", "0.1", "--batch", "2", *ragged]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    rows = json.loads(last)["rows"]
    assert len(lines) == len(rows) + 1
    for row in rows:
        assert row["ms"] >= 0 and row["reference_ms"] >= 0 and row["furthest_apart"] < 1e-4
        assert "floor_ms" not in row  # nobody knows this machine's peaks
    assert {row["shape"][0] for row in rows if row["op"] == "conv1d"} == {2}


def test_every_kernel_is_measured():
    with_kernels = {path.stem for path in KERNELS.glob("*.py") if "\n@jit\n" in path.read_text("utf-8")}
    setting = Setting(CPU, torch.float32, 1, 0.1)
    measured = {one.op for group in GROUPS.values() for one in group(setting)}
    assert with_kernels <= measured


def test_ragged_rows_end_at_different_places():
    assert Setting(CPU, torch.float32, 3, 0.1, is_ragged=True).ends(60, 1).tolist() == [121, 301, 481]
    assert Setting(CPU, torch.float32, 3, 0.1).ends(60) is None


def test_ops_may_be_named(capsys, quick):
    assert bench.main(["sine_source", "--seconds", "0.1"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert [(row["op"], row["shape"]) for row in rows] == [("sine_source", [1, 2400])]


def test_no_speed_is_told_of_a_wrong_result(capsys, quick, monkeypatch):
    with pytest.raises(KernelError, match="apart"):
        bench.measure(workload(apart=1e-3), "fp32", CPU, None)
    with pytest.raises(KernelError, match="apart"):
        bench.measure(workload(apart=float("nan")), "fp32", CPU, None)
    assert bench.measure(workload(apart=1e-3), "fp16", CPU, None)["furthest_apart"] == pytest.approx(1e-3, rel=1e-3)
    # The others are told all the same, and the run has failed.
    monkeypatch.setitem(bench.GROUPS, "stft", lambda setting: iter([workload(apart=1.0), workload()]))
    assert bench.main(["stft"]) == 1
    wrong, right = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert "apart" in wrong["fault"] and "ms" not in wrong
    assert "fault" not in right and "ms" in right


@pytest.mark.parametrize(
    ("flops", "dtype", "floor_ms"),
    [
        (0, "fp16", 1.0),  # 4 MB at 4 GB/s
        (6_000_000, "fp16", 3.0),  # 6 MFLOP at 2 GFLOP/s
        (6_000_000, "fp32", 6.0),  # half as fast in TF32
    ],
)
def test_the_floor_is_what_memory_or_arithmetic_takes_at_least(quick, flops, dtype, floor_ms):
    row = bench.measure(workload(moved=4_000_000, flops=flops), dtype, CPU, (2e-3, 4e-3))
    assert row["floor_ms"] == pytest.approx(floor_ms)
    assert row["times_floor"] == pytest.approx(row["ms"] / floor_ms, abs=1e-3)


def test_peaks_are_given_or_known_by_name(capsys, quick):
    assert bench.main(["stft", "--seconds", "0.1", "--tflops", "1", "--tb-per-s", "1"]) == 0
    assert all("floor_ms" in row for row in json.loads(capsys.readouterr().out.splitlines()[-1])["rows"])
    options = bench._options([], on_gpu=True)
    assert bench._peaks(options, "NVIDIA H200") == bench.PEAKS["H200"]
    assert bench._peaks(options, "NVIDIA L4") is None
    assert options.dtype == ["fp32", "fp16", "bf16"]


def test_batches_are_told_or_what_a_newsroom_has(capsys, quick):
    assert bench.main(["moe_decode", "--batch", "3"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert {row["shape"][0] for row in rows} == {3}
    assert bench._batches("moe_decode", on_gpu=True) == [1, 8, 64]
    assert bench._batches("stft", on_gpu=True) == [1, 60]
    assert bench._batches("stft", on_gpu=False) == [1]


def test_what_is_moved_counts_a_half_as_half():
    def moved(dtype):
        return [one.moved for one in GROUPS["conv1d"](Setting(CPU, dtype, 1, 0.1))]

    assert [2 * half for half in moved(torch.float16)] == moved(torch.float32)


@pytest.mark.parametrize("arguments", [["fft"], ["--dtype", "fp8"], ["--rounds", "3"]])
def test_an_unknown_op_or_option_is_refused(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        bench.main(arguments)
    assert left.value.code == 2
    assert re.search("fft|fp8|rounds", capsys.readouterr().err)
