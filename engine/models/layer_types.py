"""The classes of layers that a network may be made of: torch's, those of ``engine.layers`` and of ``engine.models``."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from torch import nn

from engine.errors import Refused, nearest

_HOMES = ("torch.nn.", "engine.layers.", "engine.models.")


def check(name: str) -> None:
    """Refuse a name that no class of layers has.

    >>> check("Conv2D")
    Traceback (most recent call last):
    engine.errors.Refused: there is no layer type 'Conv2D'; did you mean 'Conv2d'?
    """
    if name not in known():
        raise Refused(f"there is no layer type '{name[:40]}'{nearest(name, known())}")


@cache
def known() -> frozenset[str]:
    """Return the names of all classes, after importing every module that may define one."""
    for home in ("engine.layers", "engine.models"):
        package = importlib.import_module(home)
        for module in pkgutil.walk_packages(package.__path__, home + "."):
            importlib.import_module(module.name)
    return frozenset(cls.__name__ for cls in _subclasses(nn.Module) if cls.__module__.startswith(_HOMES))


def _subclasses(cls: type[nn.Module]) -> Iterator[type[nn.Module]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
