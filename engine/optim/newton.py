"""Newton's method: step to where the quadratic with this gradient and this Hessian is stationary.

Source: Nocedal & Wright 2006, "Numerical Optimization", section 3.3; Goodfellow, Bengio & Courville 2016, section 8.6.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from engine.errors import Refused
from engine.optim.optimizer import Optimizer, Rate, State


class Newton(Optimizer):
    """p ← p - lr·H⁻¹·g, with H the Hessian of the loss in one tensor p of n numbers, from differentiating g once more.

    H is not inverted: H·d = g is solved. On a quadratic one step with lr = 1 reaches the stationary point from
    anywhere. That point may as well be a saddle or a maximum: only a positive definite H makes -d point downhill.

    Errors: :class:`Refused` where H is singular.

    >>> p = torch.tensor([4.0, -2.0], requires_grad=True)
    >>> def closure():
    ...     loss = 3 * p[0] ** 2 + p[0] * p[1] + p[1] ** 2
    ...     (p.grad,) = torch.autograd.grad(loss, p, create_graph=True)
    ...     return loss
    >>> loss = Newton([p]).step(closure)
    >>> p.tolist()
    [0.0, 0.0]
    """

    differentiates_gradient = True

    def __init__(self, params: Iterable[Tensor], lr: Rate = 1.0) -> None:
        super().__init__(params, lr)
        if len(self.params) != 1:
            raise Refused(f"Newton steps one tensor, as its Hessian couples all numbers, not {len(self.params)}")

    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Solve for the step and take it."""
        parameter -= self.lr * solve(hessian(gradient, parameter), gradient.detach())


def hessian(gradient: Tensor, point: Tensor) -> Tensor:
    """Return the ``(n, n)`` derivatives of a gradient ``(n,)`` that was taken with ``create_graph=True``.

    Rows of entries that do not depend on the point are 0.
    """
    if not gradient.requires_grad:
        return torch.zeros(len(point), len(point)).to(point)
    with torch.enable_grad():
        rows = [torch.autograd.grad(entry, point, retain_graph=True, materialize_grads=True)[0] for entry in gradient]
    return torch.stack(rows)


def solve(matrix: Tensor, gradient: Tensor) -> Tensor:
    """Return d with H·d = g, or refuse a singular H."""
    step: Tensor
    step, failed = torch.linalg.solve_ex(matrix, gradient)
    if failed:
        raise Refused("Newton's method cannot step here: the Hessian is singular, so H·d = g has no single solution")
    return step
