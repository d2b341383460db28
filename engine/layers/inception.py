"""The Inception block of GoogLeNet (v1): filters of three sizes and a pooling look at one input, side by side.

Source: Szegedy et al. 2015, "Going Deeper with Convolutions", figure 2 (a: naive; b: with reductions) and table 1.
"""

from torch import nn

from engine.layers.inception_lanes import Convolution, ConvReLU, Lanes


class InceptionNaive(Lanes):
    """The block without reductions: 1x1, 3x3, 5x5 and a 3x3 max pooling, all on the full width of the input.

    Shapes: ``(N, C, H, W)`` to ``(N, ch1x1 + ch3x3 + ch5x5 + C, H, W)``: the pooling lane returns every channel that
    came in, so a stack of these blocks must grow wider and wider.
    """

    def __init__(
        self, in_channels: int, ch1x1: int, ch3x3: int, ch5x5: int, convolution: Convolution = ConvReLU
    ) -> None:
        super().__init__(
            branch1=convolution(in_channels, ch1x1, 1),
            branch2=convolution(in_channels, ch3x3, 3, padding=1),
            branch3=convolution(in_channels, ch5x5, 5, padding=2),
            branch4=nn.MaxPool2d(3, stride=1, padding=1),
        )
        self.out_channels = ch1x1 + ch3x3 + ch5x5 + in_channels


class Inception(Lanes):
    """The block as it is used: 1x1 convolutions make the input narrow before each 3x3 and 5x5, and after the pooling.

    Shapes: ``(N, C, H, W)`` to ``(N, ch1x1 + ch3x3 + ch5x5 + pool_proj, H, W)``. The reductions ``ch3x3red`` and
    ``ch5x5red`` stay inside of the block. The six numbers stand in the order of the paper's table 1.

    Args:
        lane5_kernel: 5 in the paper; torchvision's network has 3 there, by an error that its weights made permanent.
        convolution: with its ReLU; :class:`BasicConv2d` puts a BatchNorm between.
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
        lane5_kernel: int = 5,
        convolution: Convolution = ConvReLU,
    ) -> None:
        super().__init__(
            branch1=convolution(in_channels, ch1x1, 1),
            branch2=nn.Sequential(convolution(in_channels, ch3x3red, 1), convolution(ch3x3red, ch3x3, 3, padding=1)),
            branch3=nn.Sequential(
                convolution(in_channels, ch5x5red, 1),
                convolution(ch5x5red, ch5x5, lane5_kernel, padding=lane5_kernel // 2),
            ),
            branch4=nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), convolution(in_channels, pool_proj, 1)),
        )
        self.out_channels = ch1x1 + ch3x3 + ch5x5 + pool_proj
