"""The blocks of BN-Inception: BatchNorm after every convolution, and two 3x3 in place of each 5x5.

Source: Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
Shift", appendix and figure 5.
"""

from typing import Literal

from torch import nn

from engine.layers.inception_lanes import BasicConv2d, Lanes

Pool = Literal["avg", "max"]


class InceptionBN(Lanes):
    """A block that keeps the size: 1x1; 1x1-3x3; 1x1-3x3-3x3; pooling-1x1.

    Shapes: ``(N, C, H, W)`` to ``(N, ch1x1 + ch3x3 + chd3x3 + pool_proj, H, W)``. Two 3x3 see what a 5x5 sees, with 18
    weights for its 25 where the widths are equal. Pooling takes the average, but the last block's takes the maximum.
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        chd3x3red: int,
        chd3x3: int,
        pool_proj: int,
        pool: Pool = "avg",
    ) -> None:
        pooling = nn.AvgPool2d(3, stride=1, padding=1) if pool == "avg" else nn.MaxPool2d(3, stride=1, padding=1)
        super().__init__(
            branch1=BasicConv2d(in_channels, ch1x1, 1),
            branch2=_lane(in_channels, ch3x3red, ch3x3),
            branch3=_lane(in_channels, chd3x3red, chd3x3, chd3x3),
            branch4=nn.Sequential(pooling, BasicConv2d(in_channels, pool_proj, 1)),
        )
        self.out_channels = ch1x1 + ch3x3 + chd3x3 + pool_proj


class InceptionBNReduction(Lanes):
    """A block that halves the size: 1x1-3x3, 1x1-3x3-3x3 and a max pooling, each with stride 2 at its end.

    Shapes: ``(N, C, H, W)`` to ``(N, ch3x3 + chd3x3 + C, H/2, W/2)``: there is no 1x1 lane, and the pooling passes
    all channels through.
    """

    def __init__(self, in_channels: int, ch3x3red: int, ch3x3: int, chd3x3red: int, chd3x3: int) -> None:
        super().__init__(
            branch2=_lane(in_channels, ch3x3red, ch3x3, stride=2),
            branch3=_lane(in_channels, chd3x3red, chd3x3, chd3x3, stride=2),
            branch4=nn.MaxPool2d(3, stride=2, padding=1),
        )
        self.out_channels = ch3x3 + chd3x3 + in_channels


def _lane(in_channels: int, reduced: int, *widths: int, stride: int = 1) -> nn.Sequential:
    """Return a 1x1 to ``reduced`` channels and a 3x3 for each of ``widths``; the last has the stride."""
    lane: list[nn.Module] = [BasicConv2d(in_channels, reduced, 1)]
    for place, width in enumerate(widths, start=1):
        lane.append(BasicConv2d(reduced, width, 3, stride if place == len(widths) else 1, padding=1))
        reduced = width
    return nn.Sequential(*lane)
