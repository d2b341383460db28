"""The losses of the R-CNN family: a class for each box, offsets for those that hold an object, a mask for its class.

Smooth L1: |r| - 1/2·β where |r| ≥ β, r²/(2β) below; β = 1 in the Fast R-CNN paper, 1/9 in much of the code.

Sources: Girshick 2015, "Fast R-CNN", equations 1 to 3; Ren et al. 2015, "Faster R-CNN", equation 1; He et al. 2017,
"Mask R-CNN", section 3.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class DetectionLoss(NamedTuple):
    """The two summands, each a mean over boxes."""

    classification: Tensor
    boxes: Tensor

    @property
    def total(self) -> Tensor:
        """Their sum, the λ = 1 of the papers."""
        return self.classification + self.boxes


def smooth_l1(residual: Tensor, beta: float = 1.0) -> Tensor:
    """Return smooth L1 element by element.

    >>> smooth_l1(torch.tensor([0.5, -3.0])).tolist()
    [0.125, 2.5]
    """
    size = residual.abs()
    return torch.where(size < beta, size.square() / (2 * beta), size - beta / 2)


def fast_rcnn_loss(
    class_logits: Tensor, offsets: Tensor, labels: Tensor, targets: Tensor, beta: float = 1.0
) -> DetectionLoss:
    """Return -ln p_u + [u ≥ 1]·Σ smooth L1(t_u - v), averaged over the boxes: class 0 is background and learns no box.

    Each class has offsets of its own, and only those of the true class u are compared. The box term is divided by the
    number of *all* boxes, as in the code, so that one box with an object among many weighs little.

    Shapes: class_logits ``(R, K)``, offsets ``(R, K, 4)``, labels ``(R,)``, targets ``(R, 4)``.
    """
    log_probability = F.log_softmax(class_logits, dim=1)
    classification = -log_probability.gather(1, labels[:, None]).mean()
    own = offsets[torch.arange(len(labels), device=labels.device), labels]
    each = smooth_l1(own - targets, beta).sum(1)
    return DetectionLoss(classification, (each * labels.ge(1)).sum() / len(labels))


def rpn_loss(
    objectness: Tensor,
    offsets: Tensor,
    labels: Tensor,
    targets: Tensor,
    balance: float = 1.0,
    locations: int | None = None,
    beta: float = 1.0,
) -> DetectionLoss:
    """Return the region proposal network's loss: object or not, and offsets for anchors with label 1.

    Anchors with label -1 take no part. Both terms are divided by the number of the others; with ``locations`` the box
    term is divided by that instead: the paper has balance λ = 10 and N_reg = 2400 places beside N_cls = 256 sampled
    anchors, so that both terms weigh about the same. Objectness is one logit (a sigmoid; the paper's softmax over
    two is the same function of the difference of both).

    Shapes: objectness and labels ``(A,)``, offsets and targets ``(A, 4)``.
    """
    taught = labels.ge(0)
    count = int(taught.sum())
    wanted = labels[taught].to(objectness.dtype)
    logits = objectness[taught]
    classification = (F.softplus(logits) - wanted * logits).sum() / count
    each = smooth_l1(offsets - targets, beta).sum(1)
    return DetectionLoss(classification, balance * (each * labels.eq(1)).sum() / (locations or count))


def mask_loss(mask_logits: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of the true class's mask; the other classes' masks are not looked at.

    A sigmoid for each pixel of each class, so that classes do not compete for a pixel: the class head has decided.
    Shapes: mask_logits ``(R, K, m, m)``, labels ``(R,)``, targets ``(R, m, m)`` of 0 and 1.
    """
    own = mask_logits[torch.arange(len(labels), device=labels.device), labels]
    return (F.softplus(own) - targets * own).mean()
