"""What becomes of an early layer's features: a dense block hands them on unchanged, sums and transitions mix them."""

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.residual import BasicBlock
from engine.models.densenet import DenseBlock, Transition
from engine.registry import Kind, function

Through = Literal["dense_block", "residual_blocks", "transition"]
_CHANNELS = 6


@function(
    "densenet.features_pass_unchanged",
    Kind.MEASURED,
    example={"through": "dense_block"},
    shows=(DenseBlock, Transition),
)
def features_pass_unchanged(through: Through = "dense_block") -> Run:
    """Say whether the channels that enter stand unchanged in the output of this; a transition may halve their size."""
    return settle(
        "Distance of an entering channel from the nearest channel of the output",
        Holds.IF_EQUAL,
        _distance,
        {"through": through},
        [{"through": "residual_blocks"}, {"through": "transition"}, {"through": "dense_block"}],
        Thresholds(none=1e-12, some=1e-3),
    )


def _distance(generator: torch.Generator, through: Through) -> Tensor:
    """Return for each entering channel its largest difference from the most similar channel that leaves."""
    makes: Mapping[str, Callable[[], nn.Module]] = {
        "dense_block": lambda: DenseBlock(3, _CHANNELS, growth_rate=2),
        "residual_blocks": lambda: nn.Sequential(BasicBlock(_CHANNELS, _CHANNELS), BasicBlock(_CHANNELS, _CHANNELS)),
        "transition": lambda: Transition(_CHANNELS),
    }
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        module = makes[through]().to(current(), torch.float64).eval()
    for parameter in module.parameters():
        if parameter.dim() == 4:
            parameter.data = randn(generator, *parameter.shape) / 3
    x = randn(generator, _CHANNELS, 6, 6)
    with torch.no_grad():
        y = module(x[None])[0]
    entered: Tensor = F.avg_pool2d(x, 2) if through == "transition" else x
    return torch.sub(entered[:, None], y[None]).abs().amax((2, 3)).amin(1)
