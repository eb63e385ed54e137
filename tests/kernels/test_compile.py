"""Every kernel compiles for the GPUs we name, on any machine: the interpreter sees no type and no layout error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from kernels.adain_snake import SINE_SQUARED
from kernels.stft import ARCTANGENT

pytest.importorskip("triton")
PROJECT = Path(__file__).resolve().parents[2]
TARGETS = ["cuda:80", "cuda:90", "cuda:100", "hip:gfx942"]
MOE = {"D": 2048, "F": 768}  # a layer of Qwen3-30B-A3B
# Module, and a word more where it has several kernels: kernel, types of its arguments (- is None), its constants.
KERNELS = {
    "moe_route": (
        "moe_route_kernel",
        "*float - *i32 *fp32 *i32 i32",
        {"E": 61, "K": 8, "SIGMOID": False, "RENORMALISE": True, "SMALLEST": 1e-20}
        | {"BLOCK_T": 16, "BLOCK_E": 64, "BLOCK_K": 8},
    ),
    "moe_route:sigmoid": (
        "moe_route_kernel",
        "*float *fp32 *i32 *fp32 *i32 i32",
        {"E": 61, "K": 8, "SIGMOID": True, "RENORMALISE": True, "SMALLEST": 1e-20}
        | {"BLOCK_T": 16, "BLOCK_E": 64, "BLOCK_K": 8},
    ),
    "moe_schedule": (
        "moe_schedule_kernel",
        "*i32 *i32 *i32 *i32 i32 i32",
        {"E": 61, "BLOCK": 16, "BLOCK_E": 64, "BLOCK_S": 512},
    ),
    "moe_gate_up": (
        "moe_gate_up_kernel",
        "*float *float - *i32 *i32 *float",
        MOE | {"K": 8, "BITS": 0, "GROUP": 1, "BLOCK": 64, "BLOCK_F": 64, "BLOCK_D": 32},
    ),
    "moe_gate_up:int8": (
        "moe_gate_up_kernel",
        "*float *i8 *float *i32 *i32 *float",
        MOE | {"K": 8, "BITS": 8, "GROUP": 128, "BLOCK": 16, "BLOCK_F": 32, "BLOCK_D": 64},
    ),
    "moe_gate_up:int4": (
        "moe_gate_up_kernel",
        "*float *u8 *float *i32 *i32 *float",
        MOE | {"K": 8, "BITS": 4, "GROUP": 64, "BLOCK": 16, "BLOCK_F": 32, "BLOCK_D": 64},
    ),
    "moe_down": (
        "moe_down_kernel",
        "*float *fp32 *float - *i32 *i32 *float",
        MOE | {"BITS": 0, "GROUP": 1, "BLOCK": 16, "BLOCK_D": 64, "BLOCK_F": 32},
    ),
    "moe_down:combine": ("moe_combine_kernel", "*float *float", {"D": 2048, "K": 8, "BLOCK_D": 1024}),
    "moe_decode": (
        "decode_gate_up_kernel",
        "*float *i32 *float - *fp32",
        MOE | {"K": 8, "BITS": 0, "GROUP": 1, "BLOCK_F": 8, "BLOCK_D": 512},
    ),
    "moe_decode:int4": (
        "decode_gate_up_kernel",
        "*float *i32 *u8 *float *fp32",
        MOE | {"K": 8, "BITS": 4, "GROUP": 64, "BLOCK_F": 8, "BLOCK_D": 512},
    ),
    "moe_decode:down": (
        "decode_down_kernel",
        "*fp32 *i32 *fp32 *float - *float",
        MOE | {"K": 6, "BITS": 0, "GROUP": 1, "BLOCK_K": 8, "BLOCK_D": 4, "BLOCK_F": 256},
    ),
    "moe_decode:down int8": (
        "decode_down_kernel",
        "*fp32 *i32 *fp32 *i8 *float *float",
        MOE | {"K": 8, "BITS": 8, "GROUP": 128, "BLOCK_K": 8, "BLOCK_D": 4, "BLOCK_F": 256},
    ),
    "moe_decode:down int4": (
        "decode_down_kernel",
        "*fp32 *i32 *fp32 *u8 *float *float",
        MOE | {"K": 8, "BITS": 4, "GROUP": 64, "BLOCK_K": 8, "BLOCK_D": 4, "BLOCK_F": 256},
    ),
    "quantized_linear": (
        "linear_row_kernel",
        "*float *u8 *float - *float",
        {"N": 5120, "D": 2048, "BITS": 4, "GROUP": 64, "BLOCK_N": 16, "BLOCK_D": 512},
    ),
    "quantized_linear:tile": (
        "linear_tile_kernel",
        "*float *i8 *float *float *float i32",
        {"N": 5120, "D": 2048, "BITS": 8, "GROUP": 64, "BLOCK_T": 16, "BLOCK_N": 32, "BLOCK_D": 64},
    ),
    "add_rms_norm": ("add_rms_norm_kernel", "*float *float *float *float *float fp32", {"D": 576, "BLOCK_D": 1024}),
    "channel_moments": (
        "channel_moments_kernel",
        "*float *fp32 *fp32 *i64 i32 i32",
        {"BLOCK_L": 128, "BLOCK_C": 64},
    ),
    "channel_moments:merge": (
        "merge_kernel",
        "*fp32 *fp32 *i32 *fp32 *fp32 i32 i32 i32",
        {"BLOCK_L": 128, "BLOCK_N": 256, "BLOCK_C": 16},
    ),
    "adain_snake": (
        "adain_kernel",
        "*float *float *fp32 *fp32 *float *float *float *i64 i32 i32 fp32 fp32",
        {"SINE": SINE_SQUARED, "BLOCK_L": 64, "BLOCK_C": 64},
    ),
    "adain_snake:leaky": (
        "adain_kernel",
        "*float *float *fp32 *fp32 *float *float - - i32 i32 fp32 fp32",
        {"SINE": SINE_SQUARED, "BLOCK_L": 64, "BLOCK_C": 64},
    ),
    "conv1d": (  # all that it can be given
        "conv1d_kernel",
        "*float *float *fp32 *float *float *float *fp32 *fp32 *i64 i32 i32 i32 i32 fp32",
        {"INPUTS": 128, "C": 128, "TAPS": 11, "UP": 1, "CROP": 0, "PRECISION": "tf32", "PART": 64}
        | {"BLOCK_L": 128, "BLOCK_C": 128, "BLOCK_I": 32},
    ),
    "conv1d:narrow": (  # what follows the last stage: few channels out, and nothing but a bias
        "conv1d_kernel",
        "*float *float *fp32 - - *float - - - i32 i32 i32 i32 fp32",
        {"INPUTS": 128, "C": 22, "TAPS": 7, "UP": 1, "CROP": 0, "PRECISION": "ieee", "PART": 64}
        | {"BLOCK_L": 64, "BLOCK_C": 32, "BLOCK_I": 32},
    ),
    "conv1d:split": (  # what no AMD GPU is asked for
        "conv1d_kernel",
        "*fp32 *fp32 *fp32 *fp32 - *fp32 - - *i32 i32 i32 i32 i32 fp32",
        {"INPUTS": 128, "C": 22, "TAPS": 7, "UP": 1, "CROP": 0, "PRECISION": "tf32x3", "PART": 64}
        | {"BLOCK_L": 128, "BLOCK_C": 32, "BLOCK_I": 32},
    ),
    "conv1d:upsample": (
        "conv1d_kernel",
        "*float *float *fp32 - - *float - - *i32 i32 i32 i32 i32 fp32",
        {"INPUTS": 512, "C": 256, "TAPS": 2, "UP": 10, "CROP": 5, "PRECISION": "tf32", "PART": 64}
        | {"BLOCK_L": 128, "BLOCK_C": 128, "BLOCK_I": 32},
    ),
    "sine_source": (
        "sine_source_kernel",
        "*fp32 *fp32 *float *float *fp32 *fp32 *fp32 *i64 i32",
        {"SAMPLES": 300, "H": 9, "AMPLITUDE": 0.1, "VOICED": 0.003, "UNVOICED": 0.03, "ABOVE": 10.0, "BLOCK_S": 512},
    ),
    "overlap_add": (
        "overlap_add_kernel",
        "*fp32 *fp32 *fp32 *fp32 *i64 i32",
        {"N_FFT": 20, "HOP": 5, "BINS": 11, "BLOCK_Q": 64, "BLOCK_R": 8},
    ),
    "stft": (
        "stft_kernel",
        "*fp32 *fp32 *fp32 *i64 i32",
        {"N_FFT": 20, "HOP": 5, "BINS": 11, "ATAN": ARCTANGENT, "BLOCK_K": 64, "BLOCK_F": 16},
    ),
    "rotary": (
        "rotary_kernel",
        "*float - *float *fp32 *fp32 i32 fp32",
        {"H": 9, "HALF": 32, "WHOLE": False, "BLOCK_H": 16, "BLOCK_HALF": 32},
    ),
    "rotary:norm": (  # Qwen3
        "rotary_kernel",
        "*float *float *float *fp32 *fp32 i32 fp32",
        {"H": 32, "HALF": 64, "WHOLE": False, "BLOCK_H": 32, "BLOCK_HALF": 64},
    ),
    "rotary:whole norm": (  # OLMoE
        "rotary_kernel",
        "*float *float *float *fp32 *fp32 i32 fp32",
        {"H": 16, "HALF": 64, "WHOLE": True, "BLOCK_H": 16, "BLOCK_HALF": 64},
    ),
    "decode_attention": (  # Qwen3: 8 queries to a head of keys, at one token
        "decode_attention_kernel",
        "*float *float *float *i64 *i64 *fp32 *fp32 *fp32 fp32 i32",
        {"G": 8, "DIM": 128, "PARTS": 32, "BLOCK_G": 16, "BLOCK_D": 128, "BLOCK_L": 64},
    ),
    "decode_attention:join": (
        "decode_attention_join_kernel",
        "*fp32 *fp32 *fp32 *i64 *float",
        {"DIM": 128, "PARTS": 32, "BLOCK_D": 128, "BLOCK_L": 64},
    ),
}
COMPILE = """
import json, sys
from importlib import import_module
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

targets, kernels = json.loads(sys.argv[1])
for module, (name, types, constants) in kernels.items():
    kernel = getattr(import_module("kernels." + module.split(":")[0]), name)
    for target in targets:
        backend, arch = target.split(":")
        gpu = GPUTarget(backend, int(arch) if arch.isdigit() else arch, 64 if backend == "hip" else 32)
        fault = ""
        for floats in ("fp32", "fp16", "bf16") if "float" in types else [""]:
            given = types.replace("float", floats).replace("-", "constexpr").split()
            signature = dict(zip(kernel.arg_names, given + ["constexpr"] * len(constants)))
            constexprs = {name: constants.get(name) for name, type in signature.items() if type == "constexpr"}
            constexprs = {name: tuple(value) if type(value) is list else value for name, value in constexprs.items()}
            try:
                triton.compile(ASTSource(kernel, signature, constexprs), target=gpu)
            except Exception as error:
                fault = f"{floats}: {error}"
        print(json.dumps([module, target, fault]))
"""


@pytest.mark.parametrize(
    ("module", "target"), [case for case in product(KERNELS, TARGETS) if case != ("conv1d:split", "hip:gfx942")]
)
def test_compiles_for(module, target):
    assert not faults()[module, target]


@cache
def faults() -> dict[tuple[str, str], str]:
    """Compiled in a process of its own, which no interpreter has touched."""
    command = [sys.executable, "-c", COMPILE, json.dumps([TARGETS, KERNELS])]
    env = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    env["KERNELS_BACKEND"] = "triton"  # a torch for the CPU alone would not import triton
    run = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return {(module, target): fault for module, target, fault in map(json.loads, run.stdout.splitlines())}
