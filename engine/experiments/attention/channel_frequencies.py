"""Channels as frequencies: what an orthogonal basis allows and learned filters do not."""

from typing import Literal

import torch
from torch import Tensor

from engine.attention.channel_frequencies import dct_matrix, dft_matrix
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

Basis = Literal["fourier", "cosine", "random"]
_LENGTH = 8


@function("fourier.basis_is_orthogonal", Kind.MEASURED, example={"basis": "cosine"}, shows=(dft_matrix, dct_matrix))
def basis_is_orthogonal(basis: Basis = "fourier") -> Run:
    """Say whether the products of a basis's rows with one another (its Gram matrix) are the identity.

    ``random`` stands for filters that training starts from: 8 vectors of length 1.
    """
    return settle(
        "Gram matrix less the identity",
        Holds.IF_EQUAL,
        _gram_error,
        {"basis": basis},
        [{"basis": "random"}, {"basis": "cosine"}, {"basis": "fourier"}],
    )


def _gram_error(generator: torch.Generator, basis: Basis) -> Tensor:
    rows = _rows(generator, basis)
    return (rows @ rows.mH - torch.eye(_LENGTH).to(rows)).abs()


@function("fourier.one_gain_changes_one_component", Kind.MEASURED, example={"basis": "cosine"}, shows=(dct_matrix,))
def one_gain_changes_one_component(basis: Basis = "fourier") -> Run:
    """Say whether weighting one component of a signal leaves what the other basis vectors find in it as it was.

    The signal is taken apart by products with the basis, one product is doubled, and the pieces are added up again.
    """
    return settle(
        "What the other basis vectors find, after less before",
        Holds.IF_EQUAL,
        _change_of_others,
        {"basis": basis},
        [{"basis": "random"}, {"basis": "cosine"}, {"basis": "fourier"}],
    )


def _change_of_others(generator: torch.Generator, basis: Basis) -> Tensor:
    rows = _rows(generator, basis)
    signal = randn(generator, _LENGTH).to(rows)
    added = rows[0].conj() * (rows[0] @ signal)  # the first component once more
    return (rows[1:] @ (signal + added) - rows[1:] @ signal).abs()


def _rows(generator: torch.Generator, basis: Basis) -> Tensor:
    if basis == "random":
        drawn = randn(generator, _LENGTH, _LENGTH)
        return drawn / drawn.square().sum(1, keepdim=True).sqrt()
    return (dft_matrix if basis == "fourier" else dct_matrix)(_LENGTH).to(current())
