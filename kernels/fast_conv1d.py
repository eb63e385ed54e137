"""A convolution over frames by fewer products: `conv1d`'s result, with each tile of frames carried to points where a
convolution is one product a pair of channels, and back.

A tile of `size` frames gives `step` = size - k + 1 output frames: y = backward @ ((forward @ x) * (kernel @ w)), where
the three matrices say the points. Over channels the middle is a matrix product a point, and p points do what step * k
direct products do. Two kinds of points are used:
- for 7 and 11 taps the roots of unity: a discrete Fourier transform of 32 frames, 47 points for 26 or 22 output frames,
  a complex product as three real ones (Gauss). Its even and its odd frequencies need only the sums and the differences
  of a tile's halves, so neither transform is multiplied out in full;
- for 3 taps 0, 1, -1, 2, -2, 1/2, -1/2 and infinity (Toom and Cook's algorithm): 8 points for 6 output frames.
Measured on one core of an EPYC of the Zen 4 kind, ten seconds of speech, beside the library's direct convolution at 128
and 256 channels (`OMP_NUM_THREADS=1 python -m kernels.bench fast_conv1d`): 2.2 and 2.3 times as fast at 11 taps, 1.7 at
7, 1.2 and 1.1 at 3; at most 2.5e-6 apart, of numbers about 1.

Sources: Mathieu et al., arXiv:1312.5851 (by Fourier transforms); Lavin & Gray, arXiv:1509.09308 (by few points);
Zlateski et al., arXiv:1809.07851 (why Fourier points with Gauss's products suit a CPU).
B batch, L frames, I input channels, C output channels, k taps, P points, T tiles. Everything is (B, L, C).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from kernels.channel_moments import check_frames, valid_rows
from kernels.conv1d import Residuals, conv1d_reference
from kernels.errors import ShapeError

FOURIER_SIZE = 32
FEW_POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)  # and infinity
Together = Callable[[Sequence[Callable[[], None]]], Any]

FEWEST_BLOCKS = 2  # of a half that is worth another core
BLOCK_POINTS = 3072  # of all tiles of a block: they lie in the caches, and the products are full


@dataclass(frozen=True, slots=True)
class Transform:
    """The matrices of one number of taps, float64.

    forward: (P, folds); kernel: (P, k); backward: (folds, P). With `split` points of even frequency before the others,
    a tile is folded in halves, sums before differences, and what comes back is unfolded; `split` = P folds nothing.
    """

    forward: Tensor
    kernel: Tensor
    backward: Tensor
    split: int
    size: int

    @property
    def step(self) -> int:
        """Output frames of a tile."""
        return self.size - self.kernel.shape[1] + 1


@cache
def transform(taps: int) -> Transform:
    """The faster of the two kinds of points for so many taps."""
    return _few_points(taps) if taps == 3 else _fourier(taps, FOURIER_SIZE)


def _fourier(taps: int, size: int) -> Transform:
    """Frequency f of x is a + ib, of the kernel c + id, read forwards; (a + ib)(c + id) is from Gauss's three products
    (a + b) c, a (d - c) and b (c + d). Frequencies 0 and size / 2 are real."""
    half = size // 2
    inner = torch.arange(1, half, dtype=torch.float64)
    turns = 2 * math.pi / size
    order = torch.cat([torch.tensor([0, half]), *[torch.arange(1, half)] * 3])
    evens, odds = (order % 2 == 0).nonzero().flatten(), (order % 2 == 1).nonzero().flatten()

    def waves(frames: int) -> tuple[Tensor, Tensor, Tensor]:
        frame = torch.arange(frames, dtype=torch.float64)
        angle = turns * inner[:, None] * frame
        return torch.stack([torch.ones_like(frame), torch.cos(math.pi * frame)]), angle.cos(), angle.sin()

    real, cosines, sines = waves(half)
    forward = torch.cat([real, cosines - sines, cosines, -sines])
    back = torch.cat([real, 2 * (cosines - sines), -2 * sines, -2 * cosines]).T / size
    real, cosines, sines = waves(taps)
    kernel = torch.cat([real, cosines, sines - cosines, cosines + sines])
    both = torch.cat([evens, odds])
    return Transform(forward[both], kernel[both], back[:, both].contiguous(), len(evens), size)


def _few_points(taps: int) -> Transform:
    """Toom and Cook's products of polynomials, transposed: what they interpolate, a correlation evaluates.

    Each point's row of `forward` is scaled to a sum of 1, so that no point's numbers dwarf another's.
    """
    size = len(FEW_POINTS) + 1
    step = size - taps + 1

    def powers(terms: int) -> Tensor:
        at_infinity = [0.0] * (terms - 1) + [1.0]
        rows = [[point**power for power in range(terms)] for point in FEW_POINTS]
        return torch.tensor([*rows, at_infinity], dtype=torch.float64)

    forward = torch.linalg.inv(powers(size)).T
    sums = forward.abs().sum(1, keepdim=True)
    return Transform(forward / sums, powers(taps) * sums, powers(step).T.contiguous(), size, size)


@dataclass(frozen=True, slots=True)
class PackedConv1d:
    """A kernel at its points, (P, I, C) float32, and the transforms that go with it."""

    weight: Tensor
    taps: int
    even: tuple[Tensor, Tensor]
    odd: tuple[Tensor, Tensor] | None

    @property
    def transform(self) -> Transform:
        return transform(self.taps)


def pack_fast_conv1d(weight: Tensor) -> PackedConv1d:
    """(C, k, I) as `conv1d` reads it, k odd and at most 15 -> what `fast_conv1d` reads. Do it once, at loading.

    Raises ShapeError for other weights.
    """
    if weight.dim() != 3 or weight.shape[1] not in range(3, 16, 2) or weight.device.type != "cpu":
        raise ShapeError(
            f"a weight must be (C, odd k from 3 to 15, I) on a CPU, not {tuple(weight.shape)} on {weight.device}"
        )
    taps = weight.shape[1]
    of = transform(taps)
    at_points = torch.einsum("pk,cki->pic", of.kernel, weight.double()).float().contiguous()
    parts = []
    for start, end in ((0, of.split), (of.split, len(of.forward))):
        back = of.backward[:, start:end]
        if not start:  # the bias stands before the points, and comes into every frame
            back = torch.cat([torch.ones(len(back), 1, dtype=torch.float64), back], dim=1)
        parts.append((of.forward[start:end].float().contiguous(), back.float().contiguous()))
    return PackedConv1d(at_points, taps, parts[0], parts[1] if of.split < len(of.forward) else None)


def fast_conv1d_reference(
    x: Tensor, weight: Tensor, bias: Tensor | None, *, dilation: int = 1, residual: Residuals = None,
    scale: float = 1.0, lengths: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The definition, of a weight that is not packed: the direct convolution."""
    return conv1d_reference(x, weight, bias, dilation=dilation, residual=residual, scale=scale, lengths=lengths)


def fast_conv1d(
    x: Tensor, weight: PackedConv1d, bias: Tensor | None, *, dilation: int = 1, residual: Residuals = None,
    scale: float = 1.0, lengths: Tensor | None = None, together: Together | None = None,
) -> Tensor:  # fmt: skip
    """Convolve with stride 1 and as many frames out as in, add bias and residuals, and multiply by `scale`.

    x: (B, L, I) contiguous float32 on a CPU; weight: of `pack_fast_conv1d`; the rest, and what is returned, as
    `conv1d` has it, but without moments. A row's result is that of the row alone, bit for bit. `together`: what runs
    the two halves of a long row at once, where there is a core for each; the bits are the same.
    Raises ShapeError if the tensors do not fit together.
    """
    check_frames(x, lengths)
    points, inputs, outputs = weight.weight.shape
    if x.dtype != torch.float32 or x.device.type != "cpu" or x.shape[2] != inputs:
        raise ShapeError(f"frames must be (B, L, {inputs}) float32 on a CPU, not {tuple(x.shape)} {x.dtype}")
    if bias is not None and bias.shape != (outputs,):
        raise ShapeError(f"bias {tuple(bias.shape)} for {outputs} channels")
    summands = residual if isinstance(residual, tuple) else (residual,)
    for summand in summands:
        if summand is not None and summand.shape != (*x.shape[:2], outputs):
            raise ShapeError(f"a residual must be {(*x.shape[:2], outputs)}, not {tuple(summand.shape)}")
    out = x.new_empty(*x.shape[:2], outputs)
    for index, valid in enumerate(valid_rows(x, lengths)):
        row, behind = out[index, : len(valid)], out[index, len(valid) :]
        beside = [summand[index, : len(valid)] for summand in summands if summand is not None]
        job = _Job(valid, row, weight, bias, dilation, beside, scale)
        cut = job.blocks // 2
        if together and cut >= FEWEST_BLOCKS:
            together([partial(job.run, 0, cut), partial(job.run, cut, job.blocks)])
        else:
            job.run(0, job.blocks)
        behind.zero_()
    return out


@dataclass(frozen=True, slots=True)
class _Job:
    """One row's convolution, x (L, I) -> out (L, C), block after block of tiles.

    A dilated convolution is `dilation` plain ones of every dilation-th frame: a tile's frames lie so far apart, and
    tiles that start side by side make up a group.
    """

    x: Tensor
    out: Tensor
    weight: PackedConv1d
    bias: Tensor | None
    dilation: int
    summands: list[Tensor]
    scale: float

    @property
    def groups(self) -> int:
        """Of a block."""
        most = max(1, BLOCK_POINTS // len(self.weight.weight) // self.dilation)
        return min(most, -(-len(self.x) // (self.weight.transform.step * self.dilation)))

    @property
    def block_frames(self) -> int:
        return self.groups * self.weight.transform.step * self.dilation

    @property
    def blocks(self) -> int:
        return -(-len(self.x) // self.block_frames)

    def run(self, first: int, end: int) -> None:
        """The blocks from `first` on, before `end`."""
        desk = _Desk(self.weight, self.bias, self.groups, self.dilation)
        size, of = self.block_frames, self.weight.transform
        reach = self.dilation * (self.weight.taps // 2)
        for start in range(first * size, min(end * size, len(self.x)), size):
            window = self._window(start - reach, size + (of.size - of.step) * self.dilation)
            out = self.out[start : start + size]
            if len(out) == size:
                desk.convolve(window, out)
            else:
                whole = out.new_empty(size, out.shape[1])
                desk.convolve(window, whole)
                out.copy_(whole[: len(out)])
            for summand in self.summands:
                out += summand[start : start + size]
            if self.scale != 1:
                out *= self.scale

    def _window(self, start: int, length: int) -> Tensor:
        """(length, I) from `start` on, 0 outside of x; a view where all of it is inside."""
        before, behind = max(0, -start), max(0, start + length - len(self.x))
        window = self.x[max(0, start) : start + length]
        return F.pad(window, (0, 0, before, behind)) if before or behind else window


class _Desk:
    """Where a block is worked on, in memory that is taken once."""

    def __init__(self, weight: PackedConv1d, bias: Tensor | None, groups: int, dilation: int):
        points, inputs, outputs = weight.weight.shape
        of, tiles = weight.transform, groups * dilation
        self.weight, self.groups, self.dilation = weight, groups, dilation
        folds = of.forward.shape[1]
        self.folded = torch.empty(2 if weight.odd else 1, folds, tiles * inputs)
        self.at_points = torch.empty(points, tiles, inputs)
        self.products = torch.empty(1 + points, tiles, outputs)
        self.products[0] = 0 if bias is None else bias
        self.unfolded = torch.empty(len(self.folded), len(of.backward), tiles * outputs)

    def convolve(self, window: Tensor, out: Tensor) -> None:
        """A block's frames with those that it reaches, (F + (size - step) * dilation, I) -> (F, C)."""
        channels, outputs = window.shape[1], out.shape[1]
        of, dilation = self.weight.transform, self.dilation
        tiled = window.as_strided(
            (of.size, self.groups, dilation, channels),
            (dilation * channels, of.step * dilation * channels, channels, 1),
        )
        self._fold(tiled)
        even, odd, split = self.weight.even, self.weight.odd, of.split
        torch.mm(even[0], self.folded[0], out=self.at_points[:split].flatten(1))
        if odd:
            torch.mm(odd[0], self.folded[1], out=self.at_points[split:].flatten(1))
        torch.bmm(self.at_points, self.weight.weight, out=self.products[1:])
        torch.mm(even[1], self.products[: 1 + split].flatten(1), out=self.unfolded[0])
        if odd:
            torch.mm(odd[1], self.products[1 + split :].flatten(1), out=self.unfolded[1])
        self._unfold(out.view(self.groups, of.step, dilation, outputs).transpose(0, 1))

    def _fold(self, tiled: Tensor) -> None:
        folded = self.folded.view(len(self.folded), -1, *tiled.shape[1:])
        if len(folded) == 1:
            folded[0].copy_(tiled)
            return
        half = folded.shape[1]
        torch.add(tiled[:half], tiled[half:], out=folded[0])
        torch.sub(tiled[:half], tiled[half:], out=folded[1])

    def _unfold(self, target: Tensor) -> None:
        unfolded = self.unfolded.view(len(self.unfolded), -1, *target.shape[1:])
        if len(unfolded) == 1:
            target.copy_(unfolded[0])
            return
        first = min(unfolded.shape[1], len(target))
        rest = len(target) - first
        torch.add(unfolded[0, :first], unfolded[1, :first], out=target[:first])
        torch.sub(unfolded[0, :rest], unfolded[1, :rest], out=target[first:])
