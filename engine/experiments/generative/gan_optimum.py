"""The best discriminator: its formula, what the game is worth against it, and what a weak one proves."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.adversarial import optimal_discriminator as best
from engine.registry import Kind, function

Formula = Literal["p/(p + q)", "q/(p + q)", "p", "1/2"]
Worth = Literal["2·JSD - log 4", "JSD - log 4", "2·JSD", "-log 4", "-JSD"]
_OUTCOMES = 5


@function(
    "gan.optimal_discriminator_is",
    Kind.MEASURED,
    example={"formula": "p/(p + q)"},
    shows=(best.searched_discriminator, best.optimal_discriminator),
)
def optimal_discriminator_is(formula: Formula = "p/(p + q)", generator_is: Literal["other", "data"] = "other") -> Run:
    """Say whether the best answers, found by search, are given by this ``formula`` in the densities p and q.

    ``generator_is: data`` gives the generator the data's own distribution, q = p.
    """
    return settle(
        "Answers found by search less those of the formula",
        Holds.IF_EQUAL,
        _answers_apart,
        {"formula": formula, "generator_is": generator_is},
        [
            {"formula": "p/(p + q)", "generator_is": "other"},
            {"formula": "1/2", "generator_is": "other"},
            {"formula": "1/2", "generator_is": "data"},
        ],
        Thresholds(none=1e-9, some=1e-3),
    )


def _answers_apart(generator: torch.Generator, formula: Formula, generator_is: str) -> Tensor:
    p, q = _two(generator, generator_is)
    said = {"p/(p + q)": p / (p + q), "q/(p + q)": q / (p + q), "p": p, "1/2": torch.full_like(p, 0.5)}[formula]
    return best.searched_discriminator(p, q) - said


@function("gan.value_at_optimum_is", Kind.MEASURED, example={"formula": "2·JSD - log 4"}, shows=(best.jensen_shannon,))
def value_at_optimum_is(formula: Worth = "2·JSD - log 4", generator_is: Literal["other", "data"] = "other") -> Run:
    """Say whether V(D, G), maximised over D by search, is this ``formula`` in JSD(p, q), logarithms natural."""
    return settle(
        "Value found by search less that of the formula",
        Holds.IF_EQUAL,
        _values_apart,
        {"formula": formula, "generator_is": generator_is},
        [
            {"formula": "2·JSD - log 4", "generator_is": "other"},
            {"formula": "-log 4", "generator_is": "other"},
            {"formula": "-log 4", "generator_is": "data"},
        ],
        Thresholds(none=1e-9, some=1e-3),
    )


def _values_apart(generator: torch.Generator, formula: Worth, generator_is: str) -> Tensor:
    p, q = _two(generator, generator_is)
    found = best.value_of(best.searched_discriminator(p, q), p, q)
    divergence, log4 = best.jensen_shannon(p, q), p.new_tensor(4.0).log()
    said = {
        "2·JSD - log 4": 2 * divergence - log4,
        "JSD - log 4": divergence - log4,
        "2·JSD": 2 * divergence,
        "-log 4": -log4,
        "-JSD": -divergence,
    }[formula]
    return found - said


def _two(generator: torch.Generator, generator_is: str) -> tuple[Tensor, Tensor]:
    p, q = randn(generator, 2, _OUTCOMES).softmax(-1)
    return p, p if generator_is == "data" else q


@function("gan.confuses", Kind.MEASURED, example={"degree": 1})
def confuses(degree: Literal[1, 2, 3, 4] = 1) -> Run:
    """Say whether a coin's ±1 confuses the best discriminator whose logit is a polynomial of this ``degree``.

    The real data is normal with mean 0 and variance 1, like the coin. Confused is D = ½ everywhere.
    """
    return settle(
        "Value of the game over -log 4 after ten Newton steps of D",
        Holds.IF_EQUAL,
        _gain_of_discriminator,
        {"degree": degree},
        [{"degree": 1}, {"degree": 2}, {"degree": 4}],
        Thresholds(none=1e-6, some=0.02),
    )


def _gain_of_discriminator(generator: torch.Generator, degree: int) -> Tensor:
    half = randn(generator, 100)
    real = torch.cat([half, -half])  # as many on either side, as the law itself
    real = real / real.square().mean().sqrt()
    x = torch.cat([real, real.sign()])
    labels = torch.cat([torch.ones_like(real), torch.zeros_like(real)])
    features = torch.stack([x**power for power in range(degree + 1)], dim=-1)
    weights = x.new_zeros(degree + 1)
    for _ in range(10):
        answers = torch.sigmoid(features @ weights)
        slope = features.mT @ (labels - answers)
        curvature = features.mT @ (features * (answers * (1 - answers))[:, None])
        weights = weights + torch.linalg.pinv(curvature) @ slope
    sides = 2 * labels - 1
    value = 2 * torch.nn.functional.logsigmoid(sides * (features @ weights)).mean()
    return value + x.new_tensor(4.0).log()
