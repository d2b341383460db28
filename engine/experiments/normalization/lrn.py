"""Local response normalisation: whom a strong channel quietens, and the two conventions for α."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.layers.local_response_norm import LocalResponseNorm
from engine.registry import Kind, function

_CHANNELS, _CENTRE = 17, 8


@function("lrn.inhibits", Kind.MEASURED, example={"distance": 1}, shows=(LocalResponseNorm,))
def inhibits(distance: Annotated[int, Between(1, 8)] = 1, size: Annotated[int, Between(1, 17)] = 5) -> Run:
    """Say whether raising one channel's activation lowers the output of the channel ``distance`` away."""
    return settle(
        "Fall of a channel's output when the activation of the other one grows",
        Holds.IF_DIFFERENT,
        _fall,
        {"distance": distance, "size": size},
        [{"distance": 4, "size": 5}, {"distance": 1, "size": 5}],
    )


def _fall(generator: torch.Generator, distance: int, size: int) -> Tensor:
    layer = LocalResponseNorm(size, alpha=1.0, k=1.0)
    x = 0.5 + randn(generator, 1, _CHANNELS, 1).abs()
    raised = x.clone()
    raised[:, _CENTRE + distance] += 5
    return torch.sub(layer(x), layer(raised))[:, _CENTRE].clamp(min=0)


@function("lrn.matches_torch", Kind.MEASURED, example={"alpha_times": 5}, shows=(LocalResponseNorm,))
def matches_torch(
    alpha_times: Annotated[float, Between(0.01, 100)] = 1.0, size: Annotated[int, Between(2, 15)] = 5
) -> Run:
    """Say whether the paper's formula with α equals torch's layer given ``alpha_times`` · α (odd ``size``, α = 0.5)."""
    return settle(
        "The paper's formula beside torch.nn.LocalResponseNorm",
        Holds.IF_EQUAL,
        _convention_error,
        {"alpha_times": alpha_times, "size": size},
        [{"alpha_times": 1.0, "size": size}, {"alpha_times": float(size), "size": size}],
    )


def _convention_error(generator: torch.Generator, alpha_times: float, size: int) -> Tensor:
    x = randn(generator, 2, _CHANNELS, 3)
    torchs = nn.LocalResponseNorm(size, alpha=0.5 * alpha_times, k=1.0)
    return torch.sub(torchs(x), LocalResponseNorm(size, alpha=0.5, k=1.0)(x))
