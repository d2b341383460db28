"""The noise of a mini-batch: how far its mean gradient scatters around the gradient of all samples.

It falls with the batch size, so a small batch shakes the weights more, which is said to regularise. Source: Cochran
1977, "Sampling Techniques", theorem 2.2 (without replacement); Goodfellow, Bengio & Courville 2016, section 8.1.3.
"""

import math
from itertools import combinations, product

import torch
from torch import Tensor

from engine.errors import Refused

_MOST_BATCHES = 65_536


def all_batches(n: int, batch_size: int, replacement: bool) -> Tensor:
    """Return every equally likely batch as a row of indices: ordered ones with replacement, else subsets.

    Raises:
        Refused: there are more than 65,536 of them, or a batch without replacement is larger than the data.

    >>> all_batches(3, 2, replacement=False).tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    if not replacement and batch_size > n:
        raise Refused(f"without replacement a batch has at most all {n} samples, not {batch_size}")
    count = n**batch_size if replacement else math.comb(n, batch_size)
    if count > _MOST_BATCHES:
        raise Refused(f"there are {count:,} batches, and at most {_MOST_BATCHES:,} are listed: take fewer samples")
    drawn = product(range(n), repeat=batch_size) if replacement else combinations(range(n), batch_size)
    return torch.tensor(list(drawn))


def batch_mean_variance(gradients: Tensor, batch_size: int, replacement: bool) -> Tensor:
    """Return the variance of a batch's mean gradient over all batches, for per-sample ``gradients`` ``(n,)``.

    >>> batch_mean_variance(torch.tensor([1.0, 2.0, 3.0]), 3, replacement=False)  # there is only one batch
    tensor(0.)
    """
    batches = all_batches(len(gradients), batch_size, replacement).to(gradients.device)
    return gradients[batches].mean(1).var(correction=0)


def batch_mean_variance_formula(gradients: Tensor, batch_size: int, replacement: bool) -> Tensor:
    """Return the same as σ²/m, and without replacement times (n - m)/(n - 1); σ² is the variance divided by n."""
    n, variance = len(gradients), gradients.var(correction=0)
    finite = 1.0 if replacement or n == 1 else (n - batch_size) / (n - 1)
    return finite * variance / batch_size
