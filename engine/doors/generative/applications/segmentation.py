"""``adversarial_segmentation.*``: cross-entropy pixel by pixel plus a discriminator's verdict on the whole map."""

import torch
from torch import Tensor, nn

from engine.doors._classes import Logits, Targets, checked
from engine.doors.generative._generative import Answers, Weight, numbers, terms
from engine.evidence import Blocks, Heatmap, Run
from engine.generative.applications.segmentation import segmentation_loss
from engine.registry import Kind, function

_MAP = {"logits": [[2, 0], [0, 1], [1, 1]], "labels": [0, 1, 1], "answers": [0.3], "weight": 0.1}


@function("adversarial_segmentation.loss", Kind.MODULE, example=_MAP)
def loss(logits: Logits, labels: Targets, answers: Answers, weight: Weight) -> Run:
    """Return ``nn.CrossEntropyLoss`` over pixels, a row of logits each, plus ``weight`` times ``nn.BCELoss``.

    ``answers`` are the discriminator's for predicted label maps, probabilities of "drawn by a person".
    """
    z, y = checked(logits, labels)
    judged = numbers(answers)
    pixels: Tensor = nn.CrossEntropyLoss()(z, y)
    adversarial: Tensor = nn.BCELoss()(judged, torch.ones_like(judged))
    rows = [("pixels", pixels.item()), (f"adversarial, to be weighed with {weight:g}", adversarial.item())]
    return Run(pixels.item() + weight * adversarial.item(), lambda: [terms("Terms", rows), *_map(z)], str(z.device))


@function("adversarial_segmentation.loss_formula", Kind.CLOSED_FORM, example=_MAP, shows=(segmentation_loss,))
def loss_formula(logits: Logits, labels: Targets, answers: Answers, weight: Weight) -> Run:
    """Return the same as the mean of -log p(label) plus weight times mean -log D."""
    z, y = checked(logits, labels)
    found = segmentation_loss(z.mT[None, :, :, None], y[None, :, None], numbers(answers).logit(), weight)
    return Run(found.item(), lambda: _map(z), str(z.device))


def _map(logits: Tensor) -> Blocks:
    return [
        Heatmap("Probability of each class, a row for each pixel", logits[:32].softmax(-1).tolist(), "class", "pixel")
    ]
