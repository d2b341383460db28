"""What every Inception block is made of: convolutions with their ReLU, in lanes side by side on one input.

Sources: Szegedy et al. 2015, "Going Deeper with Convolutions", section 4; Ioffe & Szegedy 2015, "Batch Normalization:
Accelerating Deep Network Training by Reducing Internal Covariate Shift", section 3.2, for the convolution without bias.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

Both = int | tuple[int, int]
Convolution = Callable[..., nn.Module]
"""Makes a convolution with its ReLU: :class:`ConvReLU` or :class:`BasicConv2d`."""


class ConvReLU(nn.Sequential):
    """A convolution with a bias, then ReLU, as in 2014: ``(N, C_in, H, W)`` to ``(N, C_out, H', W')``."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Both, stride: int = 1, padding: Both = 0
    ) -> None:
        super().__init__(nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding), nn.ReLU(inplace=True))


class BasicConv2d(nn.Sequential):
    """A convolution without a bias, BatchNorm (ε = 0.001), then ReLU; the shift β does what the bias would."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Both, stride: int = 1, padding: Both = 0
    ) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False),
            nn.BatchNorm2d(out_channels, eps=0.001),
            nn.ReLU(inplace=True),
        )


class Lanes(nn.Module):
    """Give one input to several lanes and join what they return along the channels.

    Shapes: ``(N, C, H, W)`` to ``(N, C_1 + C_2 + ..., H', W')``; all lanes must arrive at one height and width.

    >>> lanes = Lanes(narrow=nn.Conv2d(3, 4, 1), wide=nn.Conv2d(3, 2, 5, padding=2), pool=nn.MaxPool2d(3, 1, padding=1))
    >>> tuple(lanes(torch.zeros(1, 3, 8, 8)).shape)
    (1, 9, 8, 8)
    """

    def __init__(self, **lanes: nn.Module) -> None:
        super().__init__()
        for name, lane in lanes.items():
            self.add_module(name, lane)

    def forward(self, x: Tensor) -> Tensor:
        """Return the lanes' outputs, the first lane's channels first."""
        return torch.cat([lane(x) for lane in self.children()], dim=1)
