"""Nesterov's accelerated gradient, in torch's form and in the textbook's: two records of one run.

The textbook holds the point p and takes the gradient at q = p + a·v. Torch holds q, so that the gradient is always
the one at its parameter: q ← q - lr·(g + a·b) is what the textbook's rule says about q, with b = -v/lr.

Sources: Nesterov 1983, "A method of solving a convex programming problem with convergence rate O(1/k²)"; Sutskever,
Martens, Dahl & Hinton 2013; Goodfellow, Bengio & Courville 2016, algorithm 8.3; ``torch.optim.SGD``.
"""

from collections.abc import Iterable

from torch import Tensor

from engine.optim.optimizer import LookAhead, Optimizer, Rate, State, remembered


class Nesterov(Optimizer):
    """Torch's form: b ← a·b + g, p ← p - lr·(g + a·b), with g taken at p, the look-ahead point.

    The first step is lr·(1 + a)·g, nearly twice that of plain descent.

    >>> import torch
    >>> p = torch.zeros(1)
    >>> p.grad = torch.ones(1)
    >>> Nesterov([p], lr=1.0, momentum=0.5).step()
    >>> p.item()
    -1.5
    """

    def __init__(
        self, params: Iterable[Tensor], lr: Rate = 1e-3, momentum: float = 0.9, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum = momentum

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Add the gradient to the buffer and step along both."""
        buffer = self.momentum * remembered(state, "momentum_buffer", parameter) + gradient
        state["momentum_buffer"] = buffer
        parameter -= self.lr * (gradient + self.momentum * buffer)


class NesterovBook(LookAhead):
    """The textbook's form: v ← a·v - lr·∇f(p + a·v), p ← p + v.

    The first step is lr·g, as v is 0 and the look-ahead point is p itself.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: Rate = 1e-3, momentum: float = 0.9, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr, momentum, weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Change the velocity by the gradient at the look-ahead point and follow it."""
        state["velocity"] = self.momentum * self.velocity(parameter) - self.lr * gradient
        parameter += state["velocity"]
