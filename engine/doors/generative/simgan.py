"""``simgan.*``: the refiner's loss, the loss over patches, and how large a patch is."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Elements, Length
from engine.doors.generative._generative import Answers, Number, Weight, numbers, same_length, terms
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Text
from engine.generative.refinement.local_adversarial import local_adversarial_loss, measured_patch
from engine.generative.refinement.self_regularization import refiner_loss
from engine.models.simgan import PatchJudge
from engine.registry import Kind, function

Verdicts = Annotated[Tensor, Elements(1024, dims=2), Between(1e-9, 1 - 1e-9)]
Pixels = Annotated[tuple[Number, ...], Length(1, 1024)]
Side = Annotated[int, Between(4, 1024)]
_REFINED = {"answers": [0.8, 0.3], "refined": [1, 2, 3], "synthetic": [1, 1, 1], "weight": 0.1}
_MAP = {"verdicts": [[0.9, 0.2], [0.5, 0.7]], "is_refined": True}


@function("simgan.refiner_loss", Kind.MODULE, example=_REFINED)
def refiner_loss_of(answers: Answers, refined: Pixels, synthetic: Pixels, weight: Weight) -> Run:
    """Return a refiner's loss by torch's modules: cross-entropy of D's answers, plus ``weight`` times the L1 distance.

    ``answers`` are D's probabilities of "refined" for the refined image's patches; both terms are sums. The distance is
    that from the synthetic image.

    >>> round(refiner_loss_of((0.5,), (1.0, 3.0), (1.0, 1.0), 0.1).value, 6)  # log 2 + 0.1·2
    0.893147
    """
    same_length("refined", refined, "synthetic", synthetic)
    judged = numbers(answers)
    realism = nn.BCELoss(reduction="sum")(judged, torch.zeros_like(judged))
    distance = nn.L1Loss(reduction="sum")(numbers(refined), numbers(synthetic))
    rows = [
        ("realism, -Σ log(1 - D)", realism.item()),
        (f"L1 distance, to be weighed with {weight:g}", distance.item()),
    ]
    return Run((realism + weight * distance).item(), lambda: [terms("Terms", rows)], str(judged.device))


@function("simgan.refiner_loss_formula", Kind.CLOSED_FORM, example=_REFINED, shows=(refiner_loss,))
def refiner_loss_formula(answers: Answers, refined: Pixels, synthetic: Pixels, weight: Weight) -> Run:
    """Return the same as -Σ log(1 - D) + λ·Σ |refined - synthetic|."""
    same_length("refined", refined, "synthetic", synthetic)
    found = refiner_loss(_two_logits(numbers(answers)[None]), numbers(refined), numbers(synthetic), weight)
    rows = [("realism", found.realism.item()), ("L1 distance, unweighed", found.self_regularization.item())]
    return Run(found.total.item(), lambda: [terms("Terms", rows)], str(found.total.device))


@function("simgan.local_loss", Kind.MODULE, example=_MAP)
def local_loss(verdicts: Verdicts, is_refined: bool = True) -> Run:
    """Return the sum of the patches' cross-entropies by ``nn.CrossEntropyLoss``; a verdict is D's P(refined).

    >>> import math
    >>> round(local_loss(torch.full((2, 3), 0.5, dtype=torch.float64)).value / math.log(2), 6)  # six patches
    6.0
    """
    logits = _two_logits(verdicts.to(numbers([0]).device))
    label = torch.full((1, *verdicts.shape), int(is_refined), device=logits.device)
    found: Tensor = nn.CrossEntropyLoss(reduction="sum")(logits, label)
    heatmap = Heatmap("Verdicts, P(refined)", verdicts.tolist(), "column", "row")
    return Run(found.item(), lambda: [heatmap], str(found.device))


@function("simgan.local_loss_formula", Kind.CLOSED_FORM, example=_MAP, shows=(local_adversarial_loss,))
def local_loss_formula(verdicts: Verdicts, is_refined: bool = True) -> Run:
    """Return the same as -Σ log D over refined patches, or -Σ log(1 - D) over real ones."""
    found = local_adversarial_loss(_two_logits(verdicts.to(numbers([0]).device)), is_refined)
    heatmap = Heatmap("Verdicts, P(refined)", verdicts.tolist(), "column", "row")
    return Run(found.item(), lambda: [heatmap], str(found.device))


@function("simgan.patch_size", Kind.MEASURED, example={"size": 55}, shows=(measured_patch, PatchJudge))
def patch_size(size: Annotated[int, Between(48, 96)] = 64) -> Run:
    """Return the side of the patch that one verdict of SimGAN's discriminator sees, by the gradient at its input.

    >>> patch_size(64).value
    23
    """
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced
        height, width = measured_patch(PatchJudge(width=3), 1, size)
    if height != width:
        raise Refused(f"the patch is not square: {height}×{width}")
    share = f"{100 * height * width / size**2:.0f} %"
    return Run(height, lambda: [Text(f"Of {size}×{size} pixels, one verdict sees {height}×{width}: {share}.")], "cpu")


@function("simgan.map_shape", Kind.MODULE, example={"height": 35, "width": 55}, shows=(PatchJudge,))
def map_shape(height: Side, width: Side) -> Run:
    """Return the shape [H, W] of the map of verdicts that SimGAN's discriminator gives for one image.

    >>> map_shape(35, 55).value
    [9, 14]
    """
    with torch.device("meta"):
        verdicts = PatchJudge()(torch.empty(1, 1, height, width))
    rows, columns = verdicts.shape[-2:]
    said = f"{rows}·{columns} = {rows * columns} verdicts, each with its own cross-entropy."
    return Run([rows, columns], lambda: [Text(said)], device="meta")


def _two_logits(refined: Tensor) -> Tensor:
    """Return logits (1, 2, h, w), or (1, 2, n), that a softmax turns into these probabilities of class 1."""
    return torch.stack([(1 - refined).log(), refined.log()])[None]
