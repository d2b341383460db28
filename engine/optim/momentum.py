"""Momentum, in torch's form and in the textbook's: one path as long as the learning rate stays as it is.

Sources: Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; Goodfellow, Bengio &
Courville 2016, algorithm 8.2; ``torch.optim.SGD``.
"""

from collections.abc import Iterable

from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State, remembered


class Momentum(Optimizer):
    """Torch's form, where the rate stands outside of the buffer: b ← a·b + (1 - dampening)·g, p ← p - lr·b.

    The first b is g itself, without dampening. Under a constant gradient the step grows to lr·g/(1 - a): 2, 10 or 100
    times the first one for a = 0.5, 0.9, 0.99. A new rate acts on the whole buffer at once.

    >>> import torch
    >>> p = torch.zeros(1)
    >>> optimizer = Momentum([p], lr=1.0, momentum=0.5)
    >>> for _ in range(3):
    ...     p.grad = torch.ones(1)
    ...     optimizer.step()
    ...     print(p.item())
    -1.0
    -2.5
    -4.25
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1e-3,
        momentum: float = 0.9,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum, self.dampening = momentum, dampening

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Add the gradient to the buffer and step along it."""
        if "momentum_buffer" in state:
            state["momentum_buffer"] = self.momentum * state["momentum_buffer"] + (1 - self.dampening) * gradient
        else:
            state["momentum_buffer"] = gradient.clone()
        parameter -= self.lr * state["momentum_buffer"]


class MomentumBook(Optimizer):
    """The textbook's form, where the rate stands inside of the velocity: v ← a·v - lr·g, p ← p + v.

    v is a step, in units of p. After the rate falls, the old velocity still carries on.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: Rate = 1e-3, momentum: float = 0.9, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum = momentum

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Change the velocity by the gradient and follow it."""
        state["velocity"] = self.momentum * remembered(state, "velocity", parameter) - self.lr * gradient
        parameter += state["velocity"]
