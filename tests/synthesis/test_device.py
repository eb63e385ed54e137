from __future__ import annotations

import platform
import subprocess
import sys

import pytest
import torch

from synthesis import device


@pytest.fixture(autouse=True)
def unnamed(monkeypatch):
    monkeypatch.delenv("COMPUTE_DEVICE", raising=False)


def test_without_a_gpu_it_is_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.compute_device() == torch.device("cpu")


def test_a_gpu_is_taken_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.compute_device().type == "cuda"


def test_the_environment_decides_over_the_machine_and_the_caller_over_both(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("COMPUTE_DEVICE", "cpu")
    assert device.compute_device().type == "cpu"
    assert device.compute_device("cuda:0") == torch.device("cuda:0")


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="there is no GPU"):
        device.compute_device("cuda")


def test_languages_run_in_float32_on_a_cpu():
    assert device.language_dtype(torch.device("cpu")) == torch.float32
    assert device.language_dtype(torch.device("cuda")) == torch.bfloat16


def test_threads_are_the_cores_unless_told_otherwise(monkeypatch):
    before = torch.get_num_threads()
    try:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        device.prepare_cpu.cache_clear()
        assert device.prepare_cpu() == device.cores() >= 1
    finally:
        device.prepare_cpu.cache_clear()
        torch.set_num_threads(before)


MEMORY = """
import os, torch
from synthesis.device import give_back_memory, prepare_cpu

def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

prepare_cpu()
before = resident_mb()
blocks = [torch.ones(1 << 20) for _ in range(50)]  # 200 MB
del blocks
kept = resident_mb() - before
give_back_memory()
print(kept, resident_mb() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_freed_memory_is_kept_until_it_is_given_back():
    run = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    kept, left = map(int, run.stdout.split())
    assert kept > 150 and left < 50
