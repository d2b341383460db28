"""Which factor of a joint distribution changed between training and use.

P(x, y) is P(x)·P(y given x), and also P(y)·P(x given y). Covariate shift changes P(x) and keeps P(y given x); label
shift changes P(y) and keeps P(x given y); concept shift keeps P(x) and changes P(y given x).
Source: Moreno-Torres, Raeder, Alaiz-Rodríguez, Chawla & Herrera 2012, "A Unifying View on Dataset Shift".
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Kept(NamedTuple):
    """Which factors stay as they were."""

    inputs: bool
    """P(x)"""
    labels: bool
    """P(y)"""
    labels_given_inputs: bool
    """P(y given x), wherever both give x a probability"""
    inputs_given_labels: bool
    """P(x given y), wherever both give y a probability"""

    @property
    def shifts(self) -> list[str]:
        """The names that fit; several may, and none does where nothing changed or everything did."""
        named = {
            "covariate shift": self.labels_given_inputs and not self.inputs,
            "label shift": self.inputs_given_labels and not self.labels,
            "concept shift": self.inputs and not self.labels_given_inputs,
        }
        return [name for name, fits in named.items() if fits]


def kept(source: Tensor, target: Tensor, tolerance: float = 1e-9) -> Kept:
    """Compare two joint tables ``(x, y)``, a row for each input and a column for each label; each sums to 1.

    >>> source = torch.tensor([[0.4, 0.1], [0.1, 0.4]]).double()
    >>> kept(source, torch.tensor([[0.16, 0.04], [0.16, 0.64]]).double()).shifts
    ['covariate shift']
    """
    return Kept(
        _same(source.sum(1), target.sum(1), tolerance),
        _same(source.sum(0), target.sum(0), tolerance),
        _same_given(source, target, tolerance),
        _same_given(source.T, target.T, tolerance),
    )


def _same(a: Tensor, b: Tensor, tolerance: float) -> bool:
    return torch.allclose(a, b, rtol=0, atol=tolerance)


def _same_given(a: Tensor, b: Tensor, tolerance: float) -> bool:
    """Whether the rows are alike, each divided by its sum, where both sums are over 0."""
    both = (a.sum(1) > 0) & (b.sum(1) > 0)
    a, b = a[both], b[both]
    return _same(a / a.sum(1, keepdim=True), b / b.sum(1, keepdim=True), tolerance)
