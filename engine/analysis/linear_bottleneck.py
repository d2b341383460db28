"""Why the thin end of a block has no activation: what a projection to few channels keeps, with ReLU or without.

Data of d channels is expanded to t·d by random weights and ReLU, and projected back to d by the weights that keep it
best. Then an affine readout tries to find the data in the block's output. Behind a linear projection it finds nearly
all; ReLU there has cut off every negative half, and no readout brings it back.

Source: Sandler et al. 2018, "MobileNetV2", section 3.2, and figure 6a for the effect on accuracy.
"""

from typing import Literal

import torch
from torch import Tensor

Last = Literal["linear", "relu"]


def projected(x: Tensor, expansion: Tensor, last: Last = "linear") -> Tensor:
    """Return the output of expand, ReLU, project and, for "relu", ReLU once more.

    The projection is the least-squares map from the expanded data back to x. Shapes: (points, d), (d, t·d) to
    (points, d).
    """
    wide = (x @ expansion).relu()
    thin: Tensor = wide @ (torch.linalg.pinv(wide) @ x)
    return thin.relu() if last == "relu" else thin


def lost(x: Tensor, output: Tensor) -> float:
    """Return the share of x's squares that the best affine readout of ``output`` misses, from 0 to 1.

    >>> x = torch.tensor([[1.0], [2.0], [-3.0]], dtype=torch.float64)
    >>> round(lost(x, 5 * x + 1), 9)
    0.0
    """
    readable = torch.cat([output, torch.ones_like(output[:, :1])], dim=1)
    read = readable @ (torch.linalg.pinv(readable) @ x)
    return float((x - read).square().sum() / x.square().sum())
