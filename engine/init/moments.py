"""What an activation leaves of a normal input: its mean square, which decides how weights must be scaled."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

Activation = Literal["linear", "relu", "leaky_relu", "tanh", "sigmoid"]
_FUNCTIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "linear": torch.clone,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
_REACH, _POINTS = 12.0, 24_001
"""Standard deviations on each side, and grid points; past 12 a normal density is below 10⁻³¹."""


def function(activation: Activation, negative_slope: float = 0.01) -> Callable[[Tensor], Tensor]:
    """Return torch's function of that name; the slope is a leaky ReLU's."""
    if activation == "leaky_relu":
        return partial(F.leaky_relu, negative_slope=negative_slope)
    return _FUNCTIONS[activation]


def mean_square(f: Callable[[Tensor], Tensor], std: float = 1.0, device: torch.device | None = None) -> float:
    """Return E[f(z)²] for z ~ N(0, std²): f runs on a fine grid, each point weighted by the normal density.

    >>> round(mean_square(torch.relu), 9)
    0.5
    """
    z = torch.linspace(-_REACH, _REACH, _POINTS, dtype=torch.float64, device=device)
    density = torch.exp(-z.square() / 2)
    return float((density * f(std * z).square()).sum() / density.sum())


def largest_slope(f: Callable[[Tensor], Tensor], device: torch.device | None = None) -> float:
    """Return the largest |f'(z)|, by autograd on a fine grid from -12 to 12 that holds 0.

    >>> largest_slope(torch.sigmoid)
    0.25
    """
    z = torch.linspace(-_REACH, _REACH, _POINTS, dtype=torch.float64, device=device).requires_grad_()
    (slope,) = torch.autograd.grad(f(z).sum(), z)
    return float(slope.abs().max())
