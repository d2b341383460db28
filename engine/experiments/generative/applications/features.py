"""Classifiers and detectors with a discriminator: the extra class, and the lifted features of small objects."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.applications import perceptual_gan
from engine.generative.applications.semi_supervised import real_logit
from engine.registry import Kind, function


@function("semi_supervised.ignores_shift", Kind.MEASURED, example={"of": "all K + 1 logits"}, shows=(real_logit,))
def ignores_shift(of: Literal["all K + 1 logits", "the K class logits"] = "all K + 1 logits") -> Run:
    """Say whether P(real) stays when a constant is added to all K + 1 logits, or only to those of the K classes."""
    return settle(
        "Change of P(real)",
        Holds.IF_EQUAL,
        _change,
        {"of": of},
        [{"of": "all K + 1 logits"}, {"of": "the K class logits"}],
    )


def _change(generator: torch.Generator, of: str) -> Tensor:
    classes, fake = randn(generator, 4, 3), randn(generator, 4)
    moved = fake + 2 if of == "all K + 1 logits" else fake
    before, after = real_logit(classes) - fake, real_logit(classes + 2) - moved
    return torch.sub(before.sigmoid(), after.sigmoid())


@function(
    "perceptual_gan.lifts",
    Kind.MEASURED,
    example={"early": "tells the object"},
    shows=(perceptual_gan.ResidualFeatures, perceptual_gan.train),
)
def lifts(early: Literal["tells the object", "noise"] = "tells the object") -> Run:
    """Say whether a residual generator brings small objects' features of two kinds near those of large ones.

    Near is less than a tenth of the distance that is left by shifting all of them alike. The early layer's features
    tell the kind of the object, or nothing.
    """
    return settle(
        "Distance after training over the distance left by a common shift",
        Holds.IF_EQUAL,
        _distance_kept,
        {"early": early},
        [{"early": "tells the object"}, {"early": "noise"}],
        Thresholds(none=0.1, some=0.4),
    )


def _distance_kept(generator: torch.Generator, early: str) -> Tensor:
    kind = (torch.arange(40) % 2 * 2 - 1).double()[:, None].to(randn(generator, 1))
    small = 0.1 * randn(generator, 40, 2)
    large = small + kind * small.new_tensor([2.0, -1.0]) + 1
    clue = kind + 0.1 * randn(generator, 40, 1) if early == "tells the object" else randn(generator, 40, 1)
    learner = perceptual_gan.ResidualFeatures(1, 2).to(small)
    distances = perceptual_gan.train(learner, small, clue, large, steps=40, lr=0.2)
    shifted = (large - small - (large - small).mean(0)).square().sum(-1).mean()
    return distances[-1] / shifted
