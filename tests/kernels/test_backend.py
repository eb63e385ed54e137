from __future__ import annotations

import pytest
import torch

from kernels import backend as choice
from kernels.errors import BackendUnavailable


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    """Each test decides anew, on a machine without a GPU and outside the interpreter."""
    choice.backend.cache_clear()
    monkeypatch.delenv("KERNELS_BACKEND", raising=False)
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    yield
    choice.backend.cache_clear()


def test_without_a_gpu_the_reference_runs():
    assert choice.backend() == "reference"
    assert not choice.runs_triton(torch.zeros(1))


def test_with_a_gpu_triton_runs_on_its_tensors_alone(monkeypatch):
    monkeypatch.setattr(choice, "triton", pytest.importorskip("triton"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choice.backend() == "triton"
    assert not choice.runs_triton(torch.zeros(1))


def test_a_gpu_can_be_told_to_run_the_reference(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("KERNELS_BACKEND", "reference")
    assert choice.backend() == "reference"


def test_the_interpreter_runs_triton_on_a_cpu(monkeypatch):
    monkeypatch.setattr(choice, "triton", pytest.importorskip("triton"))
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert choice.runs_triton(torch.zeros(1))


@pytest.mark.parametrize(
    ("environment", "built_for", "imported"),
    [
        ({}, None, False),  # a torch for the CPU alone
        ({}, "12.8", True),
        ({"KERNELS_BACKEND": "reference"}, None, False),
        ({"TRITON_INTERPRET": "1"}, None, True),
        ({"KERNELS_BACKEND": "triton"}, None, True),
    ],
)
def test_triton_is_imported_only_where_it_may_run(monkeypatch, environment, built_for, imported):
    monkeypatch.setattr(torch.version, "cuda", built_for)
    monkeypatch.setattr(torch.version, "hip", None)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choice._may_launch() is imported


def test_triton_by_name_without_a_gpu_is_refused(monkeypatch):
    monkeypatch.setenv("KERNELS_BACKEND", "triton")
    with pytest.raises(BackendUnavailable, match="no GPU|not installed"):
        choice.backend()


def test_a_missing_triton_is_no_fault(monkeypatch):
    monkeypatch.setattr(choice, "triton", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choice.backend() == "reference"

    def kernel(): ...

    assert choice.jit(kernel) is kernel


def test_an_unknown_backend_is_refused(monkeypatch):
    monkeypatch.setenv("KERNELS_BACKEND", "cuda")
    with pytest.raises(BackendUnavailable, match="'cuda'"):
        choice.backend()
