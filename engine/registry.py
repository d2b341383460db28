"""The only door for banks: names such as ``conv.output_size`` lead to typed functions.

A function registers itself where it is defined, with its *kind*: how it arrives at its value. Every module of the
packages in ``_DOORS`` is imported by :func:`load`, so a new function needs no line anywhere else.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from engine.errors import Refused, nearest

_DOORS = ("engine.doors", "engine.experiments")


class Kind(StrEnum):
    """How a function arrives at its value. Two legs prove an answer only when their kinds differ."""

    CLOSED_FORM = "closed_form"
    """A formula is evaluated."""
    MODULE = "module"
    """The torch module is built and run, on the meta device or for real."""
    MEASURED = "measured"
    """Gradients, hooks or statistics of runs."""
    LIBRARY = "library"
    """Another library's function is called."""


@dataclass(frozen=True)
class Function:
    """A registered function: its name, its kind, how to call it, and what it shows of itself."""

    name: str
    kind: Kind
    call: Callable[..., Any]
    example: Mapping[str, Any]
    shows: tuple[Callable[..., Any] | type, ...]

    @property
    def signature(self) -> inspect.Signature:
        """The parameters with torch's argument names; annotations are resolved."""
        return inspect.signature(self.call, eval_str=True)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return (inspect.getdoc(self.call) or "").split("\n\n")[0].replace("\n", " ")


_functions: dict[str, Function] = {}
_F = TypeVar("_F", bound=Callable[..., Any])


def function(
    name: str, kind: Kind, example: Mapping[str, Any], shows: tuple[Callable[..., Any] | type, ...] = ()
) -> Callable[[_F], _F]:
    """Register the decorated function under ``name``.

    ``example`` holds arguments that run quickly; a test runs every example. ``shows`` names the implementations that
    a reader should see as "the code that ran", beside the function itself.
    """

    def register(call: _F) -> _F:
        if name in _functions:
            raise RuntimeError(f"two functions are registered as {name}")
        _functions[name] = Function(name, kind, call, example, shows)
        return call

    return register


@cache
def load() -> Mapping[str, Function]:
    """Import every door and return all functions by name, sorted."""
    for package_name in _DOORS:
        package = importlib.import_module(package_name)
        for module in pkgutil.walk_packages(package.__path__, package_name + "."):
            importlib.import_module(module.name)
    return dict(sorted(_functions.items()))


def find(name: str) -> Function:
    """Return the function called ``name``, or refuse with the nearest name."""
    known = load()
    if name not in known:
        raise Refused(f"there is no engine function '{name}'{nearest(name, known)} (dlquiz functions lists them all)")
    return known[name]
