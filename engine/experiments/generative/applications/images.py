"""Images made for a purpose: from another image, from a caption, from the frame before, into a hole, as a label map."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.applications.face_completion import fill
from engine.generative.applications.image_to_image import PatchDiscriminator
from engine.generative.applications.segmentation import pixel_cross_entropy
from engine.generative.applications.text_to_image import ConditionalDiscriminator, train
from engine.generative.applications.video_prediction import fitted_kernel, next_frame_loss
from engine.registry import Kind, function


@function("image_to_image.verdict_depends_on", Kind.MEASURED, example={"image": "input"}, shows=(PatchDiscriminator,))
def verdict_depends_on(image: Literal["input", "output", "neither"] = "input") -> Run:
    """Say whether pix2pix's discriminator changes its verdicts when the input, or the output, is another image."""
    return settle(
        "Change of the verdicts",
        Holds.IF_DIFFERENT,
        _verdicts_changed,
        {"image": image},
        [{"image": other} for other in ("input", "output", "neither")],
    )


def _verdicts_changed(generator: torch.Generator, image: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        judge = PatchDiscriminator(1, num_layers=1, width=2).double()
    for parameter in judge.parameters():
        parameter.data = randn(generator, *parameter.shape)
    judge.to(randn(generator, 1).device).eval()
    x, y, other = randn(generator, 3, 1, 1, 16, 16)
    changed = {"input": (other, y), "output": (x, other), "neither": (x, y)}[image]
    return torch.sub(judge(x, y), judge(*changed))


@function(
    "text_to_image.caption_changes_sample",
    Kind.MEASURED,
    example={"sees_caption": True},
    shows=(ConditionalDiscriminator,),
)
def caption_changes_sample(sees_caption: bool = True) -> Run:
    """Say whether a conditional GAN, trained for 12 rounds on captions for N(±1.5, ¼), gives each its own samples.

    Without ``sees_caption`` the discriminator is not told for which caption a sample was made.
    """
    return settle(
        "Mean for the second caption less that for the first (0 where it is less)",
        Holds.IF_DIFFERENT,
        _means_apart,
        {"sees_caption": sees_caption},
        [{"sees_caption": True}, {"sees_caption": False}],
        Thresholds(none=0.5, some=1.0),
    )


def _means_apart(generator: torch.Generator, sees_caption: bool) -> Tensor:
    weight = train((-1.5, 1.5), sees_caption, 12, generator).weight
    return (weight[2] - weight[1]).clamp(min=0)


@function("video.shift_predicts", Kind.MEASURED, example={"motion": "even"}, shows=(fitted_kernel, next_frame_loss))
def shift_predicts(motion: Literal["even", "random"] = "even") -> Run:
    """Say whether one convolution predicts the next frame without error, for images that move evenly or at random."""
    return settle(
        "Mean squared error of the best kernel over six frames",
        Holds.IF_EQUAL,
        _frame_error,
        {"motion": motion},
        [{"motion": "even"}, {"motion": "random"}],
        Thresholds(none=1e-9, some=0.01),
    )


def _frame_error(generator: torch.Generator, motion: str) -> Tensor:
    first = randn(generator, 10, 10)
    chances = torch.randint(-2, 3, (5, 2), generator=generator).tolist()
    frames = [first]
    for row, column in chances if motion == "random" else [(1, -2)] * 5:
        frames.append(frames[-1].roll((row, column), (0, 1)))
    film = torch.stack(frames)
    return next_frame_loss(fitted_kernel(film, 5), film)


@function("face_completion.keeps", Kind.MEASURED, example={"pixels": "known"}, shows=(fill,))
def keeps(pixels: Literal["known", "missing"] = "known") -> Run:
    """Say whether filling a hole leaves the ``pixels`` outside of it, or those inside, as they were."""
    return settle(
        "Change of these pixels",
        Holds.IF_EQUAL,
        _pixels_changed,
        {"pixels": pixels},
        [{"pixels": "known"}, {"pixels": "missing"}],
    )


def _pixels_changed(generator: torch.Generator, pixels: str) -> Tensor:
    image, generated = randn(generator, 2, 6, 6)
    hole = torch.zeros_like(image)
    hole[2:5, 1:4] = 1
    change = torch.sub(fill(image, hole, generated), image)
    return change[hole == (0 if pixels == "known" else 1)]


@function("adversarial_segmentation.term_sees_shape", Kind.MEASURED, example={"term": "adversarial"})
def term_sees_shape(term: Literal["pixels", "adversarial"] = "adversarial") -> Run:
    """Say whether a term of the loss changes when all pixels of predicted and true map are shuffled alike.

    The discriminator has one 3×3 convolution; its logit, the mean square of that, stands for the adversarial term.
    """
    return settle(
        "Change of the term",
        Holds.IF_DIFFERENT,
        _shuffled,
        {"term": term},
        [{"term": "adversarial"}, {"term": "pixels"}],
    )


def _shuffled(generator: torch.Generator, term: str) -> Tensor:
    logits = randn(generator, 1, 3, 6, 6)
    labels = torch.randint(3, (1, 6, 6), generator=generator).to(logits.device)
    order = torch.randperm(36, generator=generator).to(logits.device)
    weight = randn(generator, 1, 3, 3, 3)

    def score(z: Tensor, y: Tensor) -> Tensor:
        if term == "pixels":
            return pixel_cross_entropy(z, y)
        return functional.conv2d(z.softmax(1), weight).square().mean()

    moved = logits.flatten(2)[:, :, order].reshape(logits.shape)
    return score(logits, labels) - score(moved, labels.flatten(1)[:, order].reshape(labels.shape))
