"""Kernels are tested on the GPU if there is one, else in Triton's interpreter.

The interpreter has to be chosen before triton's first import, and then holds for the whole process: so the tests of a
file that take a `device` run in a process of their own, once, and each reports here what it found there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import torch

PROJECT = Path(__file__).resolve().parents[2]
IS_HERE = torch.cuda.is_available() or os.environ.get("TRITON_INTERPRET") == "1"


@pytest.fixture
def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


@pytest.fixture(autouse=True)
def exact_references(monkeypatch):
    """On a GPU the library's convolutions take TF32 unless they are told not to."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.fixture
def unwritten_is_nan(monkeypatch):
    """What a wrapper allocates and its kernel leaves unwritten is NaN."""
    new_empty = torch.Tensor.new_empty

    def poisoned(x: torch.Tensor, *shape, **options) -> torch.Tensor:
        out = new_empty(x, *shape, **options)
        return out.fill_(torch.nan) if out.is_floating_point() else out

    monkeypatch.setattr(torch.Tensor, "new_empty", poisoned)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if IS_HERE or not _wants_device(pyfuncitem):
        return None
    found = _found_in_the_interpreter(pyfuncitem.path)
    outcome, message = found[pyfuncitem.nodeid]
    if outcome != "passed":
        (pytest.skip if outcome == "skipped" else pytest.fail)(message)
    return True


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    found = os.environ.get("TANDEM_KERNEL_REPORT")
    if found and (report.when == "call" or report.outcome != "passed"):
        with open(found, "a") as file:
            file.write(json.dumps([report.nodeid, report.outcome, report.longreprtext]) + "\n")


def _wants_device(item: pytest.Item) -> bool:
    return item.path.parent == Path(__file__).parent and "device" in getattr(item, "fixturenames", ())


@cache
def _found_in_the_interpreter(file: Path) -> dict[str, tuple[str, str]]:
    report = Path(os.environ["TANDEM_STATE"]) / f"{file.stem}.jsonl"
    chosen = {"TRITON_INTERPRET": "1", "KERNELS_BACKEND": "triton", "TANDEM_KERNEL_REPORT": str(report)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
    run = subprocess.run(command, cwd=PROJECT, env=os.environ | chosen, capture_output=True, text=True)
    assert report.exists(), run.stdout + run.stderr
    rows = map(json.loads, report.read_text().splitlines())
    return {node: (outcome, message) for node, outcome, message in rows}
