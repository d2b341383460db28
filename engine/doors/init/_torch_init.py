"""Torch's own initialisers, run on a weight that tells what it was filled from."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

MOST_DRAWN = 2**20
"""Weights with more elements are initialised on the meta device: torch takes the same steps and draws nothing."""
_POINTS = 4096


class Uniform(NamedTuple):
    """Torch drew from U(low, high)."""

    low: float
    high: float

    @property
    def std(self) -> float:
        """The standard deviation of 4096 numbers that are spread evenly over the interval."""
        places = (torch.arange(_POINTS, dtype=torch.float64) + 0.5) / _POINTS
        return float((self.low + (self.high - self.low) * places).std(correction=0))


class Normal(NamedTuple):
    """Torch drew from N(mean, std²)."""

    mean: float
    std: float


class Listener(nn.Parameter):
    """A parameter that notes the numbers with which it is filled at random, and then is filled, unless it is meta."""

    source: Uniform | Normal

    def uniform_(self, low: float = 0, high: float = 1, *, generator: torch.Generator | None = None) -> Tensor:
        """Fill with U(low, high), as every tensor does."""
        self.source = Uniform(low, high)
        return self if self.is_meta else super().uniform_(low, high, generator=generator)

    def normal_(self, mean: float = 0, std: float = 1, *, generator: torch.Generator | None = None) -> Tensor:
        """Fill with N(mean, std²), as every tensor does."""
        self.source = Normal(mean, std)
        return self if self.is_meta else super().normal_(mean, std, generator=generator)


def fill(initialise: Callable[..., object], shape: Sequence[int], **arguments: Any) -> Listener:
    """Run an initialiser of ``torch.nn.init`` on a new weight of this shape, in float64."""
    weight = _empty(shape)
    initialise(weight, generator=torch.Generator().manual_seed(0), **arguments)
    return weight


def build_linear(in_features: int, out_features: int) -> Listener:
    """Let ``nn.Linear`` initialise its weight as it does when it is built."""
    layer = nn.Linear(in_features, out_features, device="meta")
    layer.weight = weight = _empty((out_features, in_features))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        layer.reset_parameters()
    return weight


def _empty(shape: Sequence[int]) -> Listener:
    """Return a new weight on the CPU, where random numbers are drawn; on the meta device if it is too large for it."""
    place = "cpu" if math.prod(shape) <= MOST_DRAWN else "meta"
    return Listener(torch.empty(*shape, dtype=torch.float64, device=place))
