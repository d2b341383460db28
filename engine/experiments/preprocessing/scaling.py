"""Scaling inputs: the order of filling and scaling, what leaks from test data, and what only whitening does."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.preprocessing.min_max import min_max
from engine.preprocessing.scaled import Scaling, scaled
from engine.preprocessing.standardise import filled_first, standardisation
from engine.preprocessing.whitening import covariance, whitening
from engine.registry import Kind, function

_MEAN = 5.0


@function(
    "preprocessing.missing_becomes_mean",
    Kind.MEASURED,
    example={"order": "standardise, then fill"},
    shows=(standardisation, filled_first),
)
def missing_becomes_mean(
    order: Literal["standardise, then fill", "fill, then standardise"] = "standardise, then fill",
) -> Run:
    """Say whether a missing value that is filled with 0 ends at 0, where the mean of the known values lies."""
    return settle(
        "Missing values after both steps, where the mean of the known ones is 0",
        Holds.IF_EQUAL,
        _filled,
        {"order": order},
        [{"order": "standardise, then fill"}, {"order": "fill, then standardise"}],
    )


def _filled(generator: torch.Generator, order: str) -> Tensor:
    x = _MEAN + randn(generator, 20, 3)
    x[::5] = torch.nan
    after = standardisation(x).transform(x) if order.startswith("standardise") else filled_first(x)
    return after[::5]


@function("preprocessing.leaks", Kind.MEASURED, example={"fitted_to": "all"}, shows=(standardisation, min_max))
def leaks(
    fitted_to: Literal["training", "all"] = "all", scaling: Literal["standardise", "min_max"] = "standardise"
) -> Run:
    """Say whether the scaled training data change when the test data do, as they must not."""
    return settle(
        "Scaled training data beside two different sets of test data, subtracted",
        Holds.IF_DIFFERENT,
        _leak,
        {"fitted_to": fitted_to, "scaling": scaling},
        [{"fitted_to": "training", "scaling": scaling}, {"fitted_to": "all", "scaling": scaling}],
    )


def _leak(generator: torch.Generator, fitted_to: str, scaling: str) -> Tensor:
    train, outputs = randn(generator, 12, 2), []
    for shift in (3.0, -3.0):
        known = train if fitted_to == "training" else torch.cat([train, shift + randn(generator, 6, 2)])
        outputs.append((standardisation(known) if scaling == "standardise" else min_max(known)).transform(train))
    return outputs[0] - outputs[1]


@function("preprocessing.decorrelates", Kind.MEASURED, example={"scaling": "pca"}, shows=(whitening, standardisation))
def decorrelates(scaling: Scaling = "pca") -> Run:
    """Say whether no two of three correlated features are correlated after this scaling."""
    return settle(
        "Covariances of different features after scaling",
        Holds.IF_EQUAL,
        _covariances,
        {"scaling": scaling},
        [{"scaling": "pca"}, {"scaling": "standardise"}],
    )


def _covariances(generator: torch.Generator, scaling: Scaling) -> Tensor:
    matrix = covariance(scaled(_correlated(generator), scaling))
    return matrix - torch.diag(matrix.diag())


@function("preprocessing.gives_unit_variance", Kind.MEASURED, example={"scaling": "standardise"}, shows=(whitening,))
def gives_unit_variance(scaling: Scaling = "standardise") -> Run:
    """Say whether each feature has variance 1 after this scaling."""
    return settle(
        "Variances after scaling, less 1",
        Holds.IF_EQUAL,
        lambda generator, scaling: covariance(scaled(_correlated(generator), scaling)).diag() - 1,
        {"scaling": scaling},
        [{"scaling": "zca"}, {"scaling": "min_max"}],
    )


@function("preprocessing.whitening_makes_independent", Kind.MEASURED, example={"data": "normal"}, shows=(whitening,))
def whitening_makes_independent(data: Literal["normal", "circle"] = "normal") -> Run:
    """Say whether whitened features are independent, so that even their squares are uncorrelated (within 0.25).

    Uncorrelated normal features are; points on an ellipse are whitened to a circle, where one tells the other's size.
    """
    return settle(
        "Correlation of the squares of two whitened features, 400 samples",
        Holds.IF_EQUAL,
        _correlation_of_squares,
        {"data": data},
        [{"data": "normal"}, {"data": "circle"}],
        Thresholds(none=0.25, some=0.8),
    )


def _correlation_of_squares(generator: torch.Generator, data: str) -> Tensor:
    x = randn(generator, 400, 2)
    x = x / x.norm(dim=1, keepdim=True) if data == "circle" else x
    x = x @ torch.tensor([[2.0, 0.5], [0.0, 1.0]]).to(x)
    return torch.corrcoef(whitening(x).transform(x).square().T)[0, 1]


def _correlated(generator: torch.Generator) -> Tensor:
    return randn(generator, 40, 3) @ randn(generator, 3, 3) + randn(generator, 3)
