"""``perceptual_gan.*``: lifting the features of small objects towards those of large ones."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.doors._classes import Logits, Targets, checked
from engine.doors.generative._generative import Answers, Weight, numbers, terms
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series
from engine.generative.applications import perceptual_gan
from engine.registry import Kind, function

Features = Annotated[Tensor, Elements(512, dims=2), Between(-100, 100)]
_TWO = {
    "small": [[1, 0], [1, 0.5], [0, 1], [0, 0.5]],
    "early": [[1], [1.2], [-1], [-0.9]],
    "large": [[3, 0], [3, 1], [0, 3], [0, 2]],
}
_LOSS = {"answers": [0.2, 0.6], "logits": [[1, 0], [0, 2]], "labels": [0, 1]}


@function(
    "perceptual_gan.least_distance",
    Kind.MEASURED,
    example=_TWO,
    shows=(perceptual_gan.train, perceptual_gan.ResidualFeatures),
)
def least_distance(small: Features, early: Features, large: Features) -> Run:
    """Return how close small + W·early + b comes to ``large`` by 600 gradient steps: the mean squared distance.

    Each row is an object. The step is the largest that is safe for these ``early`` features.
    """
    features = _checked(small, early, large)
    distances = _trained(*features)
    return Run(distances[-1].item(), lambda: _course(distances), str(distances.device))


@function(
    "perceptual_gan.least_distance_formula",
    Kind.CLOSED_FORM,
    example=_TWO,
    shows=(perceptual_gan.least_distance,),
)
def least_distance_formula(small: Features, early: Features, large: Features) -> Run:
    """Return the same as the residual of a linear regression of large - small on ``early``."""
    features = _checked(small, early, large)
    return Run(perceptual_gan.least_distance(*features).item(), lambda: _course(_trained(*features)))


@function("perceptual_gan.loss", Kind.MODULE, example=_LOSS)
def loss(answers: Answers, logits: Logits, labels: Targets, weight: Weight = 1.0) -> Run:
    """Return the generator's loss: ``nn.BCELoss`` of the adversarial branch, ``nn.CrossEntropyLoss`` of the other.

    ``answers`` are probabilities of "from a large object", ``logits`` the perception branch's class scores, weighed
    with ``weight``.
    """
    z, y = checked(logits, labels)
    judged = numbers(answers)
    adversarial: Tensor = nn.BCELoss()(judged, torch.ones_like(judged))
    perception: Tensor = nn.CrossEntropyLoss()(z, y)
    rows = [("adversarial", adversarial.item()), (f"perception, to be weighed with {weight:g}", perception.item())]
    return Run(adversarial.item() + weight * perception.item(), lambda: [terms("Terms", rows)], str(z.device))


@function("perceptual_gan.loss_formula", Kind.CLOSED_FORM, example=_LOSS, shows=(perceptual_gan.perceptual_loss,))
def loss_formula(answers: Answers, logits: Logits, labels: Targets, weight: Weight = 1.0) -> Run:
    """Return the same as mean -log D plus weight times mean -log p(label)."""
    z, y = checked(logits, labels)
    found = perceptual_gan.perceptual_loss(numbers(answers).logit(), z, y, weight)
    return Run(found.total.item(), device=str(z.device))


def _checked(small: Tensor, early: Tensor, large: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    if small.shape != large.shape or len(early) != len(small):
        raise Refused("small and large need one shape, and early as many rows")
    if len(small) < early.shape[1] + 2:
        raise Refused(f"{early.shape[1]} early features need at least {early.shape[1] + 2} objects")
    design = torch.cat([early, torch.ones(len(early), 1)], dim=1)
    curvatures = torch.linalg.svdvals(design).square()
    if curvatures[-1] < 0.05 * curvatures[0]:
        raise Refused("the early features are too alike for 600 steps to find their weights")
    device = for_float64()
    return small.to(device), early.to(device), large.to(device)


def _trained(small: Tensor, early: Tensor, large: Tensor) -> Tensor:
    design = torch.cat([early, torch.ones_like(early[:, :1])], dim=1)
    steepest = 2 * torch.linalg.svdvals(design).square()[0].item() / len(small)
    generator = perceptual_gan.ResidualFeatures(early.shape[1], small.shape[1]).to(small)
    return perceptual_gan.train(generator, small, early, large, steps=600, lr=1 / steepest)


def _course(distances: Tensor) -> Blocks:
    steps = [float(step) for step in range(len(distances))][:200]
    series = [Series("distance", steps, distances[:200].tolist())]
    return [Curve("Mean squared distance from the large objects' features", series, "step")]
