"""Which properties an activation has, found by running it: on a fine grid, far out on both sides, on normal inputs.

The grid has 0 and all kinks of the named activations on it. "Far out" is abs(z) from 10⁴ on.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from engine.activations.named import Bound, Elementwise
from engine.activations.normal_input import expectation, variance, zero_share

Property = Literal[
    "nonlinear",
    "continuous",
    "differentiable",
    "differentiable_almost_everywhere",
    "monotonic",
    "bounded",
    "bounded_above",
    "bounded_below",
    "saturates",
    "saturates_left",
    "saturates_right",
    "passes_gradient",
    "odd",
    "zero_centred",
    "non_negative",
    "gives_exact_zeros",
    "near_identity_at_zero",
    "self_normalising",
    "free_of_exponentials",
]
PROPERTIES: Final[tuple[Property, ...]] = get_args(Property)
_STEP = 2.0**-20
_FAR = (1e4, 1.01e4)
_COSTLY = {"exp", "expm1", "log", "log1p", "logaddexp", "erf", "erfc", "tanh", "sigmoid", "sin", "cos"}


def grid() -> Tensor:
    """Return -12 to 12 in steps of 1/256."""
    return torch.arange(-12 * 256, 12 * 256 + 1, dtype=torch.float64) / 256


def is_nonlinear(f: Bound) -> bool:
    """Say whether the slope is not the same everywhere; then and only then depth adds something."""
    rises = f.value(grid()).diff()
    return bool((rises - rises[0]).abs().max() > 1e-9)


def is_continuous(f: Bound) -> bool:
    """Say whether no small step of z jumps."""
    return not bool(_jumps(f.value).any())


def is_differentiable(f: Bound) -> bool:
    """Say whether the slopes from the left and from the right agree at every grid point, to 1 %."""
    return not bool(_kinks(f.value).any())


def is_differentiable_almost_everywhere(f: Bound) -> bool:
    """Say whether at most one grid point in a thousand is a kink or a jump."""
    return bool(_kinks(f.value).double().mean() < 1e-3)


def is_monotonic(f: Bound) -> bool:
    """Say whether the value never falls as z grows."""
    return bool((f.value(grid()).diff() >= -1e-12).all())


def is_bounded_above(f: Bound) -> bool:
    """Say whether the value stays under 1000 up to abs(z) = 10⁸."""
    return bool(f.value(_ends()).max() < 1e3)


def is_bounded_below(f: Bound) -> bool:
    """Say whether the value stays over -1000 up to abs(z) = 10⁸."""
    return bool(f.value(_ends()).min() > -1e3)


def saturates_right(f: Bound) -> bool:
    """Say whether the slope tends to 0 as z grows: under 10⁻⁶ all along a far interval."""
    return bool(f.slope(_far()).abs().max() < 1e-6)


def saturates_left(f: Bound) -> bool:
    """Say whether the slope tends to 0 as z falls."""
    return bool(f.slope(-_far()).abs().max() < 1e-6)


def passes_gradient(f: Bound) -> bool:
    """Say whether the slope is different from 0 on at least a twentieth of the grid; without that nothing can learn."""
    return bool((f.slope(grid()).abs() > 1e-9).double().mean() > 0.05)


def is_odd(f: Bound) -> bool:
    """Say whether f(-z) = -f(z)."""
    return bool((f.value(grid()) + f.value(-grid())).abs().max() < 1e-12)


def is_zero_centred(f: Bound) -> bool:
    """Say whether the mean output is 0 for inputs from N(0, 1)."""
    return abs(expectation(f.value)) < 1e-6


def is_non_negative(f: Bound) -> bool:
    """Say whether no output is negative."""
    return bool((f.value(grid()) >= 0).all())


def gives_exact_zeros(f: Bound) -> bool:
    """Say whether at least a tenth of the inputs from N(0, 1) give exactly 0, which makes a layer's output sparse."""
    return zero_share(f.value) > 0.1


def is_near_identity_at_zero(f: Bound) -> bool:
    """Say whether f(0) = 0 with slope 1 on both sides."""
    zero = torch.zeros(1, dtype=torch.float64)
    sides = torch.cat([_slope_between(f.value, zero, h) for h in (-_STEP, _STEP)])
    return bool(f.value(zero).abs() < 1e-12) and bool((sides - 1).abs().max() < 1e-3)


def is_self_normalising(f: Bound) -> bool:
    """Say whether N(0, 1) keeps mean 0 and variance 1, and a variance of 0.8 or 1.25 is brought nearer to 1."""
    kept = abs(expectation(f.value)) < 1e-6 and abs(variance(f.value) - 1) < 1e-6
    return kept and all(abs(variance(f.value, std=v**0.5) - 1) < 0.99 * abs(v - 1) for v in (0.8, 1.25))


def is_free_of_exponentials(f: Bound) -> bool:
    """Say whether no exponential, logarithm or other transcendental function runs, as seen by watching torch's calls.

    This counts operations; how long they take depends on the machine.
    """
    with _CallsSeen() as seen:
        f.value(grid())
    return not seen.names & _COSTLY


_CHECKS: Final[Mapping[Property, Callable[[Bound], bool]]] = {
    "nonlinear": is_nonlinear,
    "continuous": is_continuous,
    "differentiable": is_differentiable,
    "differentiable_almost_everywhere": is_differentiable_almost_everywhere,
    "monotonic": is_monotonic,
    "bounded": lambda f: is_bounded_above(f) and is_bounded_below(f),
    "bounded_above": is_bounded_above,
    "bounded_below": is_bounded_below,
    "saturates": lambda f: saturates_left(f) and saturates_right(f),
    "saturates_left": saturates_left,
    "saturates_right": saturates_right,
    "passes_gradient": passes_gradient,
    "odd": is_odd,
    "zero_centred": is_zero_centred,
    "non_negative": is_non_negative,
    "gives_exact_zeros": gives_exact_zeros,
    "near_identity_at_zero": is_near_identity_at_zero,
    "self_normalising": is_self_normalising,
    "free_of_exponentials": is_free_of_exponentials,
}


def check_of(wanted: Property) -> Callable[[Bound], bool]:
    """Return the function that says whether an activation has the property."""
    return _CHECKS[wanted]


def has(f: Bound, wanted: Property) -> bool:
    """Say whether the activation has the property.

    >>> from engine.activations.named import find
    >>> has(find("sigmoid"), "bounded"), has(find("sigmoid"), "zero_centred")
    (True, False)
    """
    return _CHECKS[wanted](f)


class _CallsSeen(TorchFunctionMode):
    """Keeps the name of every function of torch that is called inside the ``with`` block."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


def _slope_between(f: Elementwise, z: Tensor, h: float) -> Tensor:
    return (f(z + h) - f(z)) / h


def _kinks(f: Elementwise) -> Tensor:
    return (_slope_between(f, grid(), _STEP) - _slope_between(f, grid(), -_STEP)).abs() > 1e-2


def _jumps(f: Elementwise) -> Tensor:
    return torch.stack([f(grid() + h) - f(grid()) for h in (_STEP, -_STEP)]).abs() > 1e-3


def _far() -> Tensor:
    return torch.linspace(*_FAR, 4097, dtype=torch.float64)


def _ends() -> Tensor:
    powers = torch.logspace(-2, 8, 101, dtype=torch.float64)
    return torch.cat([-powers, powers])
