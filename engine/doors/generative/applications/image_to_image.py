"""``image_to_image.*``: pix2pix's loss and its patch discriminator."""

from typing import Annotated

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Length
from engine.doors.generative._generative import Answers, Number, Weight, numbers, same_length, terms
from engine.evidence import Run, Table, Text
from engine.generative.applications import image_to_image
from engine.generative.applications.image_to_image import PatchDiscriminator
from engine.registry import Kind, function

Strided = Annotated[int, Between(1, 5)]
Pixels = Annotated[tuple[Number, ...], Length(1, 1024)]
_LOSS = {"answers": [0.3], "fake": [0.2, 0.9], "target": [0, 1]}


@function("image_to_image.loss", Kind.MODULE, example=_LOSS)
def loss(answers: Answers, fake: Pixels, target: Pixels, l1_weight: Weight = 100.0) -> Run:
    """Return pix2pix's generator loss by torch's modules: ``nn.BCELoss`` plus ``l1_weight`` times ``nn.L1Loss``.

    ``answers`` are the discriminator's for the fake's patches, probabilities of "real".

    >>> round(loss((0.5,), (0.0, 1.0), (0.0, 0.99)).value, 6)  # log 2 + 100·0.005
    1.193147
    """
    same_length("fake", fake, "target", target)
    judged = numbers(answers)
    adversarial = nn.BCELoss()(judged, torch.ones_like(judged))
    distance = nn.L1Loss()(numbers(fake), numbers(target))
    rows = [("adversarial", adversarial.item()), (f"L1, to be weighed with {l1_weight:g}", distance.item())]
    return Run((adversarial + l1_weight * distance).item(), lambda: [terms("Terms", rows)], str(judged.device))


@function("image_to_image.loss_formula", Kind.CLOSED_FORM, example=_LOSS, shows=(image_to_image.translation_loss,))
def loss_formula(answers: Answers, fake: Pixels, target: Pixels, l1_weight: Weight = 100.0) -> Run:
    """Return the same as mean -log D + λ·mean |fake - target|."""
    same_length("fake", fake, "target", target)
    logits = numbers(answers).logit()
    found = image_to_image.translation_loss(logits, numbers(fake), numbers(target), l1_weight)
    return Run(found.item(), device=str(found.device))


@function("image_to_image.patch_size", Kind.MEASURED, example={"num_layers": 2}, shows=(PatchDiscriminator,))
def patch_size(num_layers: Strided = 3) -> Run:
    """Return the side of the patch that one verdict of pix2pix's discriminator sees, by the gradient at its input.

    It has ``num_layers`` 4×4 convolutions with stride 2, and two more with stride 1.

    >>> patch_size(1).value
    16
    """
    network = _discriminator(1, num_layers, width=1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1.0)
    size = (2**num_layers) * 16
    image = torch.ones(1, 1, size, size, requires_grad=True)
    verdicts = network.eval()(image, torch.ones_like(image))[0, 0]
    (gradient,) = torch.autograd.grad(verdicts[verdicts.shape[0] // 2, verdicts.shape[1] // 2], image)
    seen = int((gradient[0, 0].abs().sum(1) > 0).sum())
    said = f"One verdict of {verdicts.shape[0]}×{verdicts.shape[1]} sees {seen}×{seen} of {size}×{size} pixels."
    return Run(seen, lambda: [Text(said)], "cpu")


@function(
    "image_to_image.patch_size_formula",
    Kind.CLOSED_FORM,
    example={"num_layers": 3},
    shows=(image_to_image.patch_size,),
)
def patch_size_formula(num_layers: Strided = 3) -> Run:
    """Return the same from the last layer back: r becomes stride·(r - 1) + 4.

    >>> patch_size_formula(3).value
    70
    """
    return Run(image_to_image.patch_size(num_layers))


@function("image_to_image.num_params", Kind.MODULE, example={"num_layers": 3}, shows=(PatchDiscriminator,))
def num_params(num_layers: Strided = 3, channels: Annotated[int, Between(1, 64)] = 3) -> Run:
    """Return the trainable parameters of pix2pix's discriminator; input and output image have ``channels`` each.

    >>> num_params().value
    2768705
    """
    with torch.device("meta"):
        network = PatchDiscriminator(channels, num_layers)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in network.named_parameters()]
    table = Table("Parameters", ["name", "shape", "numbers"], rows)
    return Run(count_params(network), lambda: [table], device="meta")


def _discriminator(channels: int, num_layers: int, width: int) -> PatchDiscriminator:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights
        return PatchDiscriminator(channels, num_layers, width)
