"""Weights that a penalty, a prior or a decay holds back, and weights that nothing holds back."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim import named
from engine.optim.adam import Adam, AdamW
from engine.registry import Kind, function
from engine.regularization.lasso import lasso
from engine.regularization.priors import Prior, negative_log_posterior, penalty_weight
from engine.regularization.ridge import ridge

_LR, _DECAY = 0.05, 0.1


@function(
    "penalty.is_map_of", Kind.MEASURED, example={"penalty": "l2", "prior": "gaussian"}, shows=(negative_log_posterior,)
)
def is_map_of(penalty: Literal["l2", "l1"] = "l2", prior: Prior = "gaussian") -> Run:
    """Say whether the penalised weights are the most probable ones under this prior: the posterior has no slope there.

    λ is noise²/std² of a Gaussian and noise²/b of a Laplace prior.
    """
    return settle(
        "Slope of -log posterior at the penalised weights",
        Holds.IF_EQUAL,
        _slope_of_posterior,
        {"penalty": penalty, "prior": prior},
        [{"penalty": "l2", "prior": "gaussian"}, {"penalty": "l2", "prior": "laplace"}],
    )


def _slope_of_posterior(generator: torch.Generator, penalty: str, prior: Prior) -> Tensor:
    noise_std, scale = 0.5, 0.8
    x = randn(generator, 20, 3)
    y = x @ torch.tensor([3.0, -2.0, 4.0]).to(x) + noise_std * randn(generator, 20)  # too large to end at 0
    lam = penalty_weight(noise_std, prior, scale)
    w = (ridge(x, y, lam) if penalty == "l2" else lasso(x, y, lam)).requires_grad_()
    (slope,) = torch.autograd.grad(negative_log_posterior(w, x, y, noise_std, prior, scale), w)
    return slope


@function("weight_decay.shrinks_by_factor", Kind.MEASURED, example={"name": "adamw"}, shows=(AdamW, Adam))
def shrinks_by_factor(name: Literal["sgd", "momentum", "adamw", "adam", "rmsprop", "adagrad"] = "adamw") -> Run:
    """Say whether ``weight_decay`` λ takes the share lr·λ off every weight in the first step, whatever its gradient.

    Adaptive methods divide the penalty by the gradient's size, so that weights with large gradients decay least.
    """
    return settle(
        "Share of each of 6 weights that the decay took off in one step, less lr times lambda",
        Holds.IF_EQUAL,
        _share_beyond,
        {"name": name},
        [{"name": "adamw"}, {"name": "adam"}],
    )


def _share_beyond(generator: torch.Generator, name: str) -> Tensor:
    start, gradient = randn(generator, 6).exp(), 3 * randn(generator, 6)
    ends = []
    for decay in (_DECAY, 0.0):
        weights = start.clone()
        optimizer = named.build(name, [weights], _LR, weight_decay=decay)
        weights.grad = gradient.clone()
        optimizer.step()
        ends.append(weights)
    return torch.sub((ends[1] - ends[0]) / start, _LR * _DECAY)


@function("penalty.weights_settle", Kind.MEASURED, example={"loss": "logistic", "labels": "separable", "lam": 0.1})
def weights_settle(
    loss: Literal["logistic", "squares"] = "logistic",
    labels: Literal["separable", "mixed"] = "separable",
    lam: Annotated[float, Between(0, 1)] = 0.0,
) -> Run:
    """Say whether the weights' length settles: it grows by under 1 %, not over 5 %, from step 100 to 300 of descent.

    The logistic loss of separable labels has no minimum: longer weights always fit a little better, unless a penalty
    ½·lam·Σ w² stops them.
    """
    return settle(
        "Growth of the weights' length from step 100 to step 300",
        Holds.IF_EQUAL,
        _growth,
        {"loss": loss, "labels": labels, "lam": lam},
        [
            {"loss": "logistic", "labels": "separable", "lam": 0.0},
            {"loss": "logistic", "labels": "separable", "lam": 0.1},
        ],
        Thresholds(none=0.01, some=0.05),
    )


def _growth(generator: torch.Generator, loss: str, labels: str, lam: float) -> Tensor:
    x = randn(generator, 24, 2)
    signs = torch.where(x[:, 0] + x[:, 1] > 0, 1.0, -1.0).to(x)
    x = x + 0.3 * signs[:, None]  # a gap between the classes
    if labels == "mixed":
        signs[::3] *= -1
    w, lengths = torch.zeros(2).to(x), []
    for step in range(300):
        if step == 100:
            lengths.append(w.norm())
        margins = signs * (x @ w)
        pull = -torch.sigmoid(-margins) * signs if loss == "logistic" else x @ w - signs
        w = w - 0.5 * (x.T @ pull / len(x) + lam * w)
    return torch.div(w.norm(), lengths[0]) - 1


@function("penalty.raises_training_error", Kind.MEASURED, example={"by": "l2"}, shows=(ridge, lasso))
def raises_training_error(by: Literal["l2", "l1", "more features"] = "l2") -> Run:
    """Say whether this change makes least squares fit its training data worse, as regularisation does by its nature."""
    return settle(
        "Rise of the mean squared training error",
        Holds.IF_DIFFERENT,
        _rise_of_training_error,
        {"by": by},
        [{"by": "l2"}, {"by": "more features"}],
    )


def _rise_of_training_error(generator: torch.Generator, by: str) -> Tensor:
    x, y = randn(generator, 30, 6), randn(generator, 30)
    few, lam = x[:, :5], 1.0
    fitted = {
        "l2": lambda: few @ ridge(few, y, lam),
        "l1": lambda: few @ lasso(few, y, lam),
        "more features": lambda: x @ ridge(x, y, 0.0),
    }
    before = F.mse_loss(few @ ridge(few, y, 0.0), y)
    return (F.mse_loss(fitted[by](), y) - before).clamp(min=0)
