from __future__ import annotations

import json

import pytest
import torch

from kernels import bench
from kernels.errors import KernelError


def test_each_op_ends_in_one_json_line(capsys, monkeypatch):
    monkeypatch.setattr(bench, "STAGE", (1, 301, 16))
    assert bench.main(["adain_snake"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert row["op"] == "adain_snake" and row["shape"] == [1, 301, 16]
    assert row["ms"] > 0 and row["furthest_apart"] < 1e-3


def test_no_speed_is_told_of_a_wrong_result():
    x = torch.zeros(4)
    with pytest.raises(KernelError, match="apart"):
        bench._compared(lambda: x + 1, lambda: x, x)


def test_an_unknown_op_is_refused(capsys):
    assert bench.main(["fft"]) == 2
    assert "adain_snake" in capsys.readouterr().err
