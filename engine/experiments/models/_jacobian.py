"""The matrix of slopes of a function of vectors, one backward pass for each row."""

from collections.abc import Callable

import torch
from torch import Tensor


def jacobian(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return ∂function/∂x at ``x``, shape ``(outputs, inputs)``.

    >>> jacobian(lambda x: torch.stack([x[0] * x[1], 3 * x[1]]), torch.tensor([2.0, 5.0])).tolist()
    [[5.0, 2.0], [0.0, 3.0]]
    """
    x = x.detach().requires_grad_()
    return torch.stack([torch.autograd.grad(output, x, retain_graph=True)[0] for output in function(x)])
