"""The networks that a question can name, and what they are fed.

A builder puts itself here where it is defined::

    @model(size=224)
    def vgg16(...) -> VGG: ...

Every module of ``engine.models`` is imported when a network is first looked up, so a new one needs no line elsewhere.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Protocol, TypeVar, cast, runtime_checkable

import torch
from torch import Tensor, nn

from engine.errors import Refused, nearest


@runtime_checkable
class Staged(Protocol):
    """A network that names its stages: a stage's name, and the layer whose output it is (as in ``named_modules``)."""

    @property
    def stages(self) -> Mapping[str, str]:
        """Stages in the order in which they run."""


@dataclass(frozen=True)
class Model:
    """A network by name: how it is built, and the channels and the size (height and width) of its published input."""

    known: ClassVar[dict[str, "Model"]] = {}

    name: str
    builder: Callable[[], nn.Module]
    size: int
    channels: int

    def build(self) -> nn.Module:
        """Build it on the meta device, in evaluation mode: shapes and counts are true, and no memory is taken."""
        with torch.device("meta"):
            return self.builder().eval()

    def image(self, size: int | None = None) -> Tensor:
        """Return one meta image of the published size, or of ``size``."""
        side = size or self.size
        return torch.empty(1, self.channels, side, side, device="meta")


_B = TypeVar("_B", bound=Callable[..., nn.Module])


def model(size: int, channels: int = 3) -> Callable[[_B], _B]:
    """List the decorated builder under its own name; called without arguments, it builds the published network."""

    def add(builder: _B) -> _B:
        if builder.__name__ in Model.known:
            raise RuntimeError(f"two models are called {builder.__name__}")
        Model.known[builder.__name__] = Model(builder.__name__, builder, size, channels)
        return builder

    return add


@cache
def load() -> Mapping[str, Model]:
    """Import every module of ``engine.models`` and return all networks by name."""
    package = importlib.import_module("engine.models")
    for module in pkgutil.walk_packages(package.__path__, "engine.models."):
        importlib.import_module(module.name)
    return Model.known


def find(name: str) -> Model:
    """Return the model called ``name``, or refuse with the nearest name.

    >>> find("resnet5")
    Traceback (most recent call last):
    engine.errors.Refused: there is no model 'resnet5'; did you mean 'resnet50'?
    """
    known = load()
    if name not in known:
        raise Refused(f"there is no model '{name[:40]}'{nearest(name, known)}")
    return known[name]


def stages_of(network: nn.Module) -> Mapping[str, str]:
    """Return the stages that ``network`` names; its direct children where it names none."""
    if isinstance(network, Staged):
        return cast(Staged, network).stages
    return {name: name for name, _ in network.named_children()}
