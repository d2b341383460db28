"""AdaDelta: the ratio of two running roots takes the place of the learning rate.

Source: Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method", algorithm 1.
"""

from collections.abc import Iterable

from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State, remembered


class Adadelta(Optimizer):
    """Δ = √(u + ε)/√(r + ε)·g, p ← p - lr·Δ, with r and u the running means of g² and of Δ².

    ::

        r ← ρ·r + (1 - ρ)·g²       before Δ
        u ← ρ·u + (1 - ρ)·Δ²       after Δ

    √u has the units of p, so Δ has them, too: steps of the methods that divide g by its own size have none. The paper
    has no learning rate; torch's lr is a factor, 1 by default. As u starts at 0, ε sets the first step:
    √ε/√((1 - ρ)·g² + ε)·|g|.

    >>> import torch
    >>> p = torch.zeros(1, dtype=torch.float64)
    >>> p.grad = torch.ones_like(p)
    >>> Adadelta([p], rho=0.75, eps=0.25).step()
    >>> round(p.item(), 6)
    -0.707107
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.rho, self.eps = rho, eps

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Find Δ from both means, step along it, and take it into account for the next one."""
        rho, eps = self.rho, self.eps
        r = state["square_avg"] = rho * remembered(state, "square_avg", parameter) + (1 - rho) * gradient.square()
        u = remembered(state, "acc_delta", parameter)
        delta = (u + eps).sqrt() / (r + eps).sqrt() * gradient
        state["acc_delta"] = rho * u + (1 - rho) * delta.square()
        parameter -= self.lr * delta
