"""The voice's sound side on Triton's kernels is what it is on plain torch: a small model, in Triton's interpreter.

The interpreter has to be chosen before triton's first import: each side runs in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

PROJECT = Path(__file__).resolve().parents[3]
RENDER = """
import sys
import torch
from torch import nn
from synthesis.config import SpeechConfig
from synthesis.speech.layers import TransposedConv
from synthesis.speech.model import SpeechModel

config = SpeechConfig(
    num_symbols=20, hidden_size=64, style_size=4, decoder_size=32, bert_embedding_size=8, bert_size=12, bert_heads=3,
    bert_ffn_size=16, bert_layers=1, text_layers=1,
)
torch.manual_seed(3)
model = SpeechModel(config)
for name, parameter in model.named_parameters():
    nn.init.normal_(parameter, mean=1.0 if "alpha" in name else 0.0, std=0.03 if "conv_post" in name else 0.1)
model.eval().requires_grad_(False)
model.predictor.F0_proj.bias.fill_(150.0)  # voiced
for conv in model.decoder.generator.noise_convs:
    # A row's first and last frame mirror themselves: their phase is half a turn one way or the other, by rounding.
    conv.weight[:, config.n_fft // 2 + 1 :] = 0
for module in model.modules():
    if isinstance(module, TransposedConv):
        module.pack()
counts, frames = torch.tensor([3, 4]), torch.tensor([2, 3])
durations = torch.tensor([[1, 0, 1, 0], [1, 1, 0, 1]])
waveforms = model.sound(
    torch.tensor([[0, 5, 0, 0], [0, 7, 3, 0]]), torch.randn(2, 4, 68), durations, torch.randn(2, 8),
    torch.randn(2, 1800), counts, frames,
)
from kernels.backend import backend
from safetensors.torch import save_file
save_file({"waveforms": waveforms.contiguous()}, sys.argv[1])
print(backend())
"""


def rendered(tmp_path: Path, **environment: str) -> tuple[str, torch.Tensor]:
    """The backend that was taken, and what it made."""
    found = tmp_path / "rendered.safetensors"
    command = [sys.executable, "-c", RENDER, str(found)]
    run = subprocess.run(command, cwd=PROJECT, env=os.environ | environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout.split()[-1], load_file(found)["waveforms"]


def test_the_kernels_sound_as_the_references(tmp_path):
    pytest.importorskip("triton")
    plain, expected = rendered(tmp_path, KERNELS_BACKEND="reference", TRITON_INTERPRET="0")
    kernels, found = rendered(tmp_path, KERNELS_BACKEND="triton", TRITON_INTERPRET="1")
    assert (plain, kernels) == ("reference", "triton")
    assert expected.shape == (2, 1800) and expected.std() > 0 and torch.isfinite(expected).all()
    assert not expected[0, 1200:].any() and not found[0, 1200:].any()
    assert (found - expected).norm() <= 1e-4 * expected.norm()
