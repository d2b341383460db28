"""``face_completion.*``: filling a hole, and the loss of what was filled in."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.doors.generative._generative import Answers, Weight, numbers, terms
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run
from engine.generative.applications import face_completion
from engine.registry import Kind, function

Image = Annotated[Tensor, Elements(1024, dims=2), Between(-1e3, 1e3)]
Hole = Annotated[Tensor, Elements(1024, dims=2), Between(0, 1)]
Distance = Annotated[float, Between(0, 1e6)]
_IMAGES = {"generated": [[1, 2], [3, 4]], "target": [[0, 0], [1, 0]], "hole": [[0, 1], [1, 0]]}
_LOSS = {"error": 0.5, "answers": [0.25], "identity": 2, "adversarial_weight": 0.1, "identity_weight": 0.01}


@function("face_completion.hole_error", Kind.MODULE, example=_IMAGES)
def hole_error(generated: Image, target: Image, hole: Hole) -> Run:
    """Return the mean squared error over the hole by ``nn.MSELoss``; ``hole`` is 1 where pixels are missing.

    >>> hole_error(torch.tensor([[3.0, 9.0]]), torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])).value
    9.0
    """
    made, true, missing = _checked(generated, target, hole)
    error: Tensor = nn.MSELoss()(made[missing > 0], true[missing > 0])
    return Run(error.item(), lambda: _shown(made, true, missing), str(error.device))


@function("face_completion.hole_error_formula", Kind.CLOSED_FORM, example=_IMAGES, shows=(face_completion.hole_error,))
def hole_error_formula(generated: Image, target: Image, hole: Hole) -> Run:
    """Return the same as Σ hole·(generated - target)² over Σ hole."""
    made, true, missing = _checked(generated, target, hole)
    error = face_completion.hole_error(made, true, missing)
    return Run(error.item(), lambda: _shown(made, true, missing), str(error.device))


@function("face_completion.loss", Kind.MODULE, example=_LOSS)
def loss(
    error: Distance, answers: Answers, identity: Distance, adversarial_weight: Weight, identity_weight: Weight
) -> Run:
    """Return error + adversarial_weight·``nn.BCELoss`` + identity_weight·identity of a completed face.

    ``answers`` are the discriminator's, ``identity`` the squared distance of two faces' identity features.
    """
    judged = numbers(answers)
    adversarial: Tensor = nn.BCELoss()(judged, torch.ones_like(judged))
    rows = [
        ("error in the hole", error),
        ("adversarial, unweighed", adversarial.item()),
        ("identity, unweighed", identity),
    ]
    value = error + adversarial_weight * adversarial.item() + identity_weight * identity
    return Run(value, lambda: [terms("Terms", rows)], str(judged.device))


@function("face_completion.loss_formula", Kind.CLOSED_FORM, example=_LOSS, shows=(face_completion.completion_loss,))
def loss_formula(
    error: Distance, answers: Answers, identity: Distance, adversarial_weight: Weight, identity_weight: Weight
) -> Run:
    """Return the same with mean -log D for the adversarial term."""
    known, away = numbers([error, identity])
    logits = numbers(answers).logit()
    found = face_completion.completion_loss(known, logits, away, adversarial_weight, identity_weight)
    return Run(found.total.item(), device=str(logits.device))


def _checked(generated: Tensor, target: Tensor, hole: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    if not generated.shape == target.shape == hole.shape:
        shapes = ", ".join(str(list(image.shape)) for image in (generated, target, hole))
        raise Refused(f"generated, target and hole need one shape, not {shapes}")
    if bool(((hole != 0) & (hole != 1)).any()) or not bool(hole.any()):
        raise Refused("a hole is 1 where pixels are missing and 0 elsewhere, with at least one 1")
    device = for_float64()
    return generated.to(device), target.to(device), hole.to(device)


def _shown(generated: Tensor, target: Tensor, hole: Tensor) -> Blocks:
    images = {
        "With its hole": target * (1 - hole),
        "Filled": face_completion.fill(target, hole, generated),
        "True": target,
    }
    return [Heatmap(title, image.tolist()) for title, image in images.items()]
