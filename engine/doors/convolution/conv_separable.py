"""``conv_separable.*``: a depthwise separable convolution, k × k in each channel by itself and then 1×1 across them."""

import torch
from torch import nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META, check_elements
from engine.analysis.params import num_params as count_params
from engine.arguments import Channels, KernelSize, Size
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function


def separable(in_channels: int, out_channels: int, kernel_size: int) -> nn.Sequential:
    """Return the pair on the meta device; it keeps the size of an image, and has no biases.

    >>> [tuple(weight.shape) for weight in separable(16, 32, 3).parameters()]
    [(16, 1, 3, 3), (32, 16, 1, 1)]
    """
    half = kernel_size // 2
    depthwise = nn.Conv2d(
        in_channels, in_channels, kernel_size, padding=half, groups=in_channels, bias=False, device=META
    )
    return nn.Sequential(depthwise, nn.Conv2d(in_channels, out_channels, 1, bias=False, device=META))


@function(
    "conv_separable.macs_ratio",
    Kind.MEASURED,
    example={"in_channels": 32, "out_channels": 64, "kernel_size": 3},
    shows=(separable, count_macs),
)
def macs_ratio(in_channels: Channels, out_channels: Channels, kernel_size: KernelSize, size: Size = 8) -> Run:
    """Return the multiply-adds of a depthwise separable convolution as a share of the ordinary one's.

    Both are built for size × size images, which they do not shrink, and a hook counts while they run on the meta
    device. The share is 1/out_channels + 1/kernel_size², whatever in_channels is.
    Source: Howard et al. 2017, "MobileNets", section 3.1.

    Raises:
        Refused: the kernel is even, so that no padding keeps the size.

    >>> macs_ratio(32, 64, kernel_size=3).value == (9 + 64) / (9 * 64)
    True
    """
    if kernel_size % 2 == 0:
        raise Refused(f"kernel_size is {kernel_size}, and only an odd kernel keeps the size; use {kernel_size + 1}")
    for channels in (in_channels, out_channels):
        check_elements("an image", (channels, size, size))
    layers = _layers(in_channels, out_channels, kernel_size)
    image = torch.zeros(1, in_channels, size, size, device=META)
    rows = [(name, count_params(layer), count_macs(layer, image)) for name, layer in layers.items()]
    table = Table(f"On a {in_channels}×{size}×{size} image", ["layer", "weights", "MACs"], rows)
    return Run(rows[1][2] / rows[0][2], lambda: [table], str(META))


def _layers(in_channels: int, out_channels: int, kernel_size: int) -> dict[str, nn.Module]:
    ordinary = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False, device=META)
    pair = separable(in_channels, out_channels, kernel_size)
    return {"ordinary": ordinary, "depthwise separable": pair, "of it depthwise": pair[0]}
