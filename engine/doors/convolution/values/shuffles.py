"""``pixel_shuffle.*`` and ``channel_shuffle.*``: where each number goes when nothing is computed."""

from typing import Annotated

import torch

from engine.analysis.output_shape import META, check_elements
from engine.analysis.sizes import sizes
from engine.arguments import Between, Channels, Groups, Size
from engine.convolution.channel_shuffle import ChannelShuffle, channel_shuffle
from engine.convolution.conv2d import conv2d
from engine.convolution.pixel_shuffle import PixelShuffle, PixelUnshuffle, pixel_shuffle, pixel_unshuffle
from engine.doors._grids import Place, grid, picked
from engine.doors.convolution.values._images import Image, batch_of
from engine.errors import Refused
from engine.evidence import Run, Table, Text
from engine.registry import Kind, function

Factor = Annotated[int, Between(1, 64)]
FewChannels = Annotated[int, Between(1, 1024)]


@function(
    "pixel_shuffle.output",
    Kind.MODULE,
    example={"x": [[[0]], [[1]], [[2]], [[3]]], "upscale_factor": 2},
    shows=(pixel_shuffle,),
)
def output(x: Image, upscale_factor: Factor, at: Place | None = None) -> Run:
    """Return an image [C·r², H, W] shuffled to [C, r·H, r·W], or with ``at`` one number of it.

    >>> output(torch.arange(4.0).reshape(4, 1, 1), upscale_factor=2).value
    [[[0.0, 1.0], [2.0, 3.0]]]
    """
    image = batch_of(x)
    y = pixel_shuffle(image, upscale_factor)
    number = torch.arange(image.shape[1])[None, :, None, None].expand(1, -1, *image.shape[2:])
    blocks = [
        grid("input", image),
        grid("output", y),
        grid("channel it came from", pixel_shuffle(number, upscale_factor)),
    ]
    return Run(picked(y[0], at), lambda: blocks, str(y.device))


@function(
    "pixel_shuffle.undone",
    Kind.MODULE,
    example={"x": [[0, 1], [2, 3]], "downscale_factor": 2},
    shows=(pixel_unshuffle,),
)
def undone(x: Image, downscale_factor: Factor, at: Place | None = None) -> Run:
    """Return an image [C, r·H, r·W] with each r×r block as r² channels, [C·r², H, W]: the inverse shuffle.

    >>> undone(torch.arange(4.0).reshape(2, 2), downscale_factor=2).value
    [[[0.0]], [[1.0]], [[2.0]], [[3.0]]]
    """
    image = batch_of(x)
    y = pixel_unshuffle(image, downscale_factor)
    return Run(picked(y[0], at), lambda: [grid("input", image), grid("output", y)], str(y.device))


@function(
    "pixel_shuffle.output_shape",
    Kind.MODULE,
    example={"channels": 256, "height": 24, "width": 24, "factor": 2},
    shows=(PixelShuffle, PixelUnshuffle),
)
def output_shape(channels: Channels, height: Size, width: Size, factor: Factor, inverse: bool = False) -> Run:
    """Return the shape [C, H, W] after a pixel shuffle by ``factor``, or after its inverse.

    >>> output_shape(256, 24, 24, factor=2).value
    [64, 48, 48]
    """
    check_elements("an image", (channels, height, width))
    layer = PixelUnshuffle(factor) if inverse else PixelShuffle(factor)
    y = layer(torch.zeros(1, channels, height, width, device=META))
    text = f"{layer}: {sizes((channels, height, width))} to {sizes(y.shape[1:])}, without parameters or products."
    return Run(list(y.shape[1:]), lambda: [Text(text)], str(META))


@function("channel_shuffle.order", Kind.MODULE, example={"channels": 12, "groups": 3}, shows=(ChannelShuffle,))
def order(channels: FewChannels, groups: Groups, at: Place | None = None) -> Run:
    """Return which input channel stands in each place after a channel shuffle, numbered from 0.

    >>> order(12, groups=3).value
    [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    """
    shuffled = _shuffled(channels, groups)
    rows = [(place, channel, channel // (channels // groups)) for place, channel in enumerate(shuffled.tolist())]
    return Run(picked(shuffled, at), lambda: [Table("Order", ("place", "channel", "of group"), rows)], "cpu")


@function(
    "channel_shuffle.place", Kind.MODULE, example={"channels": 12, "groups": 3, "channel": 4}, shows=(ChannelShuffle,)
)
def place(channels: FewChannels, groups: Groups, channel: Annotated[int, Between(0, 1023)]) -> Run:
    """Return the place to which a channel shuffle moves ``channel``, numbered from 0.

    >>> place(12, groups=3, channel=4).value
    1
    """
    if channel >= channels:
        raise Refused(f"'channel' is {channel}, and {channels} channels are numbered 0 to {channels - 1}")
    shuffled = _shuffled(channels, groups)
    return Run(shuffled.tolist().index(channel), lambda: [Text(f"The order is {shuffled.tolist()}.")], "cpu")


@function(
    "channel_shuffle.share_reached",
    Kind.MEASURED,
    example={"channels": 12, "groups": 3},
    shows=(channel_shuffle,),
)
def share_reached(channels: Annotated[int, Between(1, 256)], groups: Groups, shuffled: bool = True) -> Run:
    """Return the share of input channels that one output channel of two grouped 1×1 convolutions depends on.

    ``shuffled`` puts a channel shuffle between the two. Measured by a 1 in each channel in turn, with weights of 1.

    >>> share_reached(12, groups=4).value, share_reached(12, groups=4, shuffled=False).value
    (0.75, 0.25)
    """
    weight = torch.ones(channels, max(1, channels // groups), 1, 1, dtype=torch.float64)

    units = torch.eye(channels, dtype=torch.float64)[..., None, None]
    between = conv2d(units, weight, groups=groups)
    y = conv2d(channel_shuffle(between, groups) if shuffled else between, weight, groups=groups)
    reached = y.flatten(1).T.ne(0).double()
    title = "Which output channel (row) depends on which input channel (column)"
    return Run(float(reached.mean()), lambda: [grid(title, reached, "input channel", "output channel")], "cpu")


def _shuffled(channels: int, groups: int) -> torch.Tensor:
    numbers: torch.Tensor = ChannelShuffle(groups)(torch.arange(channels)[None, :, None])
    return numbers.flatten()
