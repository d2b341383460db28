"""Enlarging an image: what a small one leaves open, and which loss chooses what among the large ones."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.super_resolution.content_loss import generator_objective
from engine.generative.super_resolution.down_sampling import invisible_change, reduce
from engine.registry import Kind, function

_SIZE, _FACTOR = 8, 2


@function(
    "super_resolution.same_small_image",
    Kind.MEASURED,
    example={"change": "sums to 0 in each block"},
    shows=(reduce, invisible_change),
)
def same_small_image(change: Literal["sums to 0 in each block", "any"] = "sums to 0 in each block") -> Run:
    """Say whether an 8×8 image and a plainly changed one are reduced to the same 4×4 image of block means."""
    return settle(
        "The one small image less the other",
        Holds.IF_EQUAL,
        _small_images_apart,
        {"change": change},
        [{"change": "sums to 0 in each block"}, {"change": "any"}],
    )


def _small_images_apart(generator: torch.Generator, change: str) -> Tensor:
    image = randn(generator, _SIZE, _SIZE)
    other = invisible_change(image, generator, _FACTOR)
    other = other if change != "any" else image + randn(generator, _SIZE, _SIZE)
    small, small_other = reduce(torch.stack([image, other])[:, None], _FACTOR)[:, 0]
    return torch.sub(small, small_other)


@function("super_resolution.blur_beats_sharp", Kind.MEASURED, example={"by": "squared error"})
def blur_beats_sharp(by: Literal["squared error", "nearest image"] = "squared error") -> Run:
    """Say whether the mean of all images that fit scores better than one of them, at random, as the guess.

    By squared error (and so by PSNR) on the true one, or by the distance from the nearest image that exists.
    """
    return settle(
        "Score of the mean over that of a sharp guess, less 1 (0 where it is less)",
        Holds.IF_EQUAL,
        _blur_worse,
        {"by": by},
        [{"by": "squared error"}, {"by": "nearest image"}],
        Thresholds(none=1e-9, some=0.1),
    )


def _blur_worse(generator: torch.Generator, by: str) -> Tensor:
    images = randn(generator, 64, 16).sign()  # what the small image may stand for
    blur = images.mean(0)
    errors = (images[:, None] - images).square().mean(-1)
    if by == "squared error":
        return torch.clamp((images - blur).square().mean() - errors.mean(), min=0)
    nearest = (images - blur).square().mean(-1).min()
    return torch.clamp(nearest - errors.min(dim=1).values.mean(), min=0)


@function("srgan.ends_at_target", Kind.MEASURED, example={"content": True}, shows=(generator_objective,))
def ends_at_target(content: bool = True, adversarial: bool = True) -> Run:
    """Say whether descending SRGAN's loss from another sharp image ends at the true one.

    Sharp are images of nothing but ±1, and D accepts all of them. Each term of the loss can be left out.
    """
    return settle(
        "Distance of the pixels from the true image at the end",
        Holds.IF_EQUAL,
        _missed,
        {"content": content, "adversarial": adversarial},
        [{"content": True, "adversarial": True}, {"content": False, "adversarial": True}],
        Thresholds(none=0.01, some=0.5),
    )


def _missed(generator: torch.Generator, content: bool, adversarial: bool) -> Tensor:
    target = randn(generator, 16).sign()
    image = -target
    for _ in range(25):
        asked = image.detach().requires_grad_()
        sharpness = 2 - 4 * (asked.square() - 1).square()
        parts = generator_objective(asked, target, sharpness)
        loss = 16 * parts.content * content + 0.016 * parts.adversarial * adversarial
        image = asked if not (content or adversarial) else asked - 0.1 * torch.autograd.grad(loss, asked)[0]
    return torch.sub(image, target)
