"""Adam: running means of the gradient and of its square, both corrected for their start at 0.

Source: Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1.
"""

from collections.abc import Iterable

from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State, count_step, remembered


class Adam(Optimizer):
    """p ← p - lr·m̂/(√v̂ + ε), where m̂ and v̂ are the corrected running means of g and g².

    ::

        m ← β₁·m + (1 - β₁)·g      m̂ = m/(1 - β₁ᵗ)
        v ← β₂·v + (1 - β₂)·g²     v̂ = v/(1 - β₂ᵗ)

    The first step is lr·g/(|g| + ε): lr along -sign(g), whatever the size of g, as long as |g| is far above ε.
    Without ``bias_correction`` it is (1 - β₁)/√(1 - β₂) times as long, which is 3.16 for the usual betas: not too
    short, but too long. ``weight_decay`` is a penalty in the gradient; see AdamW for the other meaning.

    >>> import torch
    >>> p = torch.zeros(2, dtype=torch.float64)
    >>> p.grad = torch.tensor([1000.0, -0.001], dtype=torch.float64)
    >>> Adam([p], lr=0.1).step()
    >>> [round(x, 4) for x in p.tolist()]
    [-0.1, 0.1]
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        bias_correction: bool = True,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.betas, self.eps, self.bias_correction = betas, eps, bias_correction

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Update both means and step along their ratio."""
        beta1, beta2 = self.betas
        t = count_step(state)
        m = state["exp_avg"] = beta1 * remembered(state, "exp_avg", parameter) + (1 - beta1) * gradient
        v = state["exp_avg_sq"] = beta2 * remembered(state, "exp_avg_sq", parameter) + (1 - beta2) * gradient.square()
        if self.bias_correction:
            m, v = m / (1 - beta1**t), v / (1 - beta2**t)
        parameter -= self.lr * m / (v.sqrt() + self.eps)


class AdamW(Adam):
    """Adam with decoupled weight decay: p ← (1 - lr·λ)·p, and then Adam's step of the bare gradient.

    Under Adam a penalty λ·p in the gradient is divided by √v̂ like the rest of it, so parameters with large gradients
    hardly decay. Here all decay by one factor.

    Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2, in torch's scaling by lr.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def gradient(self, parameter: Tensor, gradient: Tensor) -> Tensor:
        """Return the gradient without any penalty."""
        return gradient

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Let the parameter decay, then step it as Adam does."""
        parameter *= 1 - self.lr * self.weight_decay
        super().update(parameter, gradient, state)
