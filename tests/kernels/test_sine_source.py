from __future__ import annotations

import math

import pytest
import torch

from kernels import sine_source as op
from kernels.errors import ShapeError

RATE, SAMPLES = 24_000, 300
CLOSE = {"atol": 2e-5, "rtol": 0}  # of a wave within 0.5; float32 phases of nine turns and more


def voice(batch: int, frames: int, device: str, harmonics: int = 9):
    """Pitch with silences in it, also some below 0 as the network says them; noise, weights, bias."""
    torch.manual_seed(frames)
    pitch = 80 + 400 * torch.rand(batch, frames)
    pitch[torch.rand(batch, frames) < 0.3] = 0.0
    pitch[torch.rand(batch, frames) < 0.2] = -3.0
    pitch[torch.rand(batch, frames) < 0.1] = 9.0
    weight = torch.randn(harmonics) / 2
    tensors = pitch, torch.randn(batch, frames * SAMPLES), weight, torch.tensor([0.03])
    return [tensor.to(device) for tensor in tensors]


@pytest.mark.parametrize(("batch", "frames", "harmonics"), [(1, 1, 9), (2, 7, 9), (3, 20, 1), (1, 11, 4)])
def test_matches_reference(device, batch, frames, harmonics):
    """One frame: no ramp at all; an odd tail; one harmonic; another number of them."""
    tensors = voice(batch, frames, device, harmonics)
    found = op.sine_source(*tensors, RATE, SAMPLES)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, op.sine_source_reference(*tensors, RATE, SAMPLES), **CLOSE)


@pytest.mark.parametrize(("rate", "samples"), [(24_000, 300), (16_000, 6)])
def test_rate_and_samples_are_used(device, rate, samples):
    pitch, _, weight, bias = voice(1, 6, device)
    noise = torch.randn(1, 6 * samples, device=device)
    found = op.sine_source(pitch, noise, weight, bias, rate, samples)
    torch.testing.assert_close(found, op.sine_source_reference(pitch, noise, weight, bias, rate, samples), **CLOSE)


def test_a_minute_keeps_its_phase():
    """Against the definition in float64. A sum in float32 is a fifth of a turn off here."""
    pitch, noise, weight, bias = voice(1, 80 * 60, "cpu")
    pitch = pitch.abs() + 100
    found = op.sine_source(pitch, noise, weight, bias, RATE, SAMPLES)
    torch.testing.assert_close(found, op.sine_source_reference(pitch, noise, weight, bias, RATE, SAMPLES), **CLOSE)


def test_a_steady_pitch_is_a_sine_of_that_pitch(device):
    pitch, silence = torch.full((1, 40), 200.0, device=device), torch.zeros(1, 40 * SAMPLES, device=device)
    one, zero = torch.ones(1, device=device), torch.zeros(1, device=device)
    found = op.sine_source(pitch, silence, one, zero, RATE, SAMPLES)[0, 600:-600].cpu()
    crossings = ((found[:-1] < 0) & (found[1:] >= 0)).sum()
    assert crossings == 200 * len(found) // RATE
    assert math.isclose(found.max(), math.tanh(0.1), rel_tol=1e-3)


def test_what_is_not_voiced_is_noise_of_the_weights_norm(device):
    pitch, noise = torch.full((1, 8), 10.0, device=device), torch.ones(1, 8 * SAMPLES, device=device)
    weight, zero = torch.tensor([3.0, 4.0], device=device), torch.zeros(1, device=device)
    found = op.sine_source(pitch, noise, weight, zero, RATE, SAMPLES)
    torch.testing.assert_close(found, torch.full_like(found, math.tanh(5 * 0.1 / 3)))


@pytest.mark.parametrize("lengths", [[12, 1, 7], [3, 11, 2]])  # full, and one frame; nobody fills the batch
def test_a_row_in_a_batch_is_the_row_alone(device, lengths):
    pitch, noise, weight, bias = voice(3, 12, device)
    for b, length in enumerate(lengths):
        pitch[b, length:] = noise[b, length * SAMPLES :] = float("nan")
    ends = torch.tensor(lengths, device=device)
    found = op.sine_source(pitch, noise, weight, bias, RATE, SAMPLES, ends)
    reference = op.sine_source_reference(pitch, noise, weight, bias, RATE, SAMPLES, ends)
    torch.testing.assert_close(found, reference, **CLOSE)
    for b, length in enumerate(lengths):
        own = length * SAMPLES
        alone = op.sine_source(pitch[b : b + 1, :length], noise[b : b + 1, :own], weight, bias, RATE, SAMPLES)
        assert torch.equal(found[b, :own], alone[0])
        assert found[b, own:].eq(0).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"noise": torch.zeros(1, 599)},
        {"samples": 299, "noise": torch.zeros(1, 598)},  # an odd number has no sample on either side of its middle
        {"weight": torch.zeros(1, 9)},
        {"bias": torch.zeros(2)},
        {"lengths": torch.ones(2, dtype=torch.int64)},
        {"pitch": torch.zeros(1, 0), "noise": torch.zeros(1, 0)},
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    fits = {"pitch": torch.zeros(1, 2), "noise": torch.zeros(1, 600), "weight": torch.zeros(9), "bias": torch.zeros(1)}
    fits |= {"sample_rate": RATE, "samples": SAMPLES}
    assert op.sine_source(**fits).shape == (1, 600)
    with pytest.raises(ShapeError):
        op.sine_source(**fits | wrong)
