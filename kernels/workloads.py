"""What the benchmark runs: every op at the shapes that the models have, and what it must move and compute at least."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels import adain_snake as adain
from kernels import add_rms_norm as rms
from kernels import channel_moments as statistics
from kernels import conv1d as convolution
from kernels import decode_attention as attention
from kernels import fast_conv1d as points
from kernels import half_linear as halves
from kernels import linear as products
from kernels import moe_route as routing
from kernels import overlap_add as tail
from kernels import quantized_linear as narrow
from kernels import rotary as rotation
from kernels import sine_source as source
from kernels import stft as transform
from kernels import upsample1d as upsampling
from kernels.moe_workloads import experts
from kernels.quantized import quantize
from kernels.setting import Result, Setting, Workload, size_bytes

HIDDEN, EXPERTS, HEADS, HEAD_SIZE = 2048, 64, 16, 128
TOKENS_A_ROW, CONTEXT = 512, 1536


def moments(setting: Setting) -> Iterator[Workload]:
    x = setting.normal(setting.batch, setting.frames(60) + 1, 128)
    ends = setting.ends(60, 1)
    run, reference = (partial(f, x, ends) for f in (statistics.channel_moments, statistics.channel_moments_reference))
    yield Workload("channel_moments", (*x.shape,), run, reference, size_bytes(x))


def norms(setting: Setting) -> Iterator[Workload]:
    """With the moments of x at hand, as the convolution before leaves them."""
    for times, channels in ((60, 128), (10, 256)):
        x = setting.normal(setting.batch, setting.frames(times) + 1, channels)
        scale, shift = torch.randn(2, setting.batch, channels, device=setting.device)
        alpha = torch.rand(channels, device=setting.device) + 0.1
        ends = setting.ends(times, 1)
        given = statistics.channel_moments(x, ends)
        ops: tuple[tuple[str, Callable[..., Tensor], Callable[..., Tensor], Tensor | float], ...] = (
            ("adain_snake", adain.adain_snake, adain.adain_snake_reference, alpha),
            ("adain_leaky", adain.adain_leaky, adain.adain_leaky_reference, 0.2),
        )
        for op, fast, slow, bend in ops:
            run, reference = (partial(f, x, scale, shift, bend, given, lengths=ends) for f in (fast, slow))
            yield Workload(op, (*x.shape,), run, reference, 2 * size_bytes(x))


def convolutions(setting: Setting) -> Iterator[Workload]:
    """The largest of the residual blocks' and the last one; residual, moments and precision as the vocoder has them."""
    for times, inputs, outputs, taps, dilation in ((60, 128, 128, 11, 5), (10, 256, 256, 7, 1), (60, 128, 22, 7, 1)):
        x = setting.normal(setting.batch, setting.frames(times) + 1, inputs)
        weight = setting.normal(outputs, taps, inputs) / (inputs * taps) ** 0.5
        bias, is_inner = torch.randn(outputs, device=setting.device), inputs == outputs
        residual = setting.normal(*x.shape[:2], outputs) if is_inner else None
        options: dict[str, Any] = {"dilation": dilation, "residual": residual, "lengths": setting.ends(times, 1)}
        image, taps_image = x.transpose(1, 2).unsqueeze(2), weight.transpose(1, 2).unsqueeze(2)
        reach, rate = (0, dilation * (taps // 2)), (1, dilation)
        flops = 2 * x.shape[0] * x.shape[1] * inputs * outputs * taps
        out = x.shape[0] * x.shape[1] * outputs * x.element_size()
        yield Workload(
            "conv1d",
            (*x.shape, outputs, taps, dilation),
            partial(convolution.conv1d, x, weight, bias, moments=is_inner, precision="tf32x3", **options),
            partial(_with_moments if is_inner else convolution.conv1d_reference, x, weight, bias, **options),
            size_bytes(x, weight) + out * (2 if is_inner else 1),
            flops,
            partial(F.conv2d, image, taps_image, bias.to(x.dtype), 1, reach, rate),
        )


def fast_convolutions(setting: Setting) -> Iterator[Workload]:
    """The residual blocks' on a CPU, each number of taps at both rates; the library's is the direct convolution."""
    if setting.device.type != "cpu" or setting.dtype != torch.float32:
        return
    for times, channels in ((60, 128), (10, 256)):
        x, bias = setting.normal(setting.batch, setting.frames(times) + 1, channels), torch.randn(channels)
        image, ends = x.transpose(1, 2).unsqueeze(2), setting.ends(times, 1)
        for taps in (3, 7, 11):
            weight = setting.normal(channels, taps, channels) / (channels * taps) ** 0.5
            yield Workload(
                "fast_conv1d",
                (*x.shape, channels, taps),
                partial(points.fast_conv1d, x, points.pack_fast_conv1d(weight), bias, lengths=ends),
                partial(points.fast_conv1d_reference, x, weight, bias, lengths=ends),
                size_bytes(x, weight) + size_bytes(x),
                2 * x.shape[0] * x.shape[1] * channels * channels * taps,
                partial(F.conv2d, image, weight.transpose(1, 2).unsqueeze(2), bias, 1, (0, taps // 2)),
            )


def _with_moments(*tensors: Tensor, **options: Any) -> Result:
    out = convolution.conv1d_reference(*tensors, **options)
    return out, statistics.channel_moments_reference(out, options["lengths"])


def upsamplings(setting: Setting) -> Iterator[Workload]:
    for times, inputs, outputs, up in ((1, 512, 256, 10), (10, 256, 128, 6)):
        x = setting.normal(setting.batch, setting.frames(times), inputs)
        weight = setting.normal(inputs, outputs, 2 * up) / (2 * inputs) ** 0.5
        packed, bias = upsampling.pack_upsample1d(weight), torch.randn(outputs, device=setting.device)
        moved = size_bytes(x, weight) + x.shape[0] * x.shape[1] * up * outputs * x.element_size()
        yield Workload(
            "upsample1d",
            (*x.shape, outputs, up),
            partial(upsampling.upsample1d, x, packed, bias, lengths=setting.ends(times), precision="tf32x3"),
            partial(upsampling.upsample1d_reference, x, packed, bias, lengths=setting.ends(times)),
            moved,
            2 * x.shape[0] * x.shape[1] * up * outputs * inputs * 2,
            partial(F.conv_transpose1d, x.transpose(1, 2), weight, bias.to(x.dtype), up, up // 2),
        )


def excitations(setting: Setting) -> Iterator[Workload]:
    """In float32 whatever the rest is."""
    pitch = torch.rand(setting.batch, setting.frames(1), device=setting.device) * 200 + 80
    noise = setting.normal(setting.batch, setting.frames(300), dtype=torch.float32)
    weight, bias = torch.randn(9, device=setting.device), torch.zeros(1, device=setting.device)
    run, reference = (
        partial(f, pitch, noise, weight, bias, 24_000, 300) for f in (source.sine_source, source.sine_source_reference)
    )
    yield Workload("sine_source", (*noise.shape,), run, reference, 2 * size_bytes(noise))


def transforms(setting: Setting) -> Iterator[Workload]:
    """In float32 whatever the rest is."""
    wave = setting.normal(setting.batch, setting.frames(300), dtype=torch.float32)
    spectra = setting.normal(setting.batch, setting.frames(60) + 1, 22, dtype=torch.float32)
    moved, ends = size_bytes(wave, spectra), setting.ends(60, 1)
    run, reference = (partial(f, wave, 20, 5, ends) for f in (transform.stft, transform.stft_reference))
    yield Workload("stft", (*wave.shape,), run, reference, moved, comparable=_complex)
    run, reference = (partial(f, spectra, 20, 5, ends) for f in (tail.overlap_add, tail.overlap_add_reference))
    yield Workload("overlap_add", (*spectra.shape,), run, reference, moved)


def _complex(spectra: Tensor) -> Tensor:
    """Phases jump at pi; the numbers that they stand for do not."""
    magnitude, phase = spectra.double().chunk(2, dim=2)
    return torch.cat([magnitude * phase.cos(), magnitude * phase.sin()], dim=2)


def layers(setting: Setting) -> Iterator[Workload]:
    """The largest of the phoneme model, at 195 symbols: an utterance of some ten seconds."""
    x, weight, bias = (setting.normal(*shape) for shape in ((setting.batch, 195, 768), (2048, 768), (2048,)))
    weight /= weight.shape[1] ** 0.5
    run, reference = (partial(f, x, weight, bias) for f in (products.linear, products.linear_reference))
    out = x.shape[0] * x.shape[1] * weight.shape[0]
    moved, flops = size_bytes(x, weight) + out * x.element_size(), 2 * out * weight.shape[1]
    yield Workload("linear", (*x.shape, weight.shape[0]), run, reference, moved, flops)


def tokens(setting: Setting) -> Iterator[Workload]:
    """The language model's ops."""
    count = setting.batch * TOKENS_A_ROW
    logits = setting.normal(count, EXPERTS)
    yield Workload(
        "moe_route",
        (*logits.shape, 8),
        partial(routing.moe_route, logits, 8, "softmax_topk_renorm"),
        partial(routing.moe_route_reference, logits, 8, "softmax_topk_renorm"),
        size_bytes(logits) + count * 8 * 8,
    )
    x, residual, weight = setting.normal(count, HIDDEN), setting.normal(count, HIDDEN), setting.normal(HIDDEN)
    yield Workload(
        "add_rms_norm",
        (*x.shape,),
        partial(rms.add_rms_norm, x, residual, weight),
        partial(rms.add_rms_norm_reference, x, residual, weight),
        4 * size_bytes(x),
    )
    query, key = setting.normal(count, HEADS, HEAD_SIZE), setting.normal(count, HEADS // 4, HEAD_SIZE)
    angle = torch.rand(count, HEAD_SIZE // 2, device=setting.device) * 100
    yield Workload(
        "rotary",
        (*query.shape,),
        partial(rotation.rotary, query, key, angle.cos(), angle.sin()),
        partial(rotation.rotary_reference, query, key, angle.cos(), angle.sin()),
        2 * size_bytes(query, key, angle),
    )
    norm = setting.normal(HEAD_SIZE)
    options: dict[str, Any] = {"query_norm": norm, "key_norm": norm}
    run, reference = (
        partial(f, query, key, angle.cos(), angle.sin(), **options)
        for f in (rotation.rotary, rotation.rotary_reference)
    )
    yield Workload("rotary_normed", (*query.shape,), run, reference, 2 * size_bytes(query, key, angle))


def narrow_layers(setting: Setting) -> Iterator[Workload]:
    """The queries, keys and values of Qwen3-30B-A3B for one token a text, in 8 and 4 bits; on a CPU what proves it."""
    outputs, inputs = (5120, HIDDEN) if setting.device.type == "cuda" else (96, 256)
    x, plain = setting.normal(setting.batch, inputs), setting.normal(outputs, inputs) / inputs**0.5
    flops = 2 * len(x) * plain.numel()
    widths: tuple[Literal[8, 4], ...] = (8, 4)
    for bits in widths:
        weight = quantize(plain, bits, 64)
        run, reference = (partial(f, x, weight) for f in (narrow.quantized_linear, narrow.quantized_linear_reference))
        moved = weight.size_bytes + size_bytes(x) + len(x) * outputs * x.element_size()
        yield Workload("quantized_linear", (*x.shape, outputs, bits), run, reference, moved, flops)


def halved_layers(setting: Setting) -> Iterator[Workload]:
    """The gates and ups of the embedded model, which runs on a CPU, for one token a text; the library's in float32."""
    if setting.device.type != "cpu" or setting.dtype != torch.float32 or not halves.has_half_product():
        return
    x, plain = setting.normal(setting.batch, 576), setting.normal(3072, 576) / 24
    weight = halves.halve(plain)
    run, reference = (partial(f, x, weight) for f in (halves.half_linear, halves.half_linear_reference))
    moved = weight.size_bytes + size_bytes(x) + len(x) * len(plain) * x.element_size()
    shape = (*x.shape, len(plain))
    yield Workload("half_linear", shape, run, reference, moved, 2 * len(x) * plain.numel(), partial(F.linear, x, plain))


def decoding(setting: Setting) -> Iterator[Workload]:
    """A step of `batch` texts, each with CONTEXT tokens, in the heads of Qwen3-30B-A3B."""
    heads, kv_heads = 32, 4
    query = setting.normal(setting.batch, heads, HEAD_SIZE)
    keys, values = (setting.normal(setting.batch, kv_heads, CONTEXT, HEAD_SIZE) for _ in range(2))
    row = torch.arange(setting.batch, device=setting.device)
    given = (query, keys, values, row, torch.full_like(row, CONTEXT - 1), HEAD_SIZE**-0.5)
    grouped = query.unflatten(1, (kv_heads, -1))
    yield Workload(
        "decode_attention",
        (*query.shape, kv_heads, CONTEXT),
        partial(attention.decode_attention, *given),
        partial(attention.decode_attention_reference, *given),
        size_bytes(keys, values) + 2 * size_bytes(query),
        4 * query.numel() * CONTEXT,
        partial(F.scaled_dot_product_attention, grouped, keys, values),
    )


GROUPS: dict[str, Callable[[Setting], Iterator[Workload]]] = {
    "channel_moments": moments,
    "adain_snake": norms,
    "conv1d": convolutions,
    "fast_conv1d": fast_convolutions,
    "upsample1d": upsamplings,
    "sine_source": excitations,
    "stft": transforms,
    "linear": layers,
    "moe_route": tokens,
    "decode_attention": decoding,
    "quantized_linear": narrow_layers,
    "half_linear": halved_layers,
    "moe_decode": experts,
}
