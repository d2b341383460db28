"""Capacity and noise as regularisers: models too small and too large, and how batches of samples scatter."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.regularization.batch_noise import batch_mean_variance
from engine.regularization.capacity import Vary, fitted, least_squares_errors

Size = Annotated[int, Between(1, 64)]
_NOISE = 0.2
"""So the noise alone has a mean square of 0.04."""


@function("capacity.underfits", Kind.MEASURED, example={"vary": "degree", "size": 1}, shows=(least_squares_errors,))
def underfits(vary: Vary = "degree", size: Size = 1) -> Run:
    """Say whether a model of this size misses even its training data: the training error is over twice the noise.

    15 samples of sin(3x) with noise of standard deviation 0.2 are fitted, as in ``capacity.error``.
    """
    return settle(
        "Mean squared training error; the noise has 0.04",
        Holds.IF_DIFFERENT,
        lambda generator, vary, size: fitted(vary, size, 15, _NOISE, _seed(generator)).train,
        {"vary": vary, "size": size},
        [{"vary": "degree", "size": 1}, {"vary": "degree", "size": 3}],
        Thresholds(none=0.07, some=0.08),
    )


@function("capacity.overfits", Kind.MEASURED, example={"vary": "degree", "size": 14}, shows=(least_squares_errors,))
def overfits(vary: Vary = "degree", size: Size = 14, samples: Annotated[int, Between(4, 256)] = 15) -> Run:
    """Say whether a model of this size does far better on its training data than on the truth, by over 0.04.

    That is the mean square of the noise; below 0.03 it does not. The data are those of ``capacity.error``.
    """
    return settle(
        "Mean squared test error less training error; the noise has 0.04",
        Holds.IF_DIFFERENT,
        _gap,
        {"vary": vary, "size": size, "samples": samples},
        [
            {"vary": "degree", "size": 14, "samples": 15},
            {"vary": "degree", "size": 3, "samples": 15},
            {"vary": "degree", "size": 14, "samples": 200},
        ],
        Thresholds(none=0.03, some=0.04),
    )


def _gap(generator: torch.Generator, vary: Vary, size: int, samples: int) -> Tensor:
    errors = fitted(vary, size, samples, _NOISE, _seed(generator))
    return (errors.test - errors.train).clamp(min=0)


def _seed(generator: torch.Generator) -> int:
    return int(torch.randint(1000, (), generator=generator))


@function("minibatch.variance_is", Kind.MEASURED, example={"law": "s2/m"}, shows=(batch_mean_variance,))
def variance_is(law: Literal["s2/m", "s2/m·(n-m)/(n-1)", "s2/sqrt(m)"] = "s2/m", replacement: bool = True) -> Run:
    """Say whether the mean gradient of m of 6 samples has this variance, over all batches of 1 to 5; s2 is that of one.

    Without replacement a batch is more like the whole, and at m = n nothing scatters at all.
    """
    return settle(
        "Variance of the batches' means less the law, for m = 1 to 5",
        Holds.IF_EQUAL,
        _law_error,
        {"law": law, "replacement": replacement},
        [
            {"law": "s2/m", "replacement": True},
            {"law": "s2/m", "replacement": False},
            {"law": "s2/m·(n-m)/(n-1)", "replacement": False},
        ],
    )


def _law_error(generator: torch.Generator, law: str, replacement: bool) -> Tensor:
    gradients = randn(generator, 6)
    n, variance = len(gradients), gradients.var(correction=0)
    errors = []
    for m in range(1, 6):
        factor = {"s2/m": 1 / m, "s2/m·(n-m)/(n-1)": (n - m) / (n - 1) / m, "s2/sqrt(m)": m**-0.5}[law]
        errors.append(batch_mean_variance(gradients, m, replacement) - factor * variance)
    return torch.stack(errors)


@function("minibatch.noise_vanishes", Kind.MEASURED, example={"batch_size": 5}, shows=(batch_mean_variance,))
def noise_vanishes(batch_size: Annotated[int, Between(1, 5)] = 5, replacement: bool = False) -> Run:
    """Say whether every batch of this many of 5 samples has the same mean gradient: only the whole, without repeats."""
    return settle(
        "Variance of the batches' means",
        Holds.IF_EQUAL,
        lambda generator, batch_size, replacement: batch_mean_variance(randn(generator, 5), batch_size, replacement),
        {"batch_size": batch_size, "replacement": replacement},
        [{"batch_size": 4, "replacement": False}, {"batch_size": 5, "replacement": True}],
    )
