"""What LeNet-5 of 1998 has and later networks lost: trainable pooling, a table of connections, distances to codes.

Source: LeCun, Bottou, Bengio & Haffner 1998, "Gradient-Based Learning Applied to Document Recognition", section II.B,
table I and appendix A.
"""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

C3_INPUTS: Final[Sequence[Sequence[int]]] = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
"""Table I: the maps of S2 that each map of C3 reads: three or four neighbours in a circle, two pairs, or all."""

DIGITS: Final = """
    ..###.. ...#... .#####. .#####. #....#. ####### .#####. ####### .#####. .#####.
    .#...#. ..##... #.....# #.....# #....#. #...... #.....# ......# #.....# #.....#
    #.....# .#.#... ......# ......# #....#. #...... #...... ......# #.....# #.....#
    #.....# ...#... ......# ......# #....#. #...... #...... .....#. #.....# #.....#
    #.....# ...#... .....#. ......# #....#. #...... #...... .....#. #.....# #.....#
    #.....# ...#... ....#.. ..####. #....#. ######. ######. ....#.. .#####. .######
    #.....# ...#... ...#... ......# ####### ......# #.....# ....#.. #.....# ......#
    #.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
    #.....# ...#... .#..... ......# .....#. ......# #.....# ...#... #.....# ......#
    #.....# ...#... #...... ......# .....#. ......# #.....# ..#.... #.....# ......#
    .#...#. ...#... #...... #.....# .....#. #.....# #.....# ..#.... #.....# #.....#
    ..###.. .#####. ####### .#####. .....#. .#####. .#####. ..#.... .#####. .#####.
"""
"""The ten output codes as pictures of 7×12. The paper draws its codes so (figure 3); these drawings are our own."""


class ScaledTanh(nn.Module):
    """The paper's squashing function A·tanh(S·a) with A = 1.7159 and S = 2/3, for which f(1) ≈ 1 and f(-1) ≈ -1.

    >>> round(float(ScaledTanh()(torch.tensor(1.0))), 3)
    1.0
    """

    def forward(self, a: Tensor) -> Tensor:
        """Return the squashed weighted sums."""
        return 1.7159 * torch.tanh(2 / 3 * a)


class TrainablePool(nn.Module):
    """Subsampling as in S2 and S4: the *sum* of each 2x2 window times one weight, plus one bias, for each map.

    Shapes: ``(N, C, H, W)`` to ``(N, C, H/2, W/2)``. It has 2·C parameters.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), 0.25))  # begins as the average
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return the weighted sums, before the squashing."""
        total = 4 * F.avg_pool2d(x, kernel_size=2)
        return self.weight[:, None, None] * total + self.bias[:, None, None]


class PartialConv2d(nn.Module):
    """A convolution whose output maps read different sets of input maps: ``inputs[o]`` are those of map ``o``.

    Shapes: ``(N, C, H, W)`` to ``(N, len(inputs), H - k + 1, W - k + 1)``. Each map is a convolution of its own, so
    parameters and MACs are those of the connections that exist.
    """

    def __init__(self, inputs: Sequence[Sequence[int]], kernel_size: int) -> None:
        super().__init__()
        self.inputs = [list(channels) for channels in inputs]
        self.maps = nn.ModuleList(nn.Conv2d(len(channels), 1, kernel_size) for channels in inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return all maps, one channel each."""
        pairs = zip(self.maps, self.inputs, strict=True)
        return torch.cat([convolution(x[:, channels]) for convolution, channels in pairs], dim=1)


class RbfOutput(nn.Module):
    """The output layer: y_i = Σ_j (x_j - w_ij)², the squared distance of F6's 84 units to the code of digit i.

    Shapes: ``(N, 84)`` to ``(N, 10)``. The codes are a buffer of +1 and -1, ``(10, 84)``: fixed, not trained.
    """

    codes: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("codes", digit_codes())

    def forward(self, x: Tensor) -> Tensor:
        """Return the distances; the smallest is the answer."""
        return (x[:, None] - self.codes).square().sum(-1)


def digit_codes() -> Tensor:
    """Return the drawings as codes, +1 for ink and -1 for paper, row by row; shape ``(10, 84)``."""
    rows = [line.split() for line in DIGITS.split("\n") if line]
    pictures = ["".join(row[digit] for row in rows) for digit in range(10)]
    return torch.tensor([[1.0 if pixel == "#" else -1.0 for pixel in picture] for picture in pictures])
