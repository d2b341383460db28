"""Wrong results on purpose: what a function or a class of the engine gives, a little off.

Floats grow by 0.1 % (and by 0.001, so that zeros move too), whole numbers by 1, truths flip, texts get a letter more.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from types import GeneratorType
from typing import Any

import torch
from torch import Tensor, nn

from engine.evidence import Run
from engine.optim.optimizer import Optimizer


def off(value: Any) -> Any:
    """Return a value that is not ``value`` and looks like it; None and what is not understood stay as they are."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value * 1.001 + 1e-3 if abs(value) < float("inf") else 0.0
        case complex() | Fraction():
            return value + Fraction(1, 1000) if isinstance(value, Fraction) else value * 1.001 + 1e-3
        case str():
            return value + "x"
        case nn.Parameter() | Tensor():
            return _tensor(value)
        case Run():
            return dataclasses.replace(value, value=off(value.value))
        case nn.Module():
            return _module(value)
        case Mapping():
            return {key: off(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_make"):
            return type(value)._make(off(item) for item in value)
        case list() | tuple() | set() | frozenset():
            return type(value)(off(item) for item in value)
        case GeneratorType():
            return (off(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _dataclass(value)
    return value


def _tensor(value: Tensor) -> Tensor:
    if value.dtype is torch.bool:
        return ~value
    if value.is_floating_point() or value.is_complex():
        return value * 1.001 + 1e-3
    return value + 1


def _module(network: nn.Module) -> nn.Module:
    """Return the network with one parameter more and with an output that is off."""
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    network.register_parameter("one_too_many", nn.Parameter(torch.zeros(1, device=device)))
    network.register_forward_hook(lambda layer, given, output: off(output))
    return network


def _dataclass(value: Any) -> Any:
    changes = {field.name: off(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init}
    return dataclasses.replace(value, **changes)


def wrong_versions(implementation: Any) -> Iterator[Any]:
    """Yield stand-ins for a function or a class, each wrong in one way."""
    if not isinstance(implementation, type):
        yield wrong_function(implementation)
        return
    if issubclass(implementation, nn.Module):
        yield type(implementation.__name__, (implementation,), {"forward": wrong_function(implementation.forward)})
        yield _with_a_parameter_more(implementation)
    if issubclass(implementation, Optimizer):
        yield _with_wrong_steps(implementation)
    for name, method in vars(implementation).items():
        if name.startswith("_"):
            continue
        if isinstance(method, staticmethod | classmethod):
            wrong: Any = type(method)(wrong_function(method.__func__))
        elif isinstance(method, property) and method.fget:
            wrong = property(wrong_function(method.fget))
        elif callable(method) and not isinstance(method, type):
            wrong = wrong_function(method)
        else:
            continue
        yield type(implementation.__name__, (implementation,), {name: wrong})


def wrong_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a result that is off."""

    @functools.wraps(function)
    def wrong(*args: Any, **kwargs: Any) -> Any:
        return off(function(*args, **kwargs))

    return wrong


def _with_a_parameter_more(implementation: type) -> type:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        implementation.__init__(self, *args, **kwargs)
        device = next((parameter.device for parameter in self.parameters()), torch.device("cpu"))
        self.register_parameter("one_too_many", nn.Parameter(torch.zeros(1, device=device)))

    return type(implementation.__name__, (implementation,), {"__init__": init})


def _with_wrong_steps(implementation: type) -> type:
    """Return the optimizer, whose parameters are a little off after each step."""

    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = implementation.step(self, *args, **kwargs)
        with torch.no_grad():
            for parameter in self.params:
                parameter.copy_(_tensor(parameter))
        return off(given)

    return type(implementation.__name__, (implementation,), {"step": step})
