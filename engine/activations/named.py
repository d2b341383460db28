"""The activations that a question can name: each with its value, its slope and what it may be set to.

All of them work on one number at a time; softmax and maxout, which look at several, have files of their own.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal, NamedTuple, get_args

from torch import Tensor

from engine.activations import clipped, elementary, exponential_linear, rectifier, sigmoid, smooth, step, tanh
from engine.errors import Refused

Elementwise = Callable[[Tensor], Tensor]
Name = Literal[
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "prelu",
    "abs",
    "elu",
    "selu",
    "relu6",
    "step",
    "identity",
    "sin",
    "cos",
    "softplus",
    "gelu",
    "gelu_tanh",
    "silu",
    "mish",
    "softsign",
    "hardtanh",
    "hardsigmoid",
    "hardswish",
]
NAMES: Final[tuple[Name, ...]] = get_args(Name)


class Activation(NamedTuple):
    """A function of one number and its derivative, both written out."""

    value: Callable[..., Tensor]
    slope: Callable[..., Tensor]


def _prelu(z: Tensor, negative_slope: float = 0.25) -> Tensor:
    return rectifier.rectifier(z, negative_slope)


def _prelu_slope(z: Tensor, negative_slope: float = 0.25) -> Tensor:
    return rectifier.rectifier_slope(z, negative_slope)


KNOWN: Final[Mapping[Name, Activation]] = {
    "sigmoid": Activation(sigmoid.sigmoid, sigmoid.sigmoid_slope),
    "tanh": Activation(tanh.tanh, tanh.tanh_slope),
    "relu": Activation(rectifier.relu, rectifier.relu_slope),
    "leaky_relu": Activation(rectifier.leaky_relu, rectifier.leaky_relu_slope),
    "prelu": Activation(_prelu, _prelu_slope),
    "abs": Activation(rectifier.absolute, rectifier.absolute_slope),
    "elu": Activation(exponential_linear.elu, exponential_linear.elu_slope),
    "selu": Activation(exponential_linear.selu, exponential_linear.selu_slope),
    "relu6": Activation(clipped.relu6, clipped.relu6_slope),
    "step": Activation(step.step, step.step_slope),
    "identity": Activation(elementary.identity, elementary.identity_slope),
    "sin": Activation(elementary.sin, elementary.sin_slope),
    "cos": Activation(elementary.cos, elementary.cos_slope),
    "softplus": Activation(smooth.softplus, smooth.softplus_slope),
    "gelu": Activation(smooth.gelu, smooth.gelu_slope),
    "gelu_tanh": Activation(smooth.gelu_tanh, smooth.gelu_tanh_slope),
    "silu": Activation(sigmoid.silu, sigmoid.silu_slope),
    "mish": Activation(smooth.mish, smooth.mish_slope),
    "softsign": Activation(smooth.softsign, smooth.softsign_slope),
    "hardtanh": Activation(clipped.hardtanh, clipped.hardtanh_slope),
    "hardsigmoid": Activation(clipped.hardsigmoid, clipped.hardsigmoid_slope),
    "hardswish": Activation(clipped.hardswish, clipped.hardswish_slope),
}


class Bound(NamedTuple):
    """An activation with its settings fixed."""

    value: Elementwise
    slope: Elementwise


def settings_of(name: Name) -> Mapping[str, float]:
    """Return what the activation can be set to, with the usual values.

    >>> dict(settings_of("elu"))
    {'alpha': 1.0}
    """
    parameters = list(inspect.signature(KNOWN[name].value).parameters.values())[1:]
    return {parameter.name: parameter.default for parameter in parameters}


def find(name: Name, negative_slope: float | None = None, alpha: float | None = None) -> Bound:
    """Return the activation; a setting that is left out has its usual value.

    Raises:
        Refused: the activation has no such setting.

    >>> find("relu", alpha=2.0)
    Traceback (most recent call last):
    engine.errors.Refused: 'relu' has no setting 'alpha'; leave it out
    """
    given = check_settings(name, negative_slope, alpha)
    return Bound(partial(KNOWN[name].value, **given), partial(KNOWN[name].slope, **given))


def check_settings(name: Name, negative_slope: float | None = None, alpha: float | None = None) -> Mapping[str, float]:
    """Return the settings that were given, or refuse one that the activation does not have."""
    settings = {"negative_slope": negative_slope, "alpha": alpha}
    given = {setting: value for setting, value in settings.items() if value is not None}
    known = settings_of(name)
    for setting in given:
        if setting not in known:
            raise Refused(f"'{name}' has no setting '{setting}'; {_offer(known)}")
    return given


def _offer(known: Mapping[str, float]) -> str:
    return f"it has '{next(iter(known))}'" if known else "leave it out"
