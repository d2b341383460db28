"""Gradient descent, in the form that is called stochastic when its gradients come from samples.

Source: Robbins & Monro 1951, "A Stochastic Approximation Method"; Goodfellow, Bengio & Courville 2016, algorithm 8.1.
"""

from collections.abc import Iterable

from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State


class SGD(Optimizer):
    """Step against the gradient: p ← p - lr·g.

    On a quadratic with curvature h each step multiplies the distance to the minimum by 1 - lr·h. So it reaches the
    minimum in one step for lr = 1/h, changes sides for lr > 1/h, and diverges for lr > 2/h.

    Whether g comes from all samples (batch), some (mini-batch) or one (stochastic) is decided by the closure.

    >>> import torch
    >>> p = torch.tensor([4.0], requires_grad=True)
    >>> p.square().sum().backward()
    >>> SGD([p], lr=0.25).step()
    >>> p.item()
    2.0
    """

    def __init__(self, params: Iterable[Tensor], lr: Rate = 1e-3, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr, weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Take one step; nothing is remembered."""
        parameter -= self.lr * gradient
