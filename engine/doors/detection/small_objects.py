"""``small_object.*``: how far the features of small objects are from those of large ones (a toy)."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.detection.small_objects import (
    feature_distance,
    features,
    pictures,
    residual,
    seen_small,
    super_resolved,
)
from engine.evidence import Blocks, Run, Table
from engine.registry import Kind, function

Factor = Literal[1, 2, 4]
_CHANNELS, _PICTURES = 4, 128


@function(
    "small_object.feature_distance",
    Kind.MEASURED,
    example={"factor": 4, "super_resolved": True},
    shows=(feature_distance, seen_small, residual),
)
def distance(factor: Factor = 4, super_resolved: bool = False, seed: Annotated[int, Between(0, 1_000_000)] = 0) -> Run:
    """Return how far features of objects seen ``factor`` times smaller are from the large: 0 equal, 1 unrelated.

    A toy: random textures and a random convolution. With ``super_resolved`` a residual, fitted on other pictures, is
    added first, as Perceptual GAN's generator does.

    >>> distance(4).value > distance(4, super_resolved=True).value
    True
    """
    values = both_distances(factor, torch.Generator().manual_seed(seed))

    def evidence() -> Blocks:
        rows = [(f, *both_distances(f, torch.Generator().manual_seed(seed))) for f in (1, 2, 4)]
        return [Table("Feature distance (toy)", ["times smaller", "as seen", "with residual"], rows)]

    return Run(values[super_resolved], evidence, "cpu")


def both_distances(factor: int, generator: torch.Generator) -> tuple[float, float]:
    """Return the distance of small from large as seen, and with the residual, on pictures that it was not fitted to."""
    weight = torch.randn(_CHANNELS, 1, 3, 3, generator=generator, dtype=torch.float64)
    seen, unseen = _pairs(factor, weight, generator), _pairs(factor, weight, generator)
    fitted = residual(*seen)
    small, large = unseen
    return feature_distance(small, large), feature_distance(super_resolved(small, fitted), large)


def _pairs(factor: int, weight: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    large = pictures(_PICTURES, generator)
    return features(seen_small(large, factor), weight), features(large, weight)
