"""AdaGrad: each coordinate's step is divided by the root of the sum of all its squared gradients so far.

Sources: Duchi, Hazan & Singer 2011, "Adaptive Subgradient Methods"; Goodfellow, Bengio & Courville 2016, algorithm
8.4; ``torch.optim.Adagrad``.
"""

from collections.abc import Iterable

from torch import Tensor

from engine.optim.optimizer import Optimizer, Rate, State, remembered


class Adagrad(Optimizer):
    """s ← s + g², p ← p - lr·g/(√s + ε).

    Coordinates with *large* gradients get the *smaller* rate lr/√s. The first step is lr along -sign(g); under a
    constant gradient step t is lr/√t, and no coordinate's rate ever grows again. The textbook has the same rule with
    ε = 1e-7.

    >>> import torch
    >>> p = torch.zeros(1, dtype=torch.float64)
    >>> optimizer = Adagrad([p], lr=1.0)
    >>> for gradient in (3.0, 4.0):
    ...     p.grad = torch.full_like(p, gradient)
    ...     optimizer.step()
    >>> round(p.item(), 6)
    -1.8
    """

    def __init__(
        self, params: Iterable[Tensor], lr: Rate = 1e-2, eps: float = 1e-10, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.eps = eps

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Add to the sum and step along the scaled gradient."""
        state["sum"] = remembered(state, "sum", parameter) + gradient.square()
        parameter -= self.lr * gradient / (state["sum"].sqrt() + self.eps)
