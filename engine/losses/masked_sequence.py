"""The loss of sequences that were padded to one length: padding counts nothing, but what is it divided by?

Sources: Zhang et al., "Dive into Deep Learning", section 10.7 (divides by all positions); ``ignore_index`` of
``torch.nn.CrossEntropyLoss`` (divides by the valid ones).
"""

from typing import Literal

import torch
from torch import Tensor

from engine.losses.cross_entropy import cross_entropy

Denominator = Literal["valid", "all"]
"""``valid``: the tokens that are no padding. ``all``: every position, so that more padding makes the loss smaller."""


def is_valid(valid_lens: Tensor, length: int) -> Tensor:
    """Return which positions come before each sequence's end: ``(N,)`` to bool ``(N, length)``."""
    return torch.arange(length, device=valid_lens.device) < valid_lens[:, None]


def masked_mean(losses: Tensor, valid_lens: Tensor, denominator: Denominator = "valid") -> Tensor:
    """Return the sum of the valid tokens' losses over the number of valid, or of all, positions.

    Shapes: losses ``(N, T)`` and ``(N,)`` to ``()``.

    >>> losses = torch.tensor([[1.0, 3.0, 9.0, 9.0]])
    >>> [masked_mean(losses, torch.tensor([2]), over).item() for over in ("valid", "all")]
    [2.0, 1.0]
    """
    valid = is_valid(valid_lens, losses.shape[1])
    kept = torch.where(valid, losses, torch.zeros_like(losses))
    return kept.sum() / (valid.sum() if denominator == "valid" else losses.numel())


def masked_cross_entropy(
    logits: Tensor, targets: Tensor, valid_lens: Tensor, denominator: Denominator = "valid"
) -> Tensor:
    """Return the masked mean of the tokens' cross-entropies, in nats.

    Shapes: logits ``(N, T, V)``, targets ``(N, T)``, valid_lens ``(N,)`` to ``()``.
    """
    losses = cross_entropy(logits.flatten(0, 1), targets.flatten()).reshape(targets.shape)
    return masked_mean(losses, valid_lens, denominator)
