"""Nadam: Adam that looks ahead as Nesterov's method does, in torch's form and in Dozat's.

Both weigh step t with μ_t = β₁·(1 - ½·0.96^(t·ψ)), where ψ is ``momentum_decay``: a momentum that grows from β₁/2 to
β₁. For a large ψ (1e9) μ is β₁ from the first step on, and the two forms are one; for ψ = 0 it stays at β₁/2.

Sources: Dozat 2016, "Incorporating Nesterov Momentum into Adam", algorithm 2; ``torch.optim.NAdam``.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State, count_step, remembered


class Nadam(Optimizer):
    """Torch's form, whose running mean m always decays by β₁: p ← p - lr·m̃/(√v̂ + ε).

    ::

        m ← β₁·m + (1 - β₁)·g      v ← β₂·v + (1 - β₂)·g²      v̂ = v/(1 - β₂ᵗ)
        m̃ = μ_{t+1}·m/(1 - μ₁···μ_{t+1}) + (1 - μ_t)·g/(1 - μ₁···μ_t)

    >>> p = torch.zeros(1, dtype=torch.float64)
    >>> p.grad = torch.ones_like(p)
    >>> Nadam([p], lr=0.1, betas=(0.5, 0.999), momentum_decay=1e9).step()
    >>> round(p.item(), 6)
    -0.133333
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.betas, self.eps, self.momentum_decay = betas, eps, momentum_decay

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Update both means and step along the look-ahead mean over the root of the other."""
        t, beta2 = count_step(state), self.betas[1]
        mu, mu_next = self._mu(t), self._mu(t + 1)
        product = state["mu_product"] = state.get("mu_product", torch.ones_like(t)) * mu
        decay = self.decay(mu)
        m = state["exp_avg"] = decay * remembered(state, "exp_avg", parameter) + (1 - decay) * gradient
        v = state["exp_avg_sq"] = beta2 * remembered(state, "exp_avg_sq", parameter) + (1 - beta2) * gradient.square()
        ahead = mu_next * m / (1 - product * mu_next) + (1 - mu) * gradient / (1 - product)
        parameter -= self.lr * ahead / ((v / (1 - beta2**t)).sqrt() + self.eps)

    def decay(self, mu: Tensor) -> Tensor | float:
        """Return the decay of the running mean of gradients."""
        return self.betas[0]

    def _mu(self, t: Tensor) -> Tensor:
        return self.betas[0] * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


class NadamDozat(Nadam):
    """Dozat's form, whose running mean decays by the same μ_t as its weights: m ← μ_t·m + (1 - μ_t)·g."""

    def decay(self, mu: Tensor) -> Tensor | float:
        """Return μ_t."""
        return mu
