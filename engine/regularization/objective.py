"""Least squares with a penalty: the objective under each of its conventions, and the one λ that they share.

Papers and libraries agree on neither factor, so the same λ means different things:

==============  ==========================  ===========  ===================================
``loss``        value                       ``penalty``  value
==============  ==========================  ===========  ===================================
``half_sum``    ½·Σ (x·w - y)²              ``half_l2``  ½·Σ w²
``sum``         Σ (x·w - y)²                ``l2``       Σ w²
``mean``        Σ (x·w - y)²/n              ``l1``       Σ abs(w)
``half_mean``   ½·Σ (x·w - y)²/n
==============  ==========================  ===========  ===================================

Goodfellow, Bengio & Courville 2016, chapter 7, halve the L2 penalty; scikit-learn's Ridge is ``sum`` with ``l2``, and
its Lasso ``half_mean`` with ``l1``.
"""

from typing import Final, Literal

from torch import Tensor

from engine.losses.structural_risk import Penalty, penalty

Loss = Literal["half_sum", "sum", "mean", "half_mean"]
_HALVED: Final = ("half_sum", "half_mean")
_AVERAGED: Final = ("mean", "half_mean")


def squared_loss(residuals: Tensor, loss: Loss = "half_sum") -> Tensor:
    """Return the loss of ``residuals``, x·w - y, shaped ``(n,)``."""
    total = residuals.square().sum()
    return total / (2 if loss in _HALVED else 1) / (len(residuals) if loss in _AVERAGED else 1)


def objective(
    x: Tensor, y: Tensor, w: Tensor, lam: float, loss: Loss = "half_sum", kind: Penalty = "half_l2"
) -> Tensor:
    """Return loss + λ·penalty for inputs ``(n, d)``, targets ``(n,)`` and weights ``(d,)``."""
    return squared_loss(x @ w - y, loss) + lam * penalty(w, kind)


def shared_lam(lam: float, samples: int, loss: Loss = "half_sum", kind: Penalty = "half_l2") -> float:
    """Return the λ that gives the same weights under ``half_sum`` with ``half_l2`` (for ``l1``: with ``l1``).

    Multiplying the whole objective by a number moves no minimum, so only the ratio of the two factors counts.

    >>> shared_lam(0.1, samples=50, loss="mean", kind="l2")
    5.0
    """
    loss_factor = (1 if loss in _HALVED else 2) / (samples if loss in _AVERAGED else 1)
    return lam * (2 if kind == "l2" else 1) / loss_factor
