"""Every mask that dropout can draw, with its probability: expectations without any sampling."""

import torch
from torch import Tensor

from engine.errors import Refused

MOST_UNITS = 16
"""65,536 masks."""


def all_masks(units: int) -> Tensor:
    """Return the 2ⁿ masks of n units, ``(2**n, n)``, True where a unit is kept; row i is i in binary.

    Each mask is one of the sub-networks that dropout trains.

    Raises:
        Refused: there would be more than 65,536.

    >>> all_masks(2).int().tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if units > MOST_UNITS:
        raise Refused(f"{units} units have 2**{units} masks, and at most 2**{MOST_UNITS} are listed: drop fewer units")
    place = torch.arange(units - 1, -1, -1)
    return (torch.arange(2**units)[:, None] >> place & 1).bool()


def mask_probabilities(masks: Tensor, p: float) -> Tensor:
    """Return p^(units dropped)·(1 - p)^(units kept) of each mask; over all masks they sum to 1.

    >>> mask_probabilities(all_masks(2), p=0.25).tolist()
    [0.0625, 0.1875, 0.1875, 0.5625]
    """
    kept = masks.double()
    return (kept * (1 - p) + (1 - kept) * p).prod(-1)
