"""Batch normalisation at inference as its paper has it: population statistics, and one affine map per channel.

Source: Ioffe & Szegedy 2015, algorithm 2. Layers keep a moving average instead, as the paper suggests for training:
:class:`engine.layers.batch_norm.BatchNorm`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused
from engine.layers.batch_norm import per_channel


class PopulationStatistics(NamedTuple):
    """What inference normalises with, one number per channel."""

    mean: Tensor
    var: Tensor


def population_statistics(batches: Sequence[Tensor]) -> PopulationStatistics:
    """Return E[μ_B] and m/(m - 1)·E[σ²_B] over training batches of one size, with the network as it was trained.

    Shapes: each batch ``(N, C)`` or ``(N, C, H, W)``; m is N or N·H·W, the values behind each mean. σ²_B is the biased
    variance of a batch, on average (m - 1)/m of the true one where samples are drawn independently. That is what the
    factor makes good; it cannot make good batches that are all alike inside, such as sorted ones.

    Raises:
        Refused: there is no batch, the batches differ in size, or they have one value per channel.

    >>> population_statistics([torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [5.0]])])
    PopulationStatistics(mean=tensor([3.5000]), var=tensor([1.]))
    """
    if len({batch.shape for batch in batches}) != 1:
        raise Refused("population statistics need batches, all of one shape: the factor m/(m - 1) is theirs in common")
    axes = [axis for axis in range(batches[0].dim()) if axis != 1]
    count = batches[0].numel() // batches[0].shape[1]
    if count < 2:
        raise Refused("population statistics need at least two values per channel in each batch")
    means = torch.stack([batch.mean(axes) for batch in batches])
    variances = torch.stack([batch.var(axes, correction=0) for batch in batches])
    return PopulationStatistics(means.mean(0), count / (count - 1) * variances.mean(0))


def moving_statistics(batches: Sequence[Tensor], momentum: float, unbiased: bool) -> PopulationStatistics:
    """Return moving averages of the batches' statistics, from mean 0 and variance 1: moved ← (1 - m)·moved + m·new.

    ``momentum`` m is the weight of the *new* batch, 0.1 in torch; where a text has 0.9 as the weight of the *old*, m is
    0.1 as well. torch averages ``unbiased`` variances, the D2L book biased ones.
    """
    axes = [axis for axis in range(batches[0].dim()) if axis != 1]
    mean = batches[0].new_zeros(batches[0].shape[1])
    var = torch.ones_like(mean)
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(axes)
        var = (1 - momentum) * var + momentum * batch.var(axes, correction=int(unbiased))
    return PopulationStatistics(mean, var)


def batch_norm_inference(
    x: Tensor, statistics: PopulationStatistics, weight: Tensor, bias: Tensor, eps: float = 1e-5
) -> Tensor:
    """Return y = a·x + b with a = γ/√(Var + ε) and b = β - a·E: algorithm 2's last line.

    With fixed statistics the layer is one affine map per channel, which is why it can be merged into the weights of the
    layer before it. Shapes: ``x`` ``(N, C, ...)``; ``weight`` γ and ``bias`` β ``(C,)``.
    """
    slope = weight / (statistics.var + eps).sqrt()
    return per_channel(slope, x) * x + per_channel(bias - slope * statistics.mean, x)
