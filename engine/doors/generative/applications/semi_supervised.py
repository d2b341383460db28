"""``semi_supervised.*``: a discriminator that is a classifier of K classes and one more, "generated"."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Length
from engine.doors.generative._generative import numbers, same_length, terms
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.generative.applications.semi_supervised import real_logit, semi_supervised_loss
from engine.registry import Kind, function

Scores = Annotated[tuple[Annotated[float, Between(-50, 50)], ...], Length(1, 64)]
Label = Annotated[int, Between(0, 63)]
_THREE = {"labelled": [2, 0, 1], "label": 0, "unlabelled": [0, 1, 1], "generated": [-1, -2, 0]}


@function("semi_supervised.real_probability", Kind.MODULE, example={"logits": [2, 0, 1]})
def real_probability(logits: Scores) -> Run:
    """Return 1 - P(generated) by ``nn.Softmax`` over K class logits and a 0 for "generated".

    >>> real_probability((0.0, 0.0, 0.0)).value
    0.75
    """
    chances: Tensor = nn.Softmax(dim=-1)(torch.cat([numbers(logits), numbers([0.0])]))
    names = [*(f"class {index}" for index in range(len(logits))), "generated"]
    rows = list(zip(names, chances.tolist(), strict=True))
    return Run(
        1 - chances[-1].item(), lambda: [Table("Softmax", ["outcome", "probability"], rows)], str(chances.device)
    )


@function("semi_supervised.real_probability_formula", Kind.CLOSED_FORM, example={"logits": [2, 0]}, shows=(real_logit,))
def real_probability_formula(logits: Scores) -> Run:
    """Return the same as Z/(Z + 1) with Z the sum of exp over the class logits."""
    return Run(real_logit(numbers(logits)).sigmoid().item())


@function("semi_supervised.loss", Kind.MODULE, example=_THREE)
def loss(labelled: Scores, label: Label, unlabelled: Scores, generated: Scores) -> Run:
    """Return the discriminator's loss by ``nn.CrossEntropyLoss`` with K + 1 classes, for one sample of each kind.

    The labelled sample's loss is that among the K classes; an unlabelled one may be of any class but "generated".
    """
    _check(labelled, label, unlabelled, generated)
    cross_entropy = nn.CrossEntropyLoss()
    supervised = cross_entropy(numbers(labelled)[None], _index(label)).item()
    extra = numbers([0.0])
    as_real = -torch.cat([numbers(unlabelled), extra]).softmax(-1)[:-1].sum().log().item()
    as_fake = cross_entropy(torch.cat([numbers(generated), extra])[None], _index(len(generated))).item()
    rows = [("labelled", supervised), ("unlabelled is real", as_real), ("generated is not", as_fake)]
    return Run(supervised + as_real + as_fake, lambda: [terms("Terms", rows)], str(extra.device))


@function("semi_supervised.loss_formula", Kind.CLOSED_FORM, example=_THREE, shows=(semi_supervised_loss,))
def loss_formula(labelled: Scores, label: Label, unlabelled: Scores, generated: Scores) -> Run:
    """Return the same from log-sum-exp alone, without the extra class."""
    _check(labelled, label, unlabelled, generated)
    scores = [numbers(values)[None] for values in (labelled, unlabelled, generated)]
    found = semi_supervised_loss(scores[0], _index(label), scores[1], scores[2])
    rows = [("supervised", found.supervised.item()), ("unsupervised", found.unsupervised.item())]
    return Run(found.total.item(), lambda: [terms("Terms", rows)], str(scores[0].device))


def _index(label: int) -> Tensor:
    return torch.tensor([label], device=numbers([0.0]).device)


def _check(labelled: Scores, label: int, unlabelled: Scores, generated: Scores) -> None:
    same_length("labelled", labelled, "unlabelled", unlabelled)
    same_length("labelled", labelled, "generated", generated)
    if label >= len(labelled):
        raise Refused(f"there are {len(labelled)} classes, numbered from 0, so none is {label}")
