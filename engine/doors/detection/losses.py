"""``fast_rcnn.loss``, ``rpn.loss``, ``mask_rcnn.loss``: what detectors learn from."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements, Length
from engine.detection.losses import DetectionLoss, fast_rcnn_loss, mask_loss, rpn_loss, smooth_l1
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Rows = Annotated[Tensor, Elements(1024, 2), Between(-1e3, 1e3)]
Labels = Annotated[Sequence[Annotated[int, Between(-1, 63)]], Length(1, 64)]
Logits = Annotated[Sequence[Annotated[float, Between(-1e3, 1e3)]], Length(1, 64)]
Offset = Annotated[float, Between(-1e3, 1e3)]
Offsets = tuple[Offset, Offset, Offset, Offset]
Four = Annotated[Sequence[Offsets], Length(1, 64)]
Beta = Annotated[float, Between(1e-3, 100)]
Part = Literal["total", "classification", "boxes"]


@function(
    "fast_rcnn.loss",
    Kind.MEASURED,
    example={"logits": [[0.0, 1.0], [2.0, 0.0]], "labels": [1, 0], "offsets": [[0.5, 0, 0, 0], [3, 3, 3, 3]]},
    shows=(fast_rcnn_loss, smooth_l1),
)
def loss(
    logits: Rows, labels: Labels, offsets: Four, targets: Four | None = None, beta: Beta = 1.0, part: Part = "total"
) -> Run:
    """Return -ln p_u + [u ≥ 1]·Σ smooth L1(t_u - v), averaged over all regions; label 0 is background.

    ``offsets`` are those that the region's own class predicts; ``targets`` are zeros where they are not given.

    >>> import torch
    >>> loss(torch.zeros(2, 2), [1, 0], [[2, 0, 0, 0], [9, 9, 9, 9]], part="boxes").value
    0.75
    """
    if not 0 <= min(labels) <= max(labels) < logits.shape[1]:
        raise Refused(f"labels must be from 0 to {logits.shape[1] - 1}, one of the {logits.shape[1]} classes")
    wanted = targets or [(0.0, 0.0, 0.0, 0.0)] * len(labels)
    _check_lengths(len(labels), logits=len(logits), offsets=len(offsets), targets=len(wanted))
    classes = torch.tensor(labels)
    every = torch.zeros(len(labels), logits.shape[1], 4, dtype=torch.float64)
    every[torch.arange(len(labels)), classes] = torch.tensor(offsets, dtype=torch.float64)
    found = fast_rcnn_loss(logits.double(), every, classes, torch.tensor(wanted, dtype=torch.float64), beta)
    return _run(found, part)


@function(
    "rpn.loss",
    Kind.MEASURED,
    example={
        "objectness": [2.0, -1.0, 0.0],
        "labels": [1, 0, -1],
        "offsets": [[0.5, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]],
    },
    shows=(rpn_loss, smooth_l1),
)
def proposal_loss(
    objectness: Logits,
    labels: Labels,
    offsets: Four,
    targets: Four | None = None,
    balance: Annotated[float, Between(0, 1000)] = 1.0,
    locations: Annotated[int, Between(1, 1_000_000)] | None = None,
    beta: Beta = 1.0,
    part: Part = "total",
) -> Run:
    """Return the region proposal network's loss over anchors with label 1 or 0; those with -1 take no part.

    Both terms are divided by the number of those anchors; ``locations`` divides the box term instead.

    >>> proposal_loss([0.0, 5.0], [1, -1], [[2, 0, 0, 0], [9, 9, 9, 9]], part="boxes").value
    1.5
    """
    wanted = targets or [(0.0, 0.0, 0.0, 0.0)] * len(labels)
    _check_lengths(len(labels), objectness=len(objectness), offsets=len(offsets), targets=len(wanted))
    if max(labels) > 1 or max(labels) < 0:
        raise Refused("labels are 1, 0 or -1, and at least one must not be -1")
    tensors = (torch.tensor(given, dtype=torch.float64) for given in (objectness, offsets, wanted))
    logits, predicted, true = tensors
    return _run(rpn_loss(logits, predicted, torch.tensor(labels), true, balance, locations, beta), part)


@function(
    "mask_rcnn.loss",
    Kind.MEASURED,
    example={"logits": [[[1.0, -1.0]], [[5.0, 5.0]]], "label": 0, "target": [[1, 0]]},
    shows=(mask_loss,),
)
def mask(
    logits: Annotated[Tensor, Elements(4096, 3), Between(-1e3, 1e3)],
    label: Annotated[int, Between(0, 63)],
    target: Annotated[Tensor, Elements(1024, 2), Between(0, 1)],
) -> Run:
    """Return the mask loss of one region: mean binary cross-entropy of the true class's mask [K, m, m][label].

    >>> import torch
    >>> round(mask(torch.zeros(3, 2, 2), 1, torch.ones(2, 2)).value, 6)
    0.693147
    """
    if label >= len(logits):
        raise Refused(f"label is {label}, and there are masks of {len(logits)} classes, 0 to {len(logits) - 1}")
    if target.shape != logits.shape[1:]:
        raise Refused(f"a mask of {sizes(logits.shape[1:])} and a target of {sizes(target.shape)} must be alike")
    rows = [
        (number, float(mask_loss(logits[None], torch.tensor([number]), target[None])), number == label)
        for number in range(len(logits))
    ]
    return Run(rows[label][1], lambda: [Table("Masks", ["class", "cross-entropy", "counts"], rows)], "cpu")


def _run(found: DetectionLoss, part: Part) -> Run:
    values = {"total": found.total, "classification": found.classification, "boxes": found.boxes}
    rows = [(name, float(number)) for name, number in values.items()]
    return Run(float(values[part]), lambda: [Table("Loss", ["part", "value"], rows)], "cpu")


def _check_lengths(count: int, **given: int) -> None:
    for name, length in given.items():
        if length != count:
            raise Refused(f"there are {count} labels and {length} {name}; each box has one of both")
