"""RMSProp: each coordinate's step is divided by the root of a running mean of its squared gradients.

Torch adds ε outside of the root, the textbook inside: for gradients well above ε the two agree, for small ones not.

Sources: Tieleman & Hinton 2012, "Lecture 6.5: RMSProp"; Goodfellow, Bengio & Courville 2016, algorithms 8.5 and 8.6;
``torch.optim.RMSprop``.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from engine.optim.optimizer import LookAhead, Optimizer, Rate, State, remembered


def mean_square(state: State, parameter: Tensor, gradient: Tensor, alpha: float) -> Tensor:
    """Return r ← α·r + (1 - α)·g², which starts at 0 and is not corrected for that."""
    state["square_avg"] = alpha * remembered(state, "square_avg", parameter) + (1 - alpha) * gradient.square()
    return state["square_avg"]


class RMSprop(Optimizer):
    """Torch's form: r ← α·r + (1 - α)·g², b ← momentum·b + g/(√r + ε), p ← p - lr·b.

    Without momentum the first step is lr/√(1 - α) along -sign(g), ten times lr for α = 0.99; under a constant gradient
    steps fall from there to lr. The momentum is the plain one, not Nesterov's.

    >>> p = torch.zeros(1, dtype=torch.float64)
    >>> p.grad = 7 * torch.ones_like(p)
    >>> RMSprop([p], lr=0.1, alpha=0.99).step()
    >>> round(p.item(), 6)
    -1.0
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.alpha, self.eps, self.momentum = alpha, eps, momentum

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Scale the gradient, add it to the buffer, and step along the buffer."""
        scaled = gradient / (mean_square(state, parameter, gradient, self.alpha).sqrt() + self.eps)
        state["momentum_buffer"] = self.momentum * remembered(state, "momentum_buffer", parameter) + scaled
        parameter -= self.lr * state["momentum_buffer"]


class RMSpropBook(Optimizer):
    """The textbook's form: r ← α·r + (1 - α)·g², p ← p - lr·g/√(r + ε)."""

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1e-3,
        alpha: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.alpha, self.eps = alpha, eps

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Step along the scaled gradient."""
        parameter -= self.lr * gradient / (mean_square(state, parameter, gradient, self.alpha) + self.eps).sqrt()


class RMSpropNesterov(LookAhead):
    """RMSProp with Nesterov momentum, algorithm 8.6: g at p + a·v, r as ever, v ← a·v - lr·g/√r, p ← p + v.

    The algorithm has no ε; here it stands inside of the root and is so small that it only keeps 0/0 away.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1e-3,
        alpha: float = 0.9,
        momentum: float = 0.9,
        eps: float = torch.finfo(torch.float64).tiny,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, momentum, weight_decay)
        self.alpha, self.eps = alpha, eps

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Change the velocity by the scaled gradient of the look-ahead point and follow it."""
        scale = (mean_square(state, parameter, gradient, self.alpha) + self.eps).rsqrt()
        state["velocity"] = self.momentum * self.velocity(parameter) - self.lr * scale * gradient
        parameter += state["velocity"]
