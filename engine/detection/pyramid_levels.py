"""Which level of a feature pyramid a box is read from: large boxes from coarse levels.

Source: Lin, Dollár, Girshick, He, Hariharan & Belongie 2017, "Feature Pyramid Networks for Object Detection", equation
1: k = floor(4 + log2(√(w·h)/224)), held between the finest and the coarsest level.
"""

from torch import Tensor

from engine.detection.boxes import area


def pyramid_level(boxes: Tensor, least: int = 2, most: int = 5, canonical: int = 4, size: float = 224.0) -> Tensor:
    """Return the level of each box; level k has stride 2^k. A box of ``size`` x ``size`` is read from ``canonical``.

    10⁻⁶ is added before rounding down, as in the published code, so that exact powers of 2 stay where they belong.

    >>> import torch
    >>> pyramid_level(torch.tensor([[0.0, 0, 224, 224], [0, 0, 112, 112], [0, 0, 900, 900]])).tolist()
    [4, 3, 5]
    """
    exact = canonical + (area(boxes).sqrt() / size).log2() + 1e-6
    return exact.floor().clamp(least, most).long()
