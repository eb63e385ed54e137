"""A voice's excitation: harmonics of its pitch where it is voiced, noise where it is not, merged to one wave:
tanh(voiced * 0.1 * sum_h w_h sin(2 pi phase_h) + (0.003 if voiced else 0.1 / 3) * |w| * noise + bias).

Phase is summed once a pitch frame, phase_h[p] = sum of (h * pitch / rate mod 1) * samples, and runs straight from one
frame's middle to the next one's; before the first middle and after the last it stands still. The harmonics' noises are
independent, so one noise of standard deviation |w| stands for their merged sum.
Sources: Wang et al., arXiv:1904.12088; the phase as StyleTTS 2's iSTFTNet decoder takes it, arXiv:2306.07691.
B batch, P pitch frames, S samples, H harmonics.

The phase of harmonic h is h times the first one's, so that one sine and one cosine give them all (Clenshaw's recurrence
for sum_h w_h sin(h x), Math. Comp. 9, 1955). Where pitch is below 0, which only a frame without voice has, the modulus
adds a turn a sample: half a turn at the middle of each, which turns the wave over.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from kernels.backend import jit, runs_triton, tl, triton
from kernels.channel_moments import check_lengths, frames_inside, valid_rows
from kernels.errors import ShapeError

SINE_AMPLITUDE = 0.1
UNVOICED_NOISE = SINE_AMPLITUDE / 3
VOICED_NOISE = 0.003
VOICED_ABOVE_HZ = 10.0


def sine_source_reference(
    pitch: Tensor, noise: Tensor, weight: Tensor, bias: Tensor, sample_rate: int, samples: int,
    lengths: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The definition: every harmonic by itself, in float64."""
    if lengths is not None:
        pitch = pitch.masked_fill(~frames_inside(lengths, pitch.shape[1]), 0)
    harmonics = torch.arange(1, len(weight) + 1, device=pitch.device, dtype=torch.float64)
    turns = (pitch.double()[..., None] * harmonics / sample_rate) % 1 * samples  # (B, P, H), in a frame
    held = torch.zeros_like(turns[:, :1])
    phase, step = turns.cumsum(dim=1), torch.cat([held, turns[:, 1:], held], dim=1)
    ramp = (torch.arange(samples, device=pitch.device, dtype=torch.float64) + 0.5) / samples
    between = torch.cat([phase[:, :1], phase], dim=1)[:, :, None] + step[:, :, None] * ramp[:, None]
    sines = (2 * math.pi * between.flatten(1, 2)[:, samples // 2 : -samples // 2]).sin() @ weight.double()
    voiced = (pitch > VOICED_ABOVE_HZ).repeat_interleave(samples, dim=1)
    level = torch.where(voiced, VOICED_NOISE, UNVOICED_NOISE) * weight.norm()
    wave = torch.tanh(voiced * SINE_AMPLITUDE * sines + level * noise + bias).float()
    return wave if lengths is None else wave.masked_fill(~frames_inside(lengths * samples, wave.shape[1]), 0)


def sine_source(
    pitch: Tensor, noise: Tensor, weight: Tensor, bias: Tensor, sample_rate: int, samples: int,
    lengths: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Excite: `samples` of a wave for every pitch frame.

    pitch: (B, P) Hz, fp32; noise: (B, P * samples) standard normal, fp32; weight: (H,) of the harmonics; bias: (1,);
    samples: of a pitch frame, even; lengths: (B,) int32 or int64, the valid pitch frames of each row, 1 to P, or None
    for all. Returns (B, P * samples) fp32; past a row's end it is 0, and what pitch and noise hold there is not used.
    Raises ShapeError if the tensors do not fit together.
    """
    if pitch.dim() != 2 or samples % 2 or noise.shape != (len(pitch), pitch.shape[1] * samples) or not noise.numel():
        raise ShapeError(f"noise {tuple(noise.shape)} for pitch {tuple(pitch.shape)} of {samples} samples a frame")
    if weight.dim() != 1 or bias.numel() != 1:
        raise ShapeError(f"weight {tuple(weight.shape)}, bias {tuple(bias.shape)}: there is one wave")
    if lengths is not None:
        check_lengths(lengths, pitch)
    start, step = _phases(pitch, sample_rate, samples, lengths)
    if runs_triton(pitch):
        return _sine_source_triton(pitch, noise, weight, bias, (start, step), samples, lengths)
    if pitch.device.type != "cpu":
        return sine_source_reference(pitch, noise, weight, bias, sample_rate, samples, lengths)
    out = torch.zeros_like(noise)
    for row, valid in enumerate(valid_rows(pitch[..., None], lengths)):
        frames = len(valid)
        wave = _row(valid[:, 0], start[row, : frames + 1], step[row, : frames + 1], weight, samples)
        own = slice(frames * samples)
        out[row, own] = torch.tanh_(wave.add_(noise[row, own] * _levels(valid[:, 0], weight, samples)).add_(bias))
    return out


def _phases(pitch: Tensor, sample_rate: int, samples: int, lengths: Tensor | None) -> tuple[Tensor, Tensor]:
    """(B, P) Hz -> the first harmonic's turns at each middle, and from there to the next: (B, P + 1) float32 each.

    Summed in float64 and kept within one turn: in float32 the ninth harmonic is a fifth of a turn off after a minute.
    """
    turns = pitch.double() * (samples / sample_rate)
    if lengths is not None:
        turns = turns.masked_fill(~frames_inside(lengths, pitch.shape[1]), 0)
    held = torch.zeros_like(turns[:, :1])
    phase = turns.cumsum(dim=1)
    start = torch.cat([phase[:, :1], phase], dim=1) % 1
    return start.float(), torch.cat([held, turns[:, 1:], held], dim=1).float()


def _row(pitch: Tensor, start: Tensor, step: Tensor, weight: Tensor, samples: int) -> Tensor:
    """(P,) Hz and (P + 1,) phases -> (P * samples,), the harmonics where they are voiced."""
    ramp = (torch.arange(samples, dtype=torch.float32) + 0.5) / samples
    angle = torch.addcmul(start[:, None], step[:, None], ramp).flatten()[samples // 2 : -samples // 2]
    angle = (angle - angle.round()).mul_(2 * math.pi)
    twice_cosine, above, last = angle.cos().mul_(2), torch.zeros_like(angle), torch.zeros_like(angle)
    for amplitude in reversed(weight.unbind()):
        above, last = torch.addcmul(amplitude - last, twice_cosine, above), above
    turned = torch.where(step < 0, -SINE_AMPLITUDE, SINE_AMPLITUDE).repeat_interleave(samples)
    voiced = (pitch > VOICED_ABOVE_HZ).repeat_interleave(samples)
    return above.mul_(angle.sin_()).mul_(turned[samples // 2 : -samples // 2]).mul_(voiced)


def _levels(pitch: Tensor, weight: Tensor, samples: int) -> Tensor:
    levels = torch.where(pitch > VOICED_ABOVE_HZ, VOICED_NOISE, UNVOICED_NOISE) * weight.norm()
    return levels.repeat_interleave(samples)


@jit
def sine_source_kernel(  # type: ignore[no-untyped-def]
    pitch_ptr,  # (B, P) float32
    noise_ptr,  # (B, S) float32
    weight_ptr,  # (H,) float
    bias_ptr,  # (1,) float
    start_ptr,  # (B, P + 1) float32, turns
    step_ptr,  # (B, P + 1) float32, turns
    out_ptr,  # (B, S) float32
    lengths_ptr,  # (B,) int, pitch frames, or None
    frames,
    SAMPLES: tl.constexpr,
    H: tl.constexpr,
    AMPLITUDE: tl.constexpr,
    VOICED: tl.constexpr,
    UNVOICED: tl.constexpr,
    ABOVE: tl.constexpr,
    BLOCK_S: tl.constexpr,
):
    """Grid: (blocks of samples, B)."""
    s = tl.program_id(0) * BLOCK_S + tl.arange(0, BLOCK_S)
    batch = tl.program_id(1).to(tl.int64)
    length = frames
    if lengths_ptr is not None:
        length = tl.load(lengths_ptr + batch).to(tl.int32)
    inside = s < length * SAMPLES
    after = s + SAMPLES // 2
    middle = batch * (frames + 1) + after // SAMPLES
    start = tl.load(start_ptr + middle, inside, other=0.0)
    step = tl.load(step_ptr + middle, inside, other=0.0)
    turns = start + step * ((after % SAMPLES).to(tl.float32) + 0.5) / SAMPLES
    angle = (turns - tl.floor(turns + 0.5)) * 6.283185307179586
    twice_cosine = 2 * tl.cos(angle)
    above = tl.zeros((BLOCK_S,), tl.float32)
    last = tl.zeros((BLOCK_S,), tl.float32)
    square = 0.0
    for h in range(H):
        amplitude = tl.load(weight_ptr + (H - 1 - h)).to(tl.float32)
        square += amplitude * amplitude
        nearer = amplitude - last + twice_cosine * above
        last = above
        above = nearer
    voiced = tl.load(pitch_ptr + batch * frames + s // SAMPLES, inside, other=0.0) > ABOVE
    sines = above * tl.sin(angle) * tl.where(step < 0, -AMPLITUDE, AMPLITUDE)
    place = batch * frames * SAMPLES + s
    noise = tl.load(noise_ptr + place, inside, other=0.0) * tl.where(voiced, VOICED, UNVOICED) * tl.sqrt(square)
    wave = tl.where(voiced, sines, 0.0) + noise + tl.load(bias_ptr).to(tl.float32)
    less = tl.exp(-2 * tl.abs(wave))
    tanh = tl.where(wave < 0, less - 1, 1 - less) / (1 + less)
    tl.store(out_ptr + place, tl.where(inside, tanh, 0.0), s < frames * SAMPLES)


def _sine_source_triton(
    pitch: Tensor, noise: Tensor, weight: Tensor, bias: Tensor, phases: tuple[Tensor, Tensor], samples: int,
    lengths: Tensor | None,
) -> Tensor:  # fmt: skip
    out = torch.empty_like(noise, memory_format=torch.contiguous_format)
    tensors = (pitch.contiguous(), noise.contiguous(), weight.contiguous(), bias, *phases, out, lengths)
    sine_source_kernel[triton.cdiv(out.shape[1], 512), len(out)](
        *tensors, pitch.shape[1], SAMPLES=samples, H=len(weight), AMPLITUDE=SINE_AMPLITUDE, VOICED=VOICED_NOISE,
        UNVOICED=UNVOICED_NOISE, ABOVE=VOICED_ABOVE_HZ, BLOCK_S=512,
    )  # fmt: skip
    return out
