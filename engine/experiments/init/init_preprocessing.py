"""Why inputs are scaled before training: distances, and how fast gradient descent gets anywhere."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.preprocessing.min_max import min_max
from engine.preprocessing.standardise import standardisation
from engine.registry import Kind, function

Scaling = Literal["none", "min_max", "standardise"]
Ratio = Annotated[float, Between(20, 1000)]
_SAMPLES, _STEPS = 64, 200


_SCALED: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "none": torch.clone,
    "min_max": lambda x: min_max(x).transform(x),
    "standardise": lambda x: standardisation(x).transform(x),
}


@function(
    "preprocessing.wide_feature_rules_distance",
    Kind.MEASURED,
    example={"scaling": "none"},
    shows=(min_max, standardisation),
)
def wide_feature_rules_distance(scaling: Scaling, ratio: Ratio = 100.0) -> Run:
    """Say whether the feature that is ``ratio`` times as wide makes over 95 % of the squared distances."""
    return settle(
        "Share of the narrow feature in the squared Euclidean distances between samples",
        Holds.IF_EQUAL,
        _share_of_narrow_feature,
        {"scaling": scaling, "ratio": ratio},
        [{"scaling": name, "ratio": ratio} for name in _SCALED],
        Thresholds(none=0.05, some=0.2),
    )


def _share_of_narrow_feature(generator: torch.Generator, scaling: Scaling, ratio: float) -> Tensor:
    x = _SCALED[scaling](_inputs(generator, ratio))
    squares = (x[:, None] - x).square().sum((0, 1))
    return squares[0] / squares.sum()


@function(
    "preprocessing.gradient_descent_converges",
    Kind.MEASURED,
    example={"scaling": "standardise"},
    shows=(min_max, standardisation),
)
def gradient_descent_converges(scaling: Scaling, ratio: Ratio = 100.0) -> Run:
    """Say whether 200 steps of gradient descent, with the best fixed rate, solve a least-squares problem to 1 %.

    The rate is 2/(λ_max + λ_min) of the Hessian. One feature is ``ratio`` times as wide as the other, and an intercept
    is fitted, too.
    """
    return settle(
        "Distance to the least-squares solution after 200 steps over that before",
        Holds.IF_EQUAL,
        _distance_left,
        {"scaling": scaling, "ratio": ratio},
        [{"scaling": name, "ratio": ratio} for name in _SCALED],
        Thresholds(none=1e-2, some=1e-1),
    )


def _distance_left(generator: torch.Generator, scaling: Scaling, ratio: float) -> Tensor:
    inputs = _inputs(generator, ratio)
    y = inputs[:, 0] + inputs[:, 1] / ratio + 0.1 * randn(generator, _SAMPLES)
    x = torch.cat([_SCALED[scaling](inputs), torch.ones_like(y)[:, None]], dim=1)
    solution = torch.linalg.lstsq(x, y).solution
    eigenvalues = torch.linalg.eigvalsh(x.T @ x)
    rate = 2 / (eigenvalues[0] + eigenvalues[-1])
    w = torch.zeros_like(solution)
    for _ in range(_STEPS):
        w = w - rate * x.T @ (x @ w - y)
    return torch.div((w - solution).norm(), solution.norm())


def _inputs(generator: torch.Generator, ratio: float) -> Tensor:
    """Return two features with means and spreads of 1 and ``ratio``."""
    drawn = randn(generator, _SAMPLES, 2) + 1
    return drawn * torch.tensor([1.0, ratio]).to(drawn)
