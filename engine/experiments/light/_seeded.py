"""Modules whose parameters are drawn from a generator."""

from typing import Any

import torch
from torch import nn

from engine.experiments._settle import randn


def seeded(make: type[nn.Module], generator: torch.Generator, *sizes: int, **settings: Any) -> nn.Module:
    """Return a module in evaluation mode whose parameters are normal numbers from the generator, in float64."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        module = make(*sizes, **settings)
    for parameter in module.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return module.to(next(module.parameters())).eval()
