"""Early stopping: which loss must be watched, and which penalty it is like."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.regularization.early_stopping import descent_share, stop, stopped_descent
from engine.regularization.ridge import shrinkage

_EPOCHS, _LR = 300, 0.01


@function("early_stopping.lowers_test_error", Kind.MEASURED, example={"watch": "validation"}, shows=(stop,))
def lowers_test_error(watch: Literal["validation", "training"] = "validation") -> Run:
    """Say whether stopping on this loss gives a test error over 10 % below that of 300 epochs.

    24 noisy samples of a linear function of 20 features are fitted by gradient descent, with patience 10; the test
    error is the mean squared error on 1000 further samples, noise included.
    """
    return settle(
        "Share of the test error that stopping saves",
        Holds.IF_DIFFERENT,
        _saving,
        {"watch": watch},
        [{"watch": "validation"}, {"watch": "training"}],
        Thresholds(none=0.02, some=0.1),
    )


def _saving(generator: torch.Generator, watch: str) -> Tensor:
    weights = randn(generator, 20) / 20**0.5
    (x, y), validation, test = (_noisy(generator, weights, rows) for rows in (24, 100, 1000))
    path = [torch.zeros_like(weights)]
    for _ in range(_EPOCHS):
        path.append(path[-1] - _LR * x.T @ (x @ path[-1] - y))
    steps = torch.stack(path[1:])
    watched = validation if watch == "validation" else (x, y)
    best = stop(_errors(steps, *watched).tolist(), patience=10).best_epoch
    errors = _errors(steps, *test)
    return (1 - errors[best - 1] / errors[-1]).clamp(min=0)


def _errors(steps: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the mean squared error of the weights after each epoch, ``(epochs, d)`` to ``(epochs,)``."""
    return (steps @ x.T - y).square().mean(1)


def _noisy(generator: torch.Generator, weights: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    x = randn(generator, rows, len(weights))
    return x, x @ weights + randn(generator, rows)


@function(
    "early_stopping.is_like_ridge", Kind.MEASURED, example={"lam": "1/(lr·steps)"}, shows=(stopped_descent, shrinkage)
)
def is_like_ridge(
    lam: Literal["1/(lr·steps)", "lr·steps"] = "1/(lr·steps)", steps: Annotated[int, Between(10, 1000)] = 100
) -> Run:
    """Say whether stopped descent and ridge with this λ shrink along every direction alike, to within a quarter.

    Descent from 0 goes the share 1 - (1 - lr·s²)^steps of the way along a singular direction, ridge s²/(s² + λ).
    """
    return settle(
        "Share of the way that descent goes, less ridge's, by singular direction",
        Holds.IF_EQUAL,
        _difference_of_shares,
        {"lam": lam, "steps": steps},
        [{"lam": "1/(lr·steps)", "steps": steps}, {"lam": "lr·steps", "steps": steps}],
        Thresholds(none=0.25, some=0.4),
    )


def _difference_of_shares(generator: torch.Generator, lam: str, steps: int) -> Tensor:
    x = randn(generator, 12, 8) * torch.logspace(0, -1, 8, dtype=torch.float64, device=current())
    rate = 0.5 / float(torch.linalg.matrix_norm(x, 2)) ** 2
    time = rate * steps
    return torch.sub(descent_share(x, rate, steps), shrinkage(x, 1 / time if lam.startswith("1/") else time))


@function("early_stopping.equals_filter", Kind.MEASURED, example={"steps": 20}, shows=(stopped_descent, descent_share))
def equals_filter(steps: Annotated[int, Between(1, 200)] = 20, power: Literal["steps", "steps + 1"] = "steps") -> Run:
    """Say whether stopped descent gives exactly the share 1 - (1 - lr·s²)^power of the full solution by direction."""
    return settle(
        "Weights after so many steps less the filtered least-squares solution",
        Holds.IF_EQUAL,
        _filter_error,
        {"steps": steps, "power": power},
        [{"steps": steps, "power": "steps"}, {"steps": steps, "power": "steps + 1"}],
    )


def _filter_error(generator: torch.Generator, steps: int, power: str) -> Tensor:
    scales = torch.tensor([1.0, 0.5, 0.2, 0.1], dtype=torch.float64, device=current())
    x, y = randn(generator, 12, 4) * scales, randn(generator, 12)
    directions = torch.linalg.svd(x, full_matrices=False)[2]
    solution = torch.linalg.lstsq(x, y).solution
    share = descent_share(x, _LR, steps if power == "steps" else steps + 1)
    return torch.sub(stopped_descent(x, y, _LR, steps), directions.T @ (share * (directions @ solution)))
