"""How wide first weights are drawn: LeCun, Xavier and Kaiming, uniform and normal.

All draw with mean 0. They differ in the variance: 1/fan_in, 2/(fan_in + fan_out), gain²/fan.

Sources: LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", section 4.6; Glorot & Bengio 2010, "Understanding the
difficulty of training deep feedforward neural networks", equations 12 and 16; He, Zhang, Ren & Sun 2015, "Delving Deep
into Rectifiers", equations 10, 14 and 15.
"""

import math
from typing import Literal, NamedTuple

import torch
from torch import Tensor

Scheme = Literal[
    "lecun_uniform", "lecun_normal", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"
]
Mode = Literal["fan_in", "fan_out"]


class Spread(NamedTuple):
    """A distribution of weights with mean 0: its standard deviation, and whether it is uniform or normal."""

    std: float
    uniform: bool

    @classmethod
    def uniform_with(cls, bound: float) -> "Spread":
        """Return U(-bound, bound)."""
        return cls(bound / math.sqrt(3), uniform=True)

    @property
    def bound(self) -> float:
        """The r of U(-r, r): its variance is r²/3."""
        return math.sqrt(3) * self.std

    def draw(self, fan_in: int, fan_out: int, generator: torch.Generator) -> Tensor:
        """Return a float64 weight of shape ``(fan_out, fan_in)``, drawn on the CPU."""
        if self.uniform:
            return self.bound * (2 * torch.rand(fan_out, fan_in, generator=generator, dtype=torch.float64) - 1)
        return self.std * torch.randn(fan_out, fan_in, generator=generator, dtype=torch.float64)


def spread(
    scheme: Scheme, fan_in: int, fan_out: int, gain: float = 1.0, a: float = 0.0, mode: Mode = "fan_in"
) -> Spread:
    """Return the distribution that a scheme draws from.

    Convention: ``gain`` multiplies every scheme's standard deviation. Kaiming has √(2/(1 + a²)) of its own before that,
    ``a`` being the negative slope of a leaky ReLU, 0 for ReLU; ``mode`` chooses its fan.

    >>> round(spread("xavier_uniform", 300, 200).bound, 5)
    0.10954
    >>> spread("kaiming_normal", 200, 50)
    Spread(std=0.1, uniform=False)
    """
    family, _, shape = scheme.partition("_")
    variances = {
        "lecun": 1 / fan_in,
        "xavier": 2 / (fan_in + fan_out),
        "kaiming": 2 / (1 + a * a) / (fan_in if mode == "fan_in" else fan_out),
    }
    return Spread(gain * math.sqrt(variances[family]), shape == "uniform")
