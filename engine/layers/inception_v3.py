"""The blocks of Inception v3: large filters are factorised, and the size is halved without a bottleneck.

A is used at 35x35, C at 17x17 and E at 8x8; B and D lead from each size to the next. The letters are those of the
implementation that everybody uses; the paper has figures 5, 6 and 7 for A, C and E, and figure 10 for B and D.

Source: Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016, "Rethinking the Inception Architecture for Computer Vision".
"""

from torch import nn

from engine.layers.inception_lanes import BasicConv2d, Lanes


class InceptionA(Lanes):
    """1x1, 5x5, two 3x3, and pooling: ``(N, C, H, W)`` to ``(N, 224 + pool_features, H, W)``.

    Convention: the published network keeps one real 5x5 in its second lane; the paper's figure 5 has only 3x3.
    ``narrow`` divides every number of channels inside, for small copies.
    """

    def __init__(self, in_channels: int, pool_features: int, narrow: int = 1) -> None:
        n = narrow
        super().__init__(
            branch1x1=BasicConv2d(in_channels, 64 // n, 1),
            branch5x5=nn.Sequential(
                BasicConv2d(in_channels, 48 // n, 1),
                BasicConv2d(48 // n, 64 // n, 5, padding=2),
            ),
            branch3x3dbl=nn.Sequential(
                BasicConv2d(in_channels, 64 // n, 1),
                BasicConv2d(64 // n, 96 // n, 3, padding=1),
                BasicConv2d(96 // n, 96 // n, 3, padding=1),
            ),
            branch_pool=_pooled(in_channels, pool_features),
        )
        self.out_channels = (64 + 64 + 96) // n + pool_features


class InceptionB(Lanes):
    """35x35 to 17x17: convolutions and pooling halve side by side: ``(N, C, H, W)`` to ``(N, C + 480, H', W')``.

    Pooling first would squeeze the information through C channels at 17x17; widening first would compute 3x3 filters at
    35x35. Here both happen at once, and H' = (H - 3)/2 + 1, for nothing is padded.
    """

    def __init__(self, in_channels: int, narrow: int = 1) -> None:
        n = narrow
        super().__init__(
            branch3x3=BasicConv2d(in_channels, 384 // n, 3, stride=2),
            branch3x3dbl=nn.Sequential(
                BasicConv2d(in_channels, 64 // n, 1),
                BasicConv2d(64 // n, 96 // n, 3, padding=1),
                BasicConv2d(96 // n, 96 // n, 3, stride=2),
            ),
            branch_pool=nn.MaxPool2d(3, stride=2),
        )
        self.out_channels = (384 + 96) // n + in_channels


class InceptionC(Lanes):
    """7x7 filters as 1x7 and 7x1, once and twice: ``(N, C, H, W)`` to ``(N, 768, H, W)``; 14 weights for 49."""

    def __init__(self, in_channels: int, channels_7x7: int, narrow: int = 1) -> None:
        n, c7 = narrow, channels_7x7
        super().__init__(
            branch1x1=BasicConv2d(in_channels, 192 // n, 1),
            branch7x7=nn.Sequential(
                BasicConv2d(in_channels, c7, 1),
                BasicConv2d(c7, c7, (1, 7), padding=(0, 3)),
                BasicConv2d(c7, 192 // n, (7, 1), padding=(3, 0)),
            ),
            branch7x7dbl=nn.Sequential(
                BasicConv2d(in_channels, c7, 1),
                BasicConv2d(c7, c7, (7, 1), padding=(3, 0)),
                BasicConv2d(c7, c7, (1, 7), padding=(0, 3)),
                BasicConv2d(c7, c7, (7, 1), padding=(3, 0)),
                BasicConv2d(c7, 192 // n, (1, 7), padding=(0, 3)),
            ),
            branch_pool=_pooled(in_channels, 192 // n),
        )
        self.out_channels = 4 * (192 // n)


class InceptionD(Lanes):
    """17x17 to 8x8, as B does it, one lane with 1x7 and 7x1: ``(N, C, H, W)`` to ``(N, C + 512, H', W')``."""

    def __init__(self, in_channels: int, narrow: int = 1) -> None:
        n = narrow
        super().__init__(
            branch3x3=nn.Sequential(
                BasicConv2d(in_channels, 192 // n, 1),
                BasicConv2d(192 // n, 320 // n, 3, stride=2),
            ),
            branch7x7x3=nn.Sequential(
                BasicConv2d(in_channels, 192 // n, 1),
                BasicConv2d(192 // n, 192 // n, (1, 7), padding=(0, 3)),
                BasicConv2d(192 // n, 192 // n, (7, 1), padding=(3, 0)),
                BasicConv2d(192 // n, 192 // n, 3, stride=2),
            ),
            branch_pool=nn.MaxPool2d(3, stride=2),
        )
        self.out_channels = (320 + 192) // n + in_channels


class InceptionE(Lanes):
    """Lanes that part again into 1x3 and 3x1, side by side: ``(N, C, H, W)`` to ``(N, 2048, H, W)``.

    At 8x8 the network wants many features, so the two halves of a factorised 3x3 are joined instead of stacked.
    """

    def __init__(self, in_channels: int, narrow: int = 1) -> None:
        n = narrow
        super().__init__(
            branch1x1=BasicConv2d(in_channels, 320 // n, 1),
            branch3x3=nn.Sequential(BasicConv2d(in_channels, 384 // n, 1), _split_3x3(384 // n)),
            branch3x3dbl=nn.Sequential(
                BasicConv2d(in_channels, 448 // n, 1),
                BasicConv2d(448 // n, 384 // n, 3, padding=1),
                _split_3x3(384 // n),
            ),
            branch_pool=_pooled(in_channels, 192 // n),
        )
        self.out_channels = (320 + 4 * 384 + 192) // n


def _split_3x3(channels: int) -> Lanes:
    return Lanes(
        branch1x3=BasicConv2d(channels, channels, (1, 3), padding=(0, 1)),
        branch3x1=BasicConv2d(channels, channels, (3, 1), padding=(1, 0)),
    )


def _pooled(in_channels: int, out_channels: int) -> nn.Sequential:
    """Return a 3x3 average pooling that keeps the size, and a 1x1; averages over a border count its zeros."""
    return nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), BasicConv2d(in_channels, out_channels, 1))
