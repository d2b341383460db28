"""Torch's own activations under the names of ours, with their values and gradients."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import torch
from torch import Tensor, nn

from engine.activations.named import Elementwise, Name, check_settings
from engine.arguments import Between, Length
from engine.device import for_float64

Coordinate = Annotated[float, Between(-1e6, 1e6)]
Input = Coordinate | Annotated[tuple[Coordinate, ...], Length(1, 256)]
NegativeSlope = Annotated[float, Between(-1e3, 1e3)]
Alpha = Annotated[float, Between(0, 1e3)]
_FAR = 40.0
"""Where torch's softplus may go over to z itself: e⁻⁴⁰ is below the rounding of float64, e⁻²⁰ (its default) is not."""

_BUILDERS: Final[Mapping[Name, Callable[..., nn.Module]]] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "prelu": lambda negative_slope=0.25: nn.PReLU(init=negative_slope, dtype=torch.float64, device=for_float64()),
    "elu": nn.ELU,
    "selu": nn.SELU,
    "relu6": nn.ReLU6,
    "identity": nn.Identity,
    "softplus": lambda: nn.Softplus(threshold=_FAR),
    "gelu": nn.GELU,
    "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softsign": nn.Softsign,
    "hardtanh": nn.Hardtanh,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
}
_PLAIN: Final[Mapping[Name, Elementwise]] = {
    "abs": torch.abs,
    "sin": torch.sin,
    "cos": torch.cos,
    "step": lambda z: torch.heaviside(z.detach(), torch.ones_like(z)),
}
"""Functions of torch for which it has no module; a step's output has no gradient at all."""


def build(name: Name, negative_slope: float | None = None, alpha: float | None = None) -> nn.Module | Elementwise:
    """Return torch's module called so, or its function where it has no module.

    Raises:
        Refused: the activation has no such setting.
    """
    given = check_settings(name, negative_slope, alpha)
    return _BUILDERS[name](**given) if name in _BUILDERS else _PLAIN[name]


def slope(function: Elementwise | nn.Module, z: Tensor) -> Tensor:
    """Return what autograd gives for the derivative at each z, 0 where no gradient flows."""
    z = z.detach().requires_grad_()
    y = function(z)
    if not y.requires_grad:
        return torch.zeros_like(z)
    (found,) = torch.autograd.grad(y.sum(), z)
    return found
