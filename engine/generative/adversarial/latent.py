"""Latent sampling: noise of a known law goes through a map, and the map decides what comes out.

On a line the exact map is known: if u is uniform on (0, 1) and F is a distribution function, F⁻¹(u) has the
distribution F. A generator is a learned map of this kind, from many dimensions to many, for which no F is written down.

Sources: von Neumann 1951 (inverse transform); Goodfellow et al. 2014 (noise through a network).
"""

import math
from typing import Literal

import torch
from torch import Tensor

Law = Literal["exponential", "logistic", "cauchy", "normal", "uniform"]
Noise = Literal["normal", "uniform"]


def inverse_cdf(u: Tensor, law: Law, loc: float = 0.0, scale: float = 1.0) -> Tensor:
    """Return loc + scale·F⁻¹(u), elementwise, for u strictly between 0 and 1.

    ===========  ==================
    law          F⁻¹(u)
    ===========  ==================
    exponential  -log(1 - u)
    logistic     log u - log(1 - u)
    cauchy       tan(π·(u - ½))
    normal       √2·erf⁻¹(2u - 1)
    uniform      u
    ===========  ==================

    Convention: an exponential law's ``scale`` is its mean, one over its rate.

    >>> round(inverse_cdf(torch.tensor(0.5), "exponential", scale=2.0).item(), 6)  # the median, 2·log 2
    1.386294
    """
    standard = {
        "exponential": lambda: -torch.log1p(-u),
        "logistic": lambda: u.log() - torch.log1p(-u),
        "cauchy": lambda: torch.tan(math.pi * (u - 0.5)),
        "normal": lambda: math.sqrt(2) * torch.erfinv(2 * u - 1),
        "uniform": lambda: u,
    }[law]()
    return loc + scale * standard


def cdf(x: Tensor, law: Law, loc: float = 0.0, scale: float = 1.0) -> Tensor:
    """Return F((x - loc)/scale), the share of the law at or below x; it undoes :func:`inverse_cdf`."""
    z = (x - loc) / scale
    return {
        "exponential": lambda: -torch.expm1(-z.clamp(min=0)),
        "logistic": lambda: torch.sigmoid(z),
        "cauchy": lambda: 0.5 + torch.atan(z) / math.pi,
        "normal": lambda: 0.5 * torch.erfc(-z / math.sqrt(2)),
        "uniform": lambda: z.clamp(0, 1),
    }[law]()


def latent_noise(generator: torch.Generator, count: int, dim: int, law: Noise = "normal") -> Tensor:
    """Return codes z ``(count, dim)`` in float64: from N(0, 1), or uniform on (-1, 1) as DCGAN draws them."""
    if law == "normal":
        return torch.randn(count, dim, generator=generator, dtype=torch.float64)
    return 2 * torch.rand(count, dim, generator=generator, dtype=torch.float64) - 1


def kolmogorov_smirnov(samples: Tensor, cdf_values: Tensor) -> float:
    """Return the largest distance between the samples' step function and F; ``cdf_values`` is F at each sample.

    For n samples that do follow F it is about 0.87/√n, and above 1.95/√n only once in a thousand times.
    """
    ordered = cdf_values[samples.argsort()]
    count = len(ordered)
    places = torch.arange(count, dtype=ordered.dtype, device=ordered.device)
    return torch.maximum(ordered - places / count, (places + 1) / count - ordered).max().item()
