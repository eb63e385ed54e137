from __future__ import annotations

import math

import pytest
import torch

from kernels import stft as op
from kernels.errors import ShapeError

SIZES = [
    (1, 15, 20, 5),  # the least there is to mirror
    (2, 325, 20, 5),  # blocks, and an odd tail
    (1, 64, 16, 4),  # powers of two
    (3, 20, 12, 2),  # a hop of a sixth
]


def complex_of(polar: torch.Tensor) -> torch.Tensor:
    """Phases jump by a turn at pi and mean nothing where it is silent: the numbers themselves are compared."""
    magnitude, phase = polar.chunk(2, dim=2)
    return torch.polar(magnitude, phase)


@pytest.mark.parametrize(("batch", "samples", "n_fft", "hop"), SIZES)
def test_matches_reference(device, batch, samples, n_fft, hop):
    torch.manual_seed(samples)
    wave = torch.randn(batch, samples, device=device)
    found, expected = op.stft(wave, n_fft, hop), op.stft_reference(wave, n_fft, hop)
    assert found.shape == expected.shape == (batch, samples // hop + 1, n_fft + 2)
    torch.testing.assert_close(complex_of(found), complex_of(expected), atol=1e-5, rtol=1e-5)
    bins = n_fft // 2 + 1
    assert found[..., :bins].ge(0).all() and found[..., bins:].abs().le(math.pi + 1e-6).all()


def test_phases_of_the_first_and_last_bin_are_never_minus_pi(device):
    """They are fed to a network as they are; torch gives 0 or +pi on a CPU."""
    torch.manual_seed(1)
    wave = torch.randn(1, 500, device=device)
    found, expected = op.stft(wave, 20, 5)[0, :, 11:], op.stft_reference(wave.cpu(), 20, 5)[0, :, 11:]
    for phases in (found[:, 0], found[:, -1]):
        assert ((phases == 0) | ((phases - math.pi).abs() < 1e-6)).all()
        assert (phases > 1).any() and (phases < 1).any()
    torch.testing.assert_close(found[:, 0].cpu(), expected[:, 0], atol=1e-6, rtol=0)


def test_silence_is_zero_and_a_whisper_is_not(device):
    assert op.stft(torch.zeros(1, 40, device=device), 20, 5).eq(0).all()
    whisper = torch.full((1, 40), 1e-25, device=device)  # its square is below what float32 holds
    assert op.stft(whisper, 20, 5)[0, :, 0].gt(1e-25).all()


@pytest.mark.parametrize("lengths", [[81, 4, 20], [80, 5, 66]])  # full, and the least there is to mirror; nobody full
def test_a_row_in_a_batch_is_the_row_alone(device, lengths):
    torch.manual_seed(2)
    wave = torch.randn(3, 400, device=device)
    for row, length in zip(wave, lengths, strict=True):
        row[5 * (length - 1) :] = float("nan")
    ends = torch.tensor(lengths, device=device)
    found, reference = op.stft(wave, 20, 5, ends), op.stft_reference(wave, 20, 5, ends)
    torch.testing.assert_close(complex_of(found), complex_of(reference), atol=1e-5, rtol=1e-5)
    for b, length in enumerate(lengths):
        alone = op.stft(wave[b : b + 1, : 5 * (length - 1)].contiguous(), 20, 5)
        assert torch.equal(found[b, :length], alone[0])
        assert found[b, length:].eq(0).all()


@pytest.mark.parametrize(
    ("wave", "n_fft"),
    [
        (torch.zeros(1, 41), 20),
        (torch.zeros(1, 10), 20),  # too short to mirror half a window
        (torch.zeros(1, 40), 21),
        (torch.zeros(40), 20),
        (torch.zeros(1, 40).half(), 20),
    ],
)
def test_what_does_not_fit_is_refused(wave, n_fft):
    with pytest.raises(ShapeError):
        op.stft(wave, n_fft, 5)
