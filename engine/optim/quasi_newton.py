"""Quasi-Newton methods: BFGS keeps an approximation of H⁻¹, L-BFGS only the last few steps that would build it.

With s a step and y the change of the gradient along it, the approximation B satisfies the secant equation B·y = s, as
H⁻¹ does on a quadratic. It stays positive definite as long as yᵀs > 0, which the line search sees to.

Sources: Nocedal & Wright 2006, "Numerical Optimization", equation 6.17 and algorithms 6.1 and 7.4; Liu & Nocedal 1989.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from engine.errors import Refused
from engine.optim.line_search import Along, strong_wolfe
from engine.optim.optimizer import Closure, Optimizer, Rate, State

Pair = tuple[Tensor, Tensor]
"""A step s and the change y of the gradient along it, both ``(n,)``."""


def updated_inverse(inverse: Tensor, step: Tensor, change: Tensor) -> Tensor:
    """Return BFGS's next approximation of H⁻¹, the one nearest to ``inverse`` B with B·y = s, for s, y.

    B ← (I - s·yᵀ/yᵀs)·B·(I - y·sᵀ/yᵀs) + s·sᵀ/yᵀs. Shapes: B ``(n, n)``; s and y ``(n,)``.

    >>> updated_inverse(torch.eye(2), torch.tensor([1.0, 0.0]), torch.tensor([4.0, 0.0])).tolist()
    [[0.25, 0.0], [0.0, 1.0]]
    """
    curvature = change @ step
    left = torch.eye(len(step)).to(step) - torch.outer(step, change) / curvature
    return left @ inverse @ left.T + torch.outer(step, step) / curvature


def two_loop(gradient: Tensor, pairs: Sequence[Pair], scale: Tensor | float = 1.0) -> Tensor:
    """Return B·g without building B: what BFGS makes of the ``pairs``, oldest first, starting from ``scale``·I.

    It takes 4·m·n multiplications and the memory of the m pairs, where the matrix takes n².
    """
    result, weights = gradient.clone(), []
    for step, change in reversed(pairs):
        weights.append((step @ result) / (change @ step))
        result = result - weights[-1] * change
    result = scale * result
    for (step, change), weight in zip(pairs, reversed(weights), strict=True):
        result = result + (weight - (change @ result) / (change @ step)) * step
    return result


class QuasiNewton(Optimizer):
    """p ← p - α·B·g for one tensor p of n numbers, with α from a strong Wolfe line search that tries ``lr`` first."""

    def __init__(self, params: Iterable[Tensor], lr: Rate = 1.0) -> None:
        super().__init__(params, lr)
        if len(self.params) != 1:
            raise Refused(f"{type(self).__name__} steps one tensor, not {len(self.params)}")

    def step(self, closure: Closure | None = None) -> Tensor:
        """Search along -B·g, calling ``closure`` at each length that is tried, and remember s and y."""
        if closure is None:
            raise Refused(f"{type(self).__name__} needs a closure: its line search asks for the loss at many points")
        (point,) = self.params
        home, loss, gradient = point.detach().clone(), *self._at(closure)
        direction = -self.multiplied(gradient)

        def measure(length: float) -> Along:
            with torch.no_grad():
                point.copy_(home + length * direction)
            there, slope = self._at(closure)
            return Along(length, float(there), float(slope @ direction))

        length = strong_wolfe(measure, float(self.lr))
        measure(length)
        with torch.no_grad():
            pair = length * direction, self._gradient() - gradient
            if pair[0] @ pair[1] > 0:
                self.remember(*pair)
        return loss

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Do nothing: :meth:`step` moves the tensor while it searches."""

    @abstractmethod
    def multiplied(self, gradient: Tensor) -> Tensor:
        """Return B·g."""

    @abstractmethod
    def remember(self, step: Tensor, change: Tensor) -> None:
        """Take a pair into B."""

    def _at(self, closure: Closure) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            loss = closure().detach()
        return loss, self._gradient()

    def _gradient(self) -> Tensor:
        gradient = self.params[0].grad
        if gradient is None:
            raise Refused(f"the closure of {type(self).__name__} must leave a gradient")
        return gradient.detach().clone()


class BFGS(QuasiNewton):
    """Quasi-Newton with the whole matrix B, which starts as the identity."""

    def multiplied(self, gradient: Tensor) -> Tensor:
        """Return B·g."""
        return self._inverse() @ gradient

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Update the matrix."""
        self.state[self.params[0]]["inverse_hessian"] = updated_inverse(self._inverse(), step, change)

    def _inverse(self) -> Tensor:
        (point,) = self.params
        return self.state[point].get("inverse_hessian", torch.eye(point.numel()).to(point.detach()))


class LBFGS(QuasiNewton):
    """Quasi-Newton with the last ``history_size`` pairs; B starts each time as yᵀs/yᵀy·I of the newest pair."""

    def __init__(self, params: Iterable[Tensor], lr: Rate = 1.0, history_size: int = 10) -> None:
        super().__init__(params, lr)
        self.history_size = history_size
        self.pairs: list[Pair] = []

    def multiplied(self, gradient: Tensor) -> Tensor:
        """Return B·g from the pairs."""
        if not self.pairs:
            return gradient
        step, change = self.pairs[-1]
        return two_loop(gradient, self.pairs, (change @ step) / (change @ change))

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Keep the pair, and forget the oldest one where there are too many."""
        self.pairs = [*self.pairs, (step, change)][-self.history_size :]
