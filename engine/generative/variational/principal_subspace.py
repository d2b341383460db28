"""What a linear autoencoder learns: the subspace of the first principal components.

For centred data X ``(N, D)`` and a code of K numbers, the least ‖X - X·E·D‖² over all encoders E ``(D, K)`` and
decoders D ``(K, D)`` is the sum of the squared singular values of X beyond the K-th. The decoder then spans the
same subspace as the first K principal components; the components themselves are *not* found: E·A and A⁻¹·D do as well
for any invertible A.

Source: Baldi & Hornik 1989, "Neural Networks and Principal Component Analysis: Learning from Examples Without Local
Minima".
"""

import torch
from torch import Tensor


def train_linear_autoencoder(data: Tensor, start: Tensor, rounds: int) -> tuple[Tensor, Tensor]:
    """Return encoder ``(D, K)`` and decoder ``(K, D)`` after rounds of exact steps, from a decoder ``start``.

    In each round first the encoder is made the best one for the decoder, then the decoder the best one for the
    encoder: two least squares, so that the loss never rises. The error shrinks per round by (s_{K+1}/s_K)², the squared
    ratio of the singular values on both sides of the cut.
    """
    decoder = start
    for _ in range(rounds):
        encoder = torch.linalg.pinv(decoder)
        decoder = torch.linalg.lstsq(data @ encoder, data).solution
    return torch.linalg.pinv(decoder), decoder


def reconstruction_error(data: Tensor, encoder: Tensor, decoder: Tensor) -> Tensor:
    """Return ‖X - X·E·D‖², the sum of all squared errors."""
    return (data - data @ encoder @ decoder).square().sum()


def least_error(data: Tensor, code_features: int) -> Tensor:
    """Return the sum of the squared singular values beyond the first K = ``code_features``: no linear code does better.

    >>> least_error(torch.tensor([[3.0, 0.0], [0.0, 1.0]]), 1).item()
    1.0
    """
    left_out: Tensor = torch.linalg.svdvals(data)[code_features:]
    return left_out.square().sum()


def principal_projector(data: Tensor, code_features: int) -> Tensor:
    """Return the projector ``(D, D)`` on the span of the first K principal components."""
    _, _, directions = torch.linalg.svd(data, full_matrices=False)
    first: Tensor = directions[:code_features]
    return first.mT @ first


def row_projector(decoder: Tensor) -> Tensor:
    """Return the projector on what the decoder can build: the span of its rows."""
    projector: Tensor = torch.linalg.pinv(decoder) @ decoder
    return projector
