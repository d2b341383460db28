"""Magnitude pruning: the weights nearest to 0 become 0, and only the others are stored.

Source: Han, Pool, Tran & Dally 2015, "Learning both Weights and Connections for Efficient Neural Networks"; the first
step of Han, Mao & Dally 2016, "Deep Compression", section 2.
"""

from torch import Tensor


def magnitude_mask(weights: Tensor, amount: float) -> Tensor:
    """Return True where a weight stays: round(amount · n) weights of the smallest magnitude go.

    Of equal magnitudes the earlier ones go first; a half is rounded to the even number, as Python's ``round`` does.
    Shapes: any, to the same shape (bool).

    >>> import torch
    >>> magnitude_mask(torch.tensor([0.1, -3.0, 0.2, -0.05]), amount=0.5).tolist()
    [False, True, True, False]
    """
    gone = round(amount * weights.numel())
    order = weights.abs().flatten().argsort(stable=True)
    mask = weights.new_ones(weights.numel()).bool()
    mask[order[:gone]] = False
    return mask.reshape(weights.shape)


def prune(weights: Tensor, amount: float) -> Tensor:
    """Return the weights with the share ``amount`` of them, those of least magnitude, set to 0.

    >>> import torch
    >>> prune(torch.tensor([0.1, -3.0, 0.2, -0.05]), amount=0.5).tolist()
    [0.0, -3.0, 0.20000000298023224, 0.0]
    """
    return weights.where(magnitude_mask(weights, amount), 0)
