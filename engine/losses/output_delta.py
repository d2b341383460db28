"""The delta of an output unit, ∂loss/∂z: where backpropagation starts, and where a wrong loss stops it.

Source: Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors"; for the cancellation
Goodfellow, Bengio & Courville 2016, section 6.2.2.
"""

from torch import Tensor

from engine.activations.named import Bound
from engine.activations.sigmoid import sigmoid


def squared_error_delta(z: Tensor, target: Tensor, activation: Bound) -> Tensor:
    """Return (a - y)·f'(z) for the loss ½(a - y)² with a = f(z): small wherever f has saturated, even if a is wrong.

    >>> import torch
    >>> from engine.activations.named import find
    >>> squared_error_delta(torch.tensor(0.0), torch.tensor(1.0), find("sigmoid")).item()
    -0.125
    """
    return (activation.value(z) - target) * activation.slope(z)


def cross_entropy_delta(z: Tensor, target: Tensor) -> Tensor:
    """Return a - y for binary cross-entropy after a sigmoid: the loss's logarithm cancels the sigmoid's slope.

    >>> import torch
    >>> cross_entropy_delta(torch.tensor(0.0), torch.tensor(1.0)).item()
    -0.5
    """
    return sigmoid(z) - target
