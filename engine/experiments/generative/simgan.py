"""SimGAN: what holds a refined image to the synthetic one, and how much of it one verdict sees."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.refinement.image_history import ImageHistory
from engine.generative.refinement.self_regularization import self_regularization
from engine.registry import Kind, function

_PIXELS, _STEPS, _RATE = 12, 60, 0.1


@function("simgan.keeps_image", Kind.MEASURED, example={"weight": 2}, shows=(self_regularization,))
def keeps_image(weight: Annotated[float, Between(0, 100)] = 2.0) -> Run:
    """Say whether pixels that are refined against a discriminator stay at the synthetic image.

    ``weight`` is that of the L1 distance. D's logit is linear in the pixels, with slopes of at most 1.
    """
    settled = settle(
        "Refined less synthetic pixels after 60 steps",
        Holds.IF_EQUAL,
        _drift,
        {"weight": weight},
        [{"weight": 2.0}, {"weight": 0.0}],
        Thresholds(none=1e-9, some=0.1),
    )
    return Run(settled.value, lambda: [*settled.evidence(), _breakdown(weight)])


def _drift(generator: torch.Generator, weight: float) -> Tensor:
    return _refined(generator, weight)[-1]


def _refined(generator: torch.Generator, weight: float) -> Tensor:
    """Return refined - synthetic at the start and after each step; D(refined) is the probability of "refined".

    A step goes down -log(1 - D) and then shrinks the distance by λ·rate, at most to 0: the exact step of an L1 term,
    whose gradient jumps at 0.
    """
    slopes = randn(generator, _PIXELS).tanh()
    distance = torch.zeros_like(slopes)
    distances = [distance]
    for _ in range(_STEPS):
        refined = torch.sigmoid(slopes @ distance)
        moved = distance - _RATE * refined * slopes
        distance = moved.sign() * torch.clamp(moved.abs() - _RATE * weight, min=0)
        distances.append(distance)
    return torch.stack(distances)


def _breakdown(weight: float) -> Curve:
    distances = _refined(torch.Generator().manual_seed(0), weight)
    slopes = randn(torch.Generator().manual_seed(0), _PIXELS).tanh()
    steps = [float(step) for step in range(len(distances))]
    realism = nn.functional.softplus(distances @ slopes).tolist()
    kept = (weight * distances.abs().sum(-1)).tolist()
    return Curve(
        "Terms of the refiner's loss", [Series("realism", steps, realism), Series("λ·L1", steps, kept)], "step"
    )


@function("simgan.distance_vanishes_at", Kind.MEASURED, example={"image": "synthetic"}, shows=(self_regularization,))
def distance_vanishes_at(image: Literal["synthetic", "real", "mean of real"] = "synthetic") -> Run:
    """Say whether the refiner's L1 term is 0 when the refined image equals this one."""
    return settle(
        "The L1 term",
        Holds.IF_EQUAL,
        _distance_at,
        {"image": image},
        [{"image": other} for other in ("synthetic", "real", "mean of real")],
    )


def _distance_at(generator: torch.Generator, image: str) -> Tensor:
    synthetic, real = randn(generator, _PIXELS), randn(generator, 4, _PIXELS)
    refined = {"synthetic": synthetic, "real": real[0], "mean of real": real.mean(0)}[image]
    return self_regularization(refined, synthetic)


@function("simgan.verdict_sees_a_patch_only", Kind.MEASURED, example={"head": "convolution"})
def verdict_sees_a_patch_only(head: Literal["convolution", "linear"] = "convolution") -> Run:
    """Say whether a verdict of three 3×3 convolutions, the first two strided, leaves part of 32×32 pixels unseen.

    The head behind them is a 1×1 convolution, a verdict for each place, or one linear layer over all places.
    """
    return settle(
        "Share of the pixels that one verdict does not see",
        Holds.IF_DIFFERENT,
        _unseen,
        {"head": head},
        [{"head": "convolution"}, {"head": "linear"}],
        Thresholds(none=0.01, some=0.3),
    )


def _unseen(generator: torch.Generator, head: str) -> Tensor:
    x = randn(generator, 1, 1, 32, 32).requires_grad_()
    features = x
    for stride in (2, 2, 1):
        weight = randn(generator, 1, 1, 3, 3)
        features = nn.functional.conv2d(features, weight, stride=stride, padding=1)
    weights = randn(generator, *features.shape)
    verdict = features[0, 0, 4, 4] if head == "convolution" else (features * weights).sum()
    (gradient,) = torch.autograd.grad(verdict, x)
    return (gradient == 0).double().mean()


@function("simgan.discriminator_sees_old_images", Kind.MEASURED, example={"history": True}, shows=(ImageHistory,))
def discriminator_sees_old_images(history: bool = True) -> Run:
    """Say whether the discriminator's fifth batch holds images that an earlier refiner made."""
    return settle(
        "Share of the batch that is older than the batch",
        Holds.IF_DIFFERENT,
        _old_share,
        {"history": history},
        [{"history": True}, {"history": False}],
        Thresholds(none=0, some=0.1),
    )


def _old_share(generator: torch.Generator, history: bool) -> Tensor:
    buffer, batch = ImageHistory(capacity=16, generator=generator), torch.empty(0)
    for age in range(5):
        refined = torch.full((8, 1), float(age))  # an image that says when it was made
        batch = buffer.mix(refined) if history else refined
    return (batch < 4).double().mean()
