"""The blocks of Inception v4: every size has one kind of block, and all blocks of a kind are equal.

Source: Szegedy, Ioffe, Vanhoucke & Alemi 2017, "Inception-v4, Inception-ResNet and the Impact of Residual Connections
on Learning", figures 3 to 8, and table 1 for the reduction from 35x35.
"""

from torch import nn

from engine.layers.inception_lanes import BasicConv2d, Lanes

STEM_CHANNELS = 384
A_CHANNELS, B_CHANNELS, C_CHANNELS = 384, 1024, 1536


class InceptionV4Stem(nn.Sequential):
    """Figure 3: ``(N, 3, 299, 299)`` to ``(N, 384, 35, 35)``; three times two lanes part and are joined."""

    def __init__(self) -> None:
        super().__init__(
            BasicConv2d(3, 32, 3, stride=2),
            BasicConv2d(32, 32, 3),
            BasicConv2d(32, 64, 3, padding=1),
            Lanes(pool=nn.MaxPool2d(3, stride=2), conv=BasicConv2d(64, 96, 3, stride=2)),
            Lanes(
                short=nn.Sequential(BasicConv2d(160, 64, 1), BasicConv2d(64, 96, 3)),
                long=nn.Sequential(
                    BasicConv2d(160, 64, 1),
                    BasicConv2d(64, 64, (7, 1), padding=(3, 0)),
                    BasicConv2d(64, 64, (1, 7), padding=(0, 3)),
                    BasicConv2d(64, 96, 3),
                ),
            ),
            Lanes(conv=BasicConv2d(192, 192, 3, stride=2), pool=nn.MaxPool2d(3, stride=2)),
        )


class InceptionV4A(Lanes):
    """Figure 4, at 35x35: ``(N, 384, H, W)`` to ``(N, 384, H, W)``, 96 channels from each lane."""

    def __init__(self) -> None:
        super().__init__(
            pool=_pooled(A_CHANNELS, 96),
            conv1x1=BasicConv2d(A_CHANNELS, 96, 1),
            conv3x3=nn.Sequential(BasicConv2d(A_CHANNELS, 64, 1), BasicConv2d(64, 96, 3, padding=1)),
            conv3x3dbl=nn.Sequential(
                BasicConv2d(A_CHANNELS, 64, 1),
                BasicConv2d(64, 96, 3, padding=1),
                BasicConv2d(96, 96, 3, padding=1),
            ),
        )


class InceptionV4B(Lanes):
    """Figure 5, at 17x17: ``(N, 1024, H, W)`` to ``(N, 1024, H, W)``; its filters are 1x7 and 7x1."""

    def __init__(self) -> None:
        super().__init__(
            pool=_pooled(B_CHANNELS, 128),
            conv1x1=BasicConv2d(B_CHANNELS, 384, 1),
            conv7x7=nn.Sequential(
                BasicConv2d(B_CHANNELS, 192, 1),
                BasicConv2d(192, 224, (1, 7), padding=(0, 3)),
                BasicConv2d(224, 256, (7, 1), padding=(3, 0)),
            ),
            conv7x7dbl=nn.Sequential(
                BasicConv2d(B_CHANNELS, 192, 1),
                BasicConv2d(192, 192, (7, 1), padding=(3, 0)),
                BasicConv2d(192, 224, (1, 7), padding=(0, 3)),
                BasicConv2d(224, 224, (7, 1), padding=(3, 0)),
                BasicConv2d(224, 256, (1, 7), padding=(0, 3)),
            ),
        )


class InceptionV4C(Lanes):
    """Figure 6, at 8x8: ``(N, 1536, H, W)`` to ``(N, 1536, H, W)``; two lanes part again into 1x3 and 3x1."""

    def __init__(self) -> None:
        super().__init__(
            pool=_pooled(C_CHANNELS, 256),
            conv1x1=BasicConv2d(C_CHANNELS, 256, 1),
            conv3x3=nn.Sequential(BasicConv2d(C_CHANNELS, 384, 1), _split_3x3(384)),
            conv3x3dbl=nn.Sequential(
                BasicConv2d(C_CHANNELS, 384, 1),
                BasicConv2d(384, 448, (1, 3), padding=(0, 1)),
                BasicConv2d(448, 512, (3, 1), padding=(1, 0)),
                _split_3x3(512),
            ),
        )


class InceptionV4ReductionA(Lanes):
    """Figure 7 with k, l, m, n = 192, 224, 256, 384: ``(N, 384, 35, 35)`` to ``(N, 1024, 17, 17)``."""

    def __init__(self) -> None:
        super().__init__(
            pool=nn.MaxPool2d(3, stride=2),
            conv3x3=BasicConv2d(A_CHANNELS, 384, 3, stride=2),
            conv3x3dbl=nn.Sequential(
                BasicConv2d(A_CHANNELS, 192, 1),
                BasicConv2d(192, 224, 3, padding=1),
                BasicConv2d(224, 256, 3, stride=2),
            ),
        )


class InceptionV4ReductionB(Lanes):
    """Figure 8: ``(N, 1024, 17, 17)`` to ``(N, 1536, 8, 8)``."""

    def __init__(self) -> None:
        super().__init__(
            pool=nn.MaxPool2d(3, stride=2),
            conv3x3=nn.Sequential(BasicConv2d(B_CHANNELS, 192, 1), BasicConv2d(192, 192, 3, stride=2)),
            conv7x7=nn.Sequential(
                BasicConv2d(B_CHANNELS, 256, 1),
                BasicConv2d(256, 256, (1, 7), padding=(0, 3)),
                BasicConv2d(256, 320, (7, 1), padding=(3, 0)),
                BasicConv2d(320, 320, 3, stride=2),
            ),
        )


def _split_3x3(channels: int) -> Lanes:
    return Lanes(
        conv1x3=BasicConv2d(channels, 256, (1, 3), padding=(0, 1)),
        conv3x1=BasicConv2d(channels, 256, (3, 1), padding=(1, 0)),
    )


def _pooled(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False), BasicConv2d(in_channels, out_channels, 1)
    )
