from __future__ import annotations

import pytest
import torch

from kernels import overlap_add as op
from kernels.errors import ShapeError

SIZES = [
    (1, 2, 20, 5),  # one hop: every sample lies at an end
    (2, 3, 20, 5),  # fewer frames than overlap
    (3, 131, 20, 5),  # blocks, and an odd tail
    (1, 66, 16, 4),  # powers of two
    (2, 20, 12, 2),  # six overlapping frames
]
CLOSE = {"atol": 2e-5, "rtol": 1e-4}


def spectra(batch: int, frames: int, n_fft: int, device: str) -> torch.Tensor:
    """Magnitudes over five orders, phases before the sine up to 90, as the vocoder's last convolution gives them."""
    torch.manual_seed(frames)
    bins = n_fft // 2 + 1
    magnitude, phase = 2 * torch.randn(batch, frames, bins) - 4, 30 * torch.randn(batch, frames, bins)
    return torch.cat([magnitude, phase], dim=2).to(device)


@pytest.mark.parametrize(("batch", "frames", "n_fft", "hop"), SIZES)
def test_matches_reference(device, batch, frames, n_fft, hop):
    x = spectra(batch, frames, n_fft, device)
    found = op.overlap_add(x, n_fft, hop)
    assert found.shape == (batch, hop * (frames - 1))
    torch.testing.assert_close(found, op.overlap_add_reference(x, n_fft, hop), **CLOSE)


@pytest.mark.parametrize("lengths", [[70, 1, 2], [69, 3, 40]])  # full, one frame and so no sample; one hop; nobody full
def test_a_row_in_a_batch_is_the_row_alone(device, lengths):
    x = spectra(3, 70, 20, device)
    for row, length in zip(x, lengths, strict=True):
        row[length:] = float("nan")
    ends = torch.tensor(lengths, device=device)
    found = op.overlap_add(x, 20, 5, ends)
    torch.testing.assert_close(found, op.overlap_add_reference(x, 20, 5, ends), **CLOSE)
    for b, length in enumerate(lengths):
        own = 5 * (length - 1)
        assert torch.equal(found[b, :own], op.overlap_add(x[b : b + 1, :length].contiguous(), 20, 5)[0])
        assert found[b, own:].eq(0).all()


@pytest.mark.parametrize(
    ("x", "n_fft", "hop"),
    [
        (torch.zeros(1, 4, 22), 18, 6),
        (torch.zeros(1, 4, 22), 20, 3),  # frames that do not tile
        (torch.zeros(1, 4, 23), 21, 3),  # an odd number of points has no middle
        (torch.zeros(1, 4, 22).half(), 20, 5),  # phases of 88 need float32
        (torch.zeros(1, 22, 4).transpose(1, 2), 20, 5),
    ],
)
def test_what_does_not_fit_is_refused(x, n_fft, hop):
    with pytest.raises(ShapeError):
        op.overlap_add(x, n_fft, hop)
