"""The masked convolution: one that never looks at later pixels, in the order rows from the top, left to right.

Source: van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", section 3.4.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import Refused

MaskType = Literal["A", "B"]


class MaskedConv2d(nn.Conv2d):
    """A convolution of odd kernel size, padded to keep the size, whose weights on later pixels are held at 0.

    Mask "A" also hides the pixel itself and belongs in the first layer only. Mask "B" shows it: in later layers that
    place holds features of *earlier* pixels. With "B" in the first layer the network would read what it predicts.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, out_channels, H, W)``.

    Convention: the weights that the mask hides are parameters, too; they count and never matter.

    Args:
        colours: 3 for red, green, blue. Channels are split into as many equal runs; at the pixel itself a run sees the
            colours before its own, and with "B" its own.

    Raises:
        Refused: ``kernel_size`` is even, or ``colours`` does not divide the channels.
    """

    mask: Tensor

    def __init__(
        self, mask_type: MaskType, in_channels: int, out_channels: int, kernel_size: int, colours: int = 1
    ) -> None:
        if kernel_size % 2 == 0:
            raise Refused(f"a masked kernel needs a pixel in its middle, so an odd size, not {kernel_size}")
        if in_channels % colours or out_channels % colours:
            raise Refused(f"{in_channels} and {out_channels} channels cannot be split into {colours} colours evenly")
        super().__init__(in_channels, out_channels, kernel_size, padding=kernel_size // 2)
        self.register_buffer("mask", _mask(mask_type, in_channels, out_channels, kernel_size, colours))

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution with the masked kernel."""
        return functional.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


def spatial_mask(mask_type: MaskType, kernel_size: int) -> Tensor:
    """Return 1 where a kernel for one colour may look, ``(kernel_size, kernel_size)``.

    >>> spatial_mask("A", 3).tolist()
    [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return _mask(mask_type, 1, 1, kernel_size, 1)[0, 0]


def _mask(mask_type: MaskType, in_channels: int, out_channels: int, kernel_size: int, colours: int) -> Tensor:
    middle = kernel_size // 2
    mask = torch.zeros(out_channels, in_channels, kernel_size, kernel_size)
    mask[:, :, :middle] = 1  # rows above
    mask[:, :, middle, :middle] = 1  # to the left
    colour_in = torch.arange(in_channels) * colours // in_channels
    colour_out = torch.arange(out_channels)[:, None] * colours // out_channels
    seen = colour_in < colour_out if mask_type == "A" else colour_in <= colour_out
    mask[:, :, middle, middle] = seen.to(mask)
    return mask
