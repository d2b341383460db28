"""Gradients from samples: unbiased, noisy, with a floor that only a falling rate removes, and a way out of saddles."""

from itertools import combinations
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim.descent import trajectory
from engine.optim.schedules import inverse_time_decay
from engine.optim.sgd import SGD
from engine.optim.surfaces import find as find_surface
from engine.registry import Kind, function

_SAMPLES = 6


@function("optim.minibatch_gradient_is_unbiased", Kind.MEASURED, example={"sampling": "uniform"})
def minibatch_gradient_is_unbiased(
    sampling: Literal["uniform", "largest_losses"] = "uniform", batch_size: Annotated[int, Between(1, 5)] = 2
) -> Run:
    """Say whether the mean of the gradients of all mini-batches of 6 samples is the gradient of all 6.

    The alternative to uniform batches draws only from the five samples with the largest losses.
    """
    return settle(
        "Mean gradient over all mini-batches less the full gradient, least squares in 3 variables",
        Holds.IF_EQUAL,
        _bias,
        {"sampling": sampling, "batch_size": batch_size},
        [{"sampling": "uniform", "batch_size": 2}, {"sampling": "largest_losses", "batch_size": 2}],
    )


def _bias(generator: torch.Generator, sampling: str, batch_size: int) -> Tensor:
    x, y, weight = randn(generator, _SAMPLES, 3), randn(generator, _SAMPLES), randn(generator, 3)
    order = ((x @ weight - y).square()).argsort(descending=True).tolist()
    drawn = order if sampling == "uniform" else order[:-1]
    batches = [_gradient(x[list(batch)], y[list(batch)], weight) for batch in combinations(drawn, batch_size)]
    return torch.sub(torch.stack(batches).mean(0), _gradient(x, y, weight))


def _gradient(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    weight = weight.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((x @ weight - y).square().mean(), weight)
    return gradient


@function("optim.noise_falls_as", Kind.MEASURED, example={"law": "1/sqrt(b)"})
def noise_falls_as(law: Literal["1/sqrt(b)", "1/b", "constant"] = "1/sqrt(b)") -> Run:
    """Say whether the standard deviation of a mini-batch's gradient follows this law from b = 4 to b = 64, within 15 %.

    Samples are drawn with replacement.
    """
    return settle(
        "|deviation at b = 64 over deviation at b = 4, by the law's ratio, - 1|, 2000 batches of each",
        Holds.IF_EQUAL,
        _error_of_law,
        {"law": law},
        [{"law": "1/sqrt(b)"}, {"law": "1/b"}, {"law": "constant"}],
        Thresholds(none=0.15, some=0.5),
    )


def _error_of_law(generator: torch.Generator, law: str) -> Tensor:
    gradients = randn(generator, 256)

    def deviation(batch_size: int) -> Tensor:
        picks = torch.randint(256, (2000, batch_size), generator=generator).to(gradients.device)
        return torch.std(gradients[picks].mean(1))

    expected = {"1/sqrt(b)": 1 / 4, "1/b": 1 / 16, "constant": 1.0}[law]
    return torch.sub(deviation(64) / deviation(4) / expected, 1)


@function(
    "optim.noise_floor_vanishes", Kind.MEASURED, example={"schedule": "inverse_time"}, shows=(inverse_time_decay,)
)
def noise_floor_vanishes(schedule: Literal["inverse_time", "constant", "inverse_square"] = "inverse_time") -> Run:
    """Say whether stochastic descent on x²/2 comes within a mean square of 0.02 of the minimum in 300 steps.

    From 4, with noise of variance 1: at a constant rate of 0.2 the noise keeps it away; 0.2/(1 + 0.1·t)² falls so
    fast that it stops on the way; 0.2/(1 + 0.1·t) does neither.
    """
    return settle(
        "Mean of x² over 400 runs after 300 steps",
        Holds.IF_EQUAL,
        _mean_square,
        {"schedule": schedule},
        [{"schedule": "inverse_time"}, {"schedule": "constant"}, {"schedule": "inverse_square"}],
        Thresholds(none=0.02, some=0.05),
    )


def _mean_square(generator: torch.Generator, schedule: str) -> Tensor:
    noise = randn(generator, 300, 400)
    x = torch.full_like(noise[0], 4.0)
    optimizer = SGD([x])
    powers = {"constant": 0, "inverse_time": 1, "inverse_square": 2}
    for step, at in enumerate(noise):
        optimizer.lr = 0.2 * inverse_time_decay(1.0, step, decay=0.1) ** powers[schedule]
        x.grad = x + at
        optimizer.step()
    return torch.mean(x.square())


@function("optim.leaves_saddle", Kind.MEASURED, example={"noise": 1e-3}, shows=(SGD,))
def leaves_saddle(noise: Annotated[float, Between(0, 1)] = 1e-3) -> Run:
    """Say whether descent on x² - y² from (1, 0), the ridge that leads to the saddle, leaves it; noise is in gradients.

    The exact gradient has no part along y there, so without noise it runs into the saddle.
    """
    return settle(
        "|y| after 40 steps",
        Holds.IF_DIFFERENT,
        _way_from_saddle,
        {"noise": noise},
        [{"noise": 1e-3}, {"noise": 0.0}],
        Thresholds(none=1e-9, some=1.0),
    )


def _way_from_saddle(generator: torch.Generator, noise: float) -> Tensor:
    saddle, start = find_surface("saddle"), randn(generator, 2)
    kicks = iter(noise * randn(generator, 40, 2))

    def noisy(point: Tensor) -> Tensor:
        return torch.add(saddle.value(point), next(kicks) @ point)

    start.copy_(start.new_tensor([1.0, 0.0]))
    return trajectory(lambda params: SGD(params, 0.2), noisy, start, 40)[-1, 1:]
