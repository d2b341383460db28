"""Bagging and ensembles: what resampling leaves out, whom averaging helps, and what it cannot promise."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.regularization.bagging import Predictor, bagged, bootstrap
from engine.regularization.capacity import random_relu_features
from engine.regularization.ensemble import (
    cross_entropy,
    geometric_posterior,
    log_mean_posterior,
    mean_posterior,
    vote_accuracy,
)

Member = Literal["mean", "best", "worst"]


@function("bagging.leaves_samples_out", Kind.MEASURED, example={"replacement": True}, shows=(bootstrap,))
def leaves_samples_out(replacement: bool = True) -> Run:
    """Say whether a resample of 50 samples, as large as the data, lacks some of them."""
    return settle(
        "How many of 50 samples do not come",
        Holds.IF_DIFFERENT,
        _missing,
        {"replacement": replacement},
        [{"replacement": True}, {"replacement": False}],
    )


def _missing(generator: torch.Generator, replacement: bool) -> Tensor:
    drawn = bootstrap(50, generator) if replacement else torch.randperm(50, generator=generator)
    return (torch.bincount(drawn, minlength=50) == 0).sum().double()


@function("bagging.unique_share_is", Kind.MEASURED, example={"share": "1 - 1/e"}, shows=(bootstrap,))
def unique_share_is(share: Literal["1 - 1/e", "2/3", "1/2", "1/e"] = "1 - 1/e") -> Run:
    """Say whether bootstraps of 2000 samples hold this share of them, to within 0.01, on average over ten."""
    return settle(
        "Share of different samples less the number claimed",
        Holds.IF_EQUAL,
        _share_less,
        {"share": share},
        [{"share": "1 - 1/e"}, {"share": "2/3"}],
        Thresholds(none=0.01, some=0.02),
    )


def _share_less(generator: torch.Generator, share: str) -> Tensor:
    claimed = {"1 - 1/e": 1 - torch.e**-1, "2/3": 2 / 3, "1/2": 0.5, "1/e": torch.e**-1}[share]
    found = [(torch.bincount(bootstrap(2000, generator), minlength=2000) > 0).double().mean() for _ in range(10)]
    return torch.stack(found).mean() - claimed


@function("bagging.lowers_variance", Kind.MEASURED, example={"learner": "nearest neighbour"}, shows=(bagged,))
def lowers_variance(learner: Literal["nearest neighbour", "mean"] = "nearest neighbour") -> Run:
    """Say whether the mean of 10 bagged learners scatters over a fifth less from data set to data set than one does.

    It helps learners that a single sample can sway, such as the nearest neighbour, and not the mean of all targets.
    """
    return settle(
        "Share of the variance of a prediction, over 40 data sets, that bagging removes",
        Holds.IF_DIFFERENT,
        _removed_variance,
        {"learner": learner},
        [{"learner": "nearest neighbour"}, {"learner": "mean"}],
        Thresholds(none=0.1, some=0.2),
    )


def _removed_variance(generator: torch.Generator, learner: str) -> Tensor:
    fit = _nearest if learner == "nearest neighbour" else _mean
    single, together, point = [], [], torch.zeros(1, 1, dtype=torch.float64, device=current())
    for _ in range(40):
        x, y = randn(generator, 12, 1), randn(generator, 12)
        single.append(fit(x, y)(point))
        together.append(bagged(fit, x, y, 10, generator)(point))
    return (1 - torch.stack(together).var() / torch.stack(single).var()).clamp(min=0)


def _nearest(x: Tensor, y: Tensor) -> Predictor:
    return lambda points: y[torch.cdist(points, x).argmin(1)]


def _mean(x: Tensor, y: Tensor) -> Predictor:
    return lambda points: y.mean().expand(len(points))


@function("ensemble.never_worse_than", Kind.MEASURED, example={"member": "mean"}, shows=(mean_posterior,))
def never_worse_than(member: Member = "mean", loss: Literal["cross_entropy", "squared_error"] = "cross_entropy") -> Run:
    """Say whether averaged predictions never have a larger loss than the mean, best or worst of three members.

    For convex losses Jensen's inequality promises it of the mean member, and so of the worst.
    """
    return settle(
        "By how much the ensemble's loss exceeds that of the member, in 200 random cases",
        Holds.IF_EQUAL,
        _excess,
        {"member": member, "loss": loss},
        [{"member": "mean", "loss": loss}, {"member": "best", "loss": loss}],
    )


def _excess(generator: torch.Generator, member: Member, loss: str) -> Tensor:
    if loss == "cross_entropy":
        logits = 2 * randn(generator, 3, 200, 4)
        each, together = cross_entropy(logits.log_softmax(-1), 0), cross_entropy(log_mean_posterior(logits), 0)
    else:
        errors = randn(generator, 3, 200)
        each, together = errors.square(), errors.mean(0).square()
    compared = {"mean": each.mean(0), "best": each.amin(0), "worst": each.amax(0)}[member]
    return (together - compared).clamp(min=0)


@function("ensemble.gains_from", Kind.MEASURED, example={"varied": "initialisation"}, shows=(random_relu_features,))
def gains_from(varied: Literal["initialisation", "nothing"] = "initialisation") -> Run:
    """Say whether the mean of five networks, trained on the same data, has a squared error over 5 % below theirs.

    They differ in their random hidden layers, or in nothing.
    """
    return settle(
        "Share of the members' mean squared error that averaging removes",
        Holds.IF_DIFFERENT,
        _gain,
        {"varied": varied},
        [{"varied": "initialisation"}, {"varied": "nothing"}],
        Thresholds(none=1e-6, some=0.05),
    )


def _gain(generator: torch.Generator, varied: str) -> Tensor:
    x, points = (torch.linspace(-1, 1, n, dtype=torch.float64).to(current()) for n in (20, 50))
    y = (3 * x).sin() + 0.3 * randn(generator, 20)
    seed = int(torch.randint(10**6, (), generator=generator))
    predictions = []
    for member in range(5):
        own = torch.Generator().manual_seed(seed + (member if varied == "initialisation" else 0))
        features = random_relu_features(torch.cat([x, points]), 10, 1, own)
        predictions.append(features[20:] @ (torch.linalg.pinv(features[:20]) @ y))
    errors = torch.stack(predictions) - (3 * points).sin()
    return 1 - errors.mean(0).square().mean() / errors.square().mean()


@function("ensemble.vote_beats_member", Kind.MEASURED, example={"p": 0.7}, shows=(vote_accuracy,))
def vote_beats_member(p: Annotated[float, Between(0.06, 0.94)] = 0.7, members: Literal[3, 5, 7] = 3) -> Run:
    """Say whether the majority of independent voters is right more often than they are on average.

    Each is right with a probability of about p (to 0.02); it holds for p above ½ and not below.
    """
    return settle(
        "Accuracy of the majority above the voters' mean accuracy",
        Holds.IF_DIFFERENT,
        _gain_of_vote,
        {"p": p, "members": members},
        [{"p": 0.7, "members": members}, {"p": 0.4, "members": members}],
        Thresholds(none=1e-9, some=0.01),
    )


def _gain_of_vote(generator: torch.Generator, p: float, members: int) -> Tensor:
    accuracies = p + 0.04 * (torch.rand(members, generator=generator, dtype=torch.float64) - 0.5)
    gain = vote_accuracy(accuracies.tolist()) - accuracies.mean()
    return gain.clamp(min=0)


@function("ensemble.averaging_logits_is", Kind.MEASURED, example={"mean": "geometric"}, shows=(geometric_posterior,))
def averaging_logits_is(mean: Literal["geometric", "arithmetic"] = "geometric") -> Run:
    """Say whether the softmax of the mean logits is this mean of the members' probabilities, divided by its sum."""
    return settle(
        "Softmax of the mean logits less the mean of the probabilities",
        Holds.IF_EQUAL,
        _posterior_error,
        {"mean": mean},
        [{"mean": "geometric"}, {"mean": "arithmetic"}],
    )


def _posterior_error(generator: torch.Generator, mean: str) -> Tensor:
    logits = randn(generator, 3, 8, 4)
    probabilities = logits.softmax(-1)
    found = probabilities.prod(0) ** (1 / 3) if mean == "geometric" else probabilities.mean(0)
    return geometric_posterior(logits) - found / found.sum(-1, keepdim=True)
