"""Noise through a map: which map turns uniform noise into which law."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Blocks, Curve, Run, Series
from engine.experiments._settle import Holds, Thresholds, settle
from engine.generative.adversarial.latent import Law, cdf, inverse_cdf, kolmogorov_smirnov
from engine.registry import Kind, function

Map = Literal["inverse cdf", "cdf", "identity"]
_COUNT = 4000


@function("sampling.gives_law", Kind.MEASURED, example={"law": "exponential"}, shows=(inverse_cdf, kolmogorov_smirnov))
def gives_law(law: Law = "exponential", through: Map = "inverse cdf") -> Run:
    """Say whether uniform noise, sent ``through`` a map, follows the ``law``, by 4000 draws.

    The map is the law's inverse distribution function, the function itself, or none.
    """
    settled = settle(
        "Largest distance between the draws' distribution function and the law's (Kolmogorov-Smirnov)",
        Holds.IF_EQUAL,
        _distance,
        {"law": law, "through": through},
        [{"law": law, "through": other} for other in ("inverse cdf", "cdf", "identity")],
        Thresholds(none=0.04, some=0.1),
    )
    return Run(settled.value, lambda: [*settled.evidence(), *_histogram(law, through)])


def _draws(generator: torch.Generator, law: Law, through: Map) -> Tensor:
    u = torch.rand(_COUNT, generator=generator, dtype=torch.float64).clamp(min=1e-12)
    return {"inverse cdf": inverse_cdf(u, law), "cdf": cdf(u, law), "identity": u}[through]


def _distance(generator: torch.Generator, law: Law, through: Map) -> Tensor:
    draws = _draws(generator, law, through)
    return torch.tensor(kolmogorov_smirnov(draws, cdf(draws, law)))


def _histogram(law: Law, through: Map) -> Blocks:
    """Return the draws' shares in 40 bins beside those of the law."""
    draws = _draws(torch.Generator().manual_seed(0), law, through)
    low, high = draws.quantile(0.01).item(), draws.quantile(0.99).item()
    edges = torch.linspace(low, high, 41, dtype=torch.float64)
    inside = torch.histogram(draws, edges).hist / len(draws)
    expected = cdf(edges, law).diff()
    centres = ((edges[1:] + edges[:-1]) / 2).tolist()
    series = [Series("draws", centres, inside.tolist()), Series("the law", centres, expected.tolist())]
    return [Curve("Share in each of 40 bins", series, "x")]
