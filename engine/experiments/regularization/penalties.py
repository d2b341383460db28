"""L1 against L2: which puts weights at exactly 0, where each touches the loss, and what correlation does to them."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.regularization.constraint_balls import Ball, first_contact
from engine.regularization.lasso import lasso
from engine.regularization.ridge import ridge, ridge_error

Fit = Literal["l1", "l2", "elastic_net"]
_SHOWS = (lasso, ridge)
_RESAMPLES = 8


@function("penalty.makes_exact_zeros", Kind.MEASURED, example={"penalty": "l1"}, shows=_SHOWS)
def makes_exact_zeros(penalty: Fit = "l1", lam: Annotated[float, Between(0, 100)] = 10.0) -> Run:
    """Say whether some weights of a fit are exactly 0, where 3 of 20 features matter and 50 samples are noisy."""
    return settle(
        "How many of 20 weights are exactly 0",
        Holds.IF_DIFFERENT,
        _num_zeros,
        {"penalty": penalty, "lam": lam},
        [{"penalty": "l2", "lam": lam}, {"penalty": "l1", "lam": 0.0}],
    )


def _num_zeros(generator: torch.Generator, penalty: Fit, lam: float) -> Tensor:
    x = randn(generator, 50, 20)
    y = x[:, :3].sum(1) + 0.5 * randn(generator, 50)
    return (_fit(penalty, x, y, lam) == 0).sum().double()


@function("penalty.contact_at_corner", Kind.MEASURED, example={"ball": "l1"}, shows=(first_contact,))
def contact_at_corner(ball: Ball = "l1") -> Run:
    """Say whether random elliptic level sets often (over a fifth of 30, not never) first touch the ball on an axis.

    On an axis one of the two weights is exactly 0.
    """
    return settle(
        "Share of 30 random quadratic losses that touch the ball where a weight is exactly 0",
        Holds.IF_DIFFERENT,
        _share_on_axis,
        {"ball": ball},
        [{"ball": "l1"}, {"ball": "l2"}],
        Thresholds(none=0.01, some=0.2),
    )


def _share_on_axis(generator: torch.Generator, ball: Ball) -> Tensor:
    on_axis = []
    for _ in range(30):
        root, centre = randn(generator, 2, 2), 3 * randn(generator, 2)
        hessian = root @ root.T + 0.1 * torch.eye(2).to(root)
        hessian = (hessian + hessian.T) / 2
        radius = 0.5 * float(centre.abs().max())  # always shorter than the way to the centre
        on_axis.append(bool((first_contact(hessian, centre, radius, ball) == 0).any()))
    return torch.tensor(on_axis).double().mean()


@function("penalty.shares_between_twins", Kind.MEASURED, example={"penalty": "l2"}, shows=_SHOWS)
def shares_between_twins(penalty: Fit = "l2") -> Run:
    """Say whether two equal columns of the data get equal weights.

    The lasso is indifferent to how it splits a weight between them; coordinate descent gives it all to the first.
    """
    return settle(
        "Weight of a feature less that of its copy",
        Holds.IF_EQUAL,
        _difference_of_twins,
        {"penalty": penalty},
        [{"penalty": "l2"}, {"penalty": "l1"}, {"penalty": "elastic_net"}],
    )


def _difference_of_twins(generator: torch.Generator, penalty: Fit) -> Tensor:
    x = randn(generator, 20, 2)
    y = 2 * x[:, 0] + x[:, 1] + 0.1 * randn(generator, 20)
    w = _fit(penalty, torch.cat([x[:, :1], x], dim=1), y, 2.0)
    return w[0] - w[1]


@function("penalty.stable_for", Kind.MEASURED, example={"penalty": "l2", "features": "correlated"}, shows=_SHOWS)
def stable_for(
    penalty: Literal["l1", "l2"] = "l2",
    features: Literal["correlated", "unrelated"] = "correlated",
    lam: Annotated[float, Between(3, 7)] = 5.0,
) -> Run:
    """Say whether the weights of two features hardly differ from one sample of data to the next.

    Their standard deviation over 8 samples of 30 rows is below 0.22, not above 0.28. Correlated features have 0.98.
    Lasso and ridge have the same λ, in ½·Σ (x·w - y)² + λ·Σ abs(w) and in ½·Σ (x·w - y)² + ½·λ·Σ w².
    """
    return settle(
        "Standard deviation of the weights over 8 samples of data",
        Holds.IF_EQUAL,
        _scatter,
        {"penalty": penalty, "features": features, "lam": lam},
        [
            {"penalty": "l1", "features": "correlated", "lam": lam},
            {"penalty": "l1", "features": "unrelated", "lam": lam},
        ],
        Thresholds(none=0.22, some=0.28),
    )


def _scatter(generator: torch.Generator, penalty: Literal["l1", "l2"], features: str, lam: float) -> Tensor:
    correlation = 0.98 if features == "correlated" else 0.0
    fits = []
    for _ in range(_RESAMPLES):
        x = randn(generator, 30, 2)
        x[:, 1] = correlation * x[:, 0] + (1 - correlation**2) ** 0.5 * x[:, 1]
        y = x.sum(1) + 0.7 * randn(generator, 30)
        fits.append(lasso(x, y, lam, tolerance=1e-6) if penalty == "l1" else ridge(x, y, lam))
    return torch.stack(fits).std(0).max()


@function(
    "ridge.error_moves_with_lam", Kind.MEASURED, example={"part": "variance", "way": "falls"}, shows=(ridge_error,)
)
def error_moves_with_lam(
    part: Literal["bias", "variance", "total"] = "variance", way: Literal["falls", "rises"] = "falls"
) -> Run:
    """Say whether this part of ridge's expected squared error only falls, or only rises, as λ grows."""
    return settle(
        f"Largest step the other way of the {part} while lambda grows",
        Holds.IF_EQUAL,
        _wrong_steps,
        {"part": part, "way": way},
        [{"part": "bias", "way": way}, {"part": "variance", "way": way}, {"part": "total", "way": way}],
    )


def _wrong_steps(generator: torch.Generator, part: str, way: str) -> Tensor:
    x, weights = randn(generator, 12, 6), randn(generator, 6)
    errors = [ridge_error(x, weights, 1.0, 10.0**power) for power in range(-3, 4)]
    steps = torch.stack([getattr(error, part) for error in errors]).diff()
    return (steps if way == "falls" else -steps).clamp(min=0)


def _fit(penalty: Fit, x: Tensor, y: Tensor, lam: float) -> Tensor:
    if penalty == "l2":
        return ridge(x, y, lam)
    return lasso(x, y, lam, l2=1.0 if penalty == "elastic_net" else 0.0)
