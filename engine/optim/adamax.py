"""AdaMax: Adam with a decaying maximum in place of the root of the mean square.

Source: Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 2.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State, count_step, remembered


class Adamax(Optimizer):
    """m ← β₁·m + (1 - β₁)·g, u ← max(β₂·u, |g| + ε), p ← p - lr/(1 - β₁ᵗ)·m/u.

    u follows |g|, not g², so there is no root; and a maximum needs no correction for its start at 0. The paper has no
    ε; torch adds it to |g|.

    >>> p = torch.zeros(1, dtype=torch.float64)
    >>> optimizer = Adamax([p])
    >>> for gradient in (1.0, 0.1, 5.0, 0.1):
    ...     p.grad = torch.full_like(p, gradient)
    ...     optimizer.step()
    >>> round(optimizer.state[p]["exp_inf"].item(), 4)
    4.995
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.betas, self.eps = betas, eps

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Update the mean and the maximum and step along their ratio."""
        beta1, beta2 = self.betas
        t = count_step(state)
        m = state["exp_avg"] = beta1 * remembered(state, "exp_avg", parameter) + (1 - beta1) * gradient
        u = torch.maximum(beta2 * remembered(state, "exp_inf", parameter), gradient.abs() + self.eps)
        state["exp_inf"] = u
        parameter -= self.lr / (1 - beta1**t) * m / u
