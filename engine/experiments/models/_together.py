"""All seeds of an experiment in one run: what would be five small trainings is one of five times the width.

A tensor's first axis is the seed. Each seed draws from a generator of its own, so its numbers are the same as if it ran
alone.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.evidence import Block, Run
from engine.experiments._settle import SEEDS, Trial, randn


def generators() -> list[torch.Generator]:
    """Return a generator for each seed."""
    return [torch.Generator().manual_seed(seed) for seed in SEEDS]


def randn_each(drawn_from: Sequence[torch.Generator], *shape: int) -> Tensor:
    """Return float64 normal numbers ``(seeds, *shape)``, each seed's drawn from its own generator."""
    return torch.stack([randn(generator, *shape) for generator in drawn_from])


def one_run(measure: Callable[..., Tensor]) -> Trial:
    """Return a trial that runs ``measure(**arrangement)``, which gives a value for each seed, once for all seeds."""
    measured: dict[str, Tensor] = {}

    def trial(generator: torch.Generator, **arrangement: object) -> Tensor:
        key = repr(arrangement)
        if key not in measured:
            measured[key] = measure(**arrangement)
        return measured[key][generator.initial_seed()]

    return trial


def with_block(run: Run, make: Callable[[], Block]) -> Run:
    """Return the run with one block more behind its evidence."""
    return Run(run.value, lambda: [*run.evidence(), make()], run.device)
