"""Who learns what: background learns no box, a mask's class does not compete, a far-off box pulls no harder."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.detection.losses import fast_rcnn_loss, mask_loss, smooth_l1
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function


@function("fast_rcnn.offsets_learn", Kind.MEASURED, example={"of": "true class"}, shows=(fast_rcnn_loss,))
def offsets_learn(
    of: Literal["true class", "other classes"] = "true class", region: Literal["object", "background"] = "object"
) -> Run:
    """Say whether these offsets get a gradient from Fast R-CNN's loss, for a region that holds an object or none."""
    return settle(
        "Gradient of the loss by the offsets",
        Holds.IF_DIFFERENT,
        _gradient,
        {"of": of, "region": region},
        [
            {"of": "true class", "region": "object"},
            {"of": "other classes", "region": "object"},
            {"of": "true class", "region": "background"},
        ],
    )


def _gradient(generator: torch.Generator, of: str, region: str) -> Tensor:
    logits, targets = randn(generator, 1, 4), randn(generator, 1, 4)
    offsets = randn(generator, 1, 4, 4).requires_grad_()
    label = 2 if region == "object" else 0
    loss = fast_rcnn_loss(logits, offsets, torch.tensor([label]).to(logits.device), targets).total
    (gradient,) = torch.autograd.grad(loss, offsets)
    own = torch.arange(4).to(logits.device) == label
    return gradient[0][own if of == "true class" else ~own]


@function("mask_rcnn.other_masks_change_loss", Kind.MEASURED, example={"activation": "sigmoid"}, shows=(mask_loss,))
def other_masks_change_loss(activation: Literal["sigmoid", "softmax"] = "sigmoid") -> Run:
    """Say whether the masks of other classes change the loss: with a sigmoid per class, or a softmax over classes."""
    return settle(
        "Loss before and after the other masks change",
        Holds.IF_DIFFERENT,
        _felt_by_loss,
        {"activation": activation},
        [{"activation": "softmax" if activation == "sigmoid" else "sigmoid"}],
    )


def _felt_by_loss(generator: torch.Generator, activation: str) -> Tensor:
    logits, target = randn(generator, 1, 3, 4, 4), randn(generator, 1, 4, 4).gt(0).double()
    changed = logits.clone()
    changed[:, 1:] = randn(generator, 1, 2, 4, 4)
    label = torch.zeros(1, dtype=torch.int64, device=logits.device)

    def loss(given: Tensor) -> Tensor:
        if activation == "sigmoid":
            return mask_loss(given, label, target)
        own = given.softmax(dim=1)[:, 0]
        return -(target * own.log() + (1 - target) * (1 - own).log()).mean()

    return (loss(changed) - loss(logits)).reshape(1)


@function("fast_rcnn.pull_is_bounded", Kind.MEASURED, example={"loss": "smooth_l1"}, shows=(smooth_l1,))
def pull_is_bounded(
    loss: Literal["smooth_l1", "squared"] = "smooth_l1", error: Annotated[float, Between(1, 1e6)] = 100.0
) -> Run:
    """Say whether a box that is ``error`` off pulls no harder than one that is 1 off: smooth L1, or half the square."""
    return settle(
        "Slope at the error less the slope at 1",
        Holds.IF_EQUAL,
        _pull,
        {"loss": loss, "error": error},
        [{"loss": "squared" if loss == "smooth_l1" else "smooth_l1", "error": error}],
    )


def _pull(generator: torch.Generator, loss: str, error: float) -> Tensor:
    sign = randn(generator, 1).sign()
    residuals = (sign * torch.tensor([1.0, error]).to(sign)).requires_grad_()
    values = smooth_l1(residuals) if loss == "smooth_l1" else residuals.square() / 2
    (slopes,) = torch.autograd.grad(values.sum(), residuals)
    return slopes[1:] - slopes[:1]
