"""Weighting a signal's frequencies: the picture behind "each channel is like a component of a Fourier transform".

The picture limps. Fourier components are orthogonal, so a signal is taken apart and put together without loss, and one
weight changes one component alone. Learned channels need be neither.
"""

import math

import torch
from torch import Tensor


def dft_matrix(length: int) -> Tensor:
    """Return F with F[k, n] = exp(-2πi·k·n/N)/√N, whose rows are orthonormal; complex128.

    >>> (dft_matrix(4) @ dft_matrix(4).mH).real.round().int().diagonal().tolist()
    [1, 1, 1, 1]
    """
    steps = torch.arange(length, dtype=torch.float64)
    angles = -2 * math.pi * torch.outer(steps, steps) / length
    return torch.polar(torch.ones_like(angles), angles) / math.sqrt(length)


def dct_matrix(length: int) -> Tensor:
    """Return the orthonormal cosine basis (DCT-II): row k is cos(π·k·(2n + 1)/2N), scaled to length 1; float64."""
    steps = torch.arange(length, dtype=torch.float64)
    rows = (math.pi / length * torch.outer(steps, steps + 0.5)).cos()
    return rows / rows.square().sum(1, keepdim=True).sqrt()


def reweight(signal: Tensor, gains: Tensor) -> Tensor:
    """Return the signal with its k-th frequency times ``gains[k]``: take apart, weight, put together. Real, ``(N,)``.

    ``gains`` has ⌊N/2⌋ + 1 entries, for 0, 1, … waves in the length of the signal; a wave and its mirror share one.

    >>> zigzag = torch.tensor([1.0, 3.0, 1.0, 3.0], dtype=torch.float64)
    >>> reweight(zigzag, torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64)).round(decimals=9).tolist()
    [2.0, 2.0, 2.0, 2.0]
    """
    length = len(signal)
    basis = dft_matrix(length).to(signal.device)
    waves = torch.arange(length, device=signal.device)
    weighted = gains[waves.minimum(length - waves)] * (basis @ signal.to(basis))
    return (basis.mH @ weighted).real
