"""Adaptive average pooling: say what size comes out, and the windows follow.

Source: He, Zhang, Ren & Sun 2014, "Spatial Pyramid Pooling in Deep Convolutional Networks", section 2.2 (windows by
rounding down and up); ``torch.nn.AdaptiveAvgPool2d``.
"""

import torch
from torch import Tensor

from engine.analysis.window import Both, pair
from engine.errors import Refused


def adaptive_windows(size: int, output_size: int) -> list[tuple[int, int]]:
    """Return for each output cell i its first input cell ⌊i·n/o⌋ and the one behind its last, ⌈(i + 1)·n/o⌉.

    Where o divides n the windows are equal and do not overlap; else they overlap or differ in length. With o = n each
    holds one cell, so that the pooling changes nothing; with o > n cells are repeated.

    >>> adaptive_windows(7, 3), adaptive_windows(6, 6)[:2]
    ([(0, 3), (2, 5), (4, 7)], [(0, 1), (1, 2)])
    """
    return [(i * size // output_size, -(-(i + 1) * size // output_size)) for i in range(output_size)]


def adaptive_avg_pool2d(x: Tensor, output_size: Both) -> Tensor:
    """Return the mean of each of the windows above, channel by channel.

    Shapes: ``(N, C, H, W)`` to ``(N, C, *output_size)``, whatever H and W are: a network with such a pooling before its
    first fully connected layer takes images of any size.

    Raises:
        Refused: ``x`` is no batch of images, or an output size is below 1.

    >>> adaptive_avg_pool2d(torch.arange(5.0).reshape(1, 1, 1, 5), (1, 2)).flatten().tolist()
    [1.0, 3.0]
    """
    height, width = pair(output_size)
    if x.dim() != 4 or height < 1 or width < 1:
        raise Refused(
            f"adaptive pooling needs (N, C, H, W) and sizes from 1, not {tuple(x.shape)} and {height}×{width}"
        )
    rows = [x[:, :, top:bottom].mean(2) for top, bottom in adaptive_windows(x.shape[2], height)]
    down = torch.stack(rows, dim=2)
    columns = [down[..., left:right].mean(3) for left, right in adaptive_windows(x.shape[3], width)]
    return torch.stack(columns, dim=3)
