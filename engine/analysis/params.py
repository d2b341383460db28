"""How many parameters a network has."""

from torch import nn


def num_params(module: nn.Module) -> int:
    """Return the number of trainable parameters of ``module``.

    Convention: a tensor shared by several layers counts once; frozen parameters (``requires_grad=False``) and buffers,
    such as BatchNorm's running mean, do not count.

    >>> num_params(nn.Linear(4, 3))  # 4·3 weights and 3 biases
    15
    """
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
