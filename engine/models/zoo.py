"""The networks that a question can name, and what they are fed.

A builder puts itself here where it is defined::

    @model(size=224)
    def vgg16(...) -> VGG: ...

    @model(size=512, inputs=(Tokens("ids"), Tokens("segments")))
    def bert_base(...) -> Bert: ...

Every module of ``engine.models`` is imported when a network is first looked up, so a new one needs no line elsewhere.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
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


class Input(Protocol):
    """One argument of a network's ``forward``, a batch of one; how large it is, one number says."""

    def tensor(self, size: int) -> Tensor:
        """Return it on the meta device."""

    def describe(self, size: int) -> str:
        """Say what it is, as in "3×224×224"."""


@dataclass(frozen=True)
class Image:
    """An image ``(1, channels, size, size)``."""

    channels: int = 3

    def tensor(self, size: int) -> Tensor:
        """Return an image on the meta device."""
        return torch.empty(1, self.channels, size, size, device="meta")

    def describe(self, size: int) -> str:
        """Return channels × height × width."""
        return f"one image of {self.channels}×{size}×{size}"


@dataclass(frozen=True)
class Tokens:
    """A sequence of token numbers ``(1, size)``, such as a source, a target, or the segments of two sentences."""

    name: str

    def tensor(self, size: int) -> Tensor:
        """Return integers on the meta device."""
        return torch.empty(1, size, dtype=torch.long, device="meta")

    def describe(self, size: int) -> str:
        """Return the name and the length."""
        return f"{self.name} of {size} tokens"


@dataclass(frozen=True)
class Features:
    """A sequence of vectors ``(1, size, features)``, as embedded tokens are."""

    name: str
    features: int

    def tensor(self, size: int) -> Tensor:
        """Return vectors on the meta device."""
        return torch.empty(1, size, self.features, device="meta")

    def describe(self, size: int) -> str:
        """Return the name, the length and the width."""
        return f"{self.name} of {size}×{self.features}"


@dataclass(frozen=True)
class Model:
    """A network by name: how it is built, and its published input.

    ``size`` is the height and width of an image, or the length of each sequence.
    """

    known: ClassVar[dict[str, "Model"]] = {}

    name: str
    builder: Callable[[], nn.Module]
    size: int
    inputs: Sequence[Input]

    def build(self) -> nn.Module:
        """Build it on the meta device, in evaluation mode: shapes and counts are true, and no memory is taken."""
        with torch.device("meta"):
            return self.builder().eval()

    def tensors(self, size: int | None = None) -> list[Tensor]:
        """Return what goes in, of the published size or of ``size``, on the meta device."""
        return [given.tensor(size or self.size) for given in self.inputs]

    def describe(self, size: int | None = None) -> str:
        """Say what goes in.

        >>> find("resnet50").describe()
        'one image of 3×224×224'
        """
        return ", ".join(given.describe(size or self.size) for given in self.inputs)

    def sized(self, size: int | None = None) -> str:
        """Say how large it is: "224×224 inputs", or "512 tokens" where no image goes in."""
        side = size or self.size
        return f"{side}×{side} inputs" if any(isinstance(given, Image) for given in self.inputs) else f"{side} tokens"

    def image(self, size: int | None = None) -> Tensor:
        """Return what goes into a network that takes one image and nothing else."""
        if [type(given) for given in self.inputs] != [Image]:
            raise Refused(f"{self.name} takes {self.describe()}, not one image")
        return self.tensors(size)[0]


_B = TypeVar("_B", bound=Callable[..., nn.Module])


def model(size: int, channels: int = 3, inputs: Sequence[Input] | None = None) -> Callable[[_B], _B]:
    """List the decorated builder under its own name; called without arguments, it builds the published network.

    Without ``inputs`` it takes one image of ``channels`` channels.
    """

    def add(builder: _B) -> _B:
        if builder.__name__ in Model.known:
            raise RuntimeError(f"two models are called {builder.__name__}")
        takes = (Image(channels),) if inputs is None else inputs
        Model.known[builder.__name__] = Model(builder.__name__, builder, size, takes)
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


def layer_of(name: str, network: nn.Module, layer: str) -> str:
    """Return the layer's name as in ``named_modules``, given that name or a stage's."""
    stages = stages_of(network)
    layers = [path for path, _ in network.named_modules() if path]
    if layer not in stages and layer not in layers:
        raise Refused(f"{name} has no stage or layer '{layer}'{nearest(layer, [*stages, *layers])}")
    return stages.get(layer, layer)
