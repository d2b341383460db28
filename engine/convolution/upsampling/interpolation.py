"""Up-sampling without weights to learn: bilinear and nearest interpolation, and bilinear as a transposed convolution.

Source: Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 3.3; the two
readings of ``align_corners`` are those of ``torch.nn.functional.interpolate``.
"""

import torch
from torch import Tensor

from engine.analysis.window import Both, pair
from engine.errors import Refused


def source_positions(size: int, output_size: int, align_corners: bool) -> Tensor:
    """Return where in the input each output cell along one axis is sampled, in cells from 0.

    - ``align_corners=True``: cells are points, and first and last of both grids coincide: i·(n - 1)/(o - 1).
    - ``align_corners=False``: cells are squares, and the outer edges coincide: (i + ½)·n/o - ½, at least 0.

    >>> source_positions(2, 4, align_corners=False).tolist()
    [0.0, 0.25, 0.75, 1.25]
    >>> [round(at, 3) for at in source_positions(2, 4, align_corners=True).tolist()]
    [0.0, 0.333, 0.667, 1.0]
    """
    places = torch.arange(output_size, dtype=torch.float64)
    if align_corners:
        return places * ((size - 1) / (output_size - 1) if output_size > 1 else 0.0)
    return ((places + 0.5) * (size / output_size) - 0.5).clamp(min=0)


def bilinear_weights(size: int, output_size: int, align_corners: bool) -> Tensor:
    """Return the matrix ``(output_size, size)`` by which one axis is interpolated: two weights a row, which sum to 1.

    Beyond the last cell its value is repeated.

    >>> bilinear_weights(2, 4, align_corners=False).tolist()
    [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    """
    at = source_positions(size, output_size, align_corners).clamp(max=size - 1)
    distances = at[:, None] - torch.arange(size, dtype=torch.float64)
    return (1 - distances.abs()).clamp(min=0)


def upsample_bilinear(x: Tensor, size: Both, align_corners: bool = False) -> Tensor:
    """Return images of ``size``, linear along both axes: each value mixes at most four neighbours.

    Shapes: ``(N, C, H, W)`` to ``(N, C, *size)``.

    Raises:
        Refused: ``x`` is no batch of images, or a size is below 1.

    >>> upsample_bilinear(torch.tensor([[[[0.0, 4.0]]]]), (1, 4)).flatten().tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    height, width = _sizes(x, size)
    down = bilinear_weights(x.shape[2], height, align_corners).to(x)
    across = bilinear_weights(x.shape[3], width, align_corners).to(x)
    return down @ x @ across.mT


def upsample_nearest(x: Tensor, size: Both) -> Tensor:
    """Return images of ``size`` in which output cell i repeats input cell ⌊i·n/o⌋ (torch's mode "nearest").

    >>> upsample_nearest(torch.tensor([[[[0.0, 4.0]]]]), (1, 4)).flatten().tolist()
    [0.0, 0.0, 4.0, 4.0]
    """
    rows, columns = (
        torch.arange(wanted, device=x.device) * have // wanted
        for wanted, have in zip(_sizes(x, size), x.shape[2:], strict=True)
    )
    return x[:, :, rows][:, :, :, columns]


def bilinear_kernel(stride: int) -> Tensor:
    """Return the kernel ``(k, k)`` whose transposed convolution enlarges ``stride`` times by bilinear interpolation.

    k = 2s - s mod 2, and k[i, j] = (1 - abs(i - c)/s)·(1 - abs(j - c)/s) with c = (k - 1)/2. It is used with
    padding ⌊s/2⌋, and for even and odd strides it then equals ``align_corners=False`` away from the border, where zeros
    lie in place of repeated cells.

    >>> bilinear_kernel(2)[1].tolist()
    [0.1875, 0.5625, 0.5625, 0.1875]
    """
    length = 2 * stride - stride % 2
    tent = 1 - (torch.arange(length, dtype=torch.float64) - (length - 1) / 2).abs() / stride
    return tent[:, None] * tent


def _sizes(x: Tensor, size: Both) -> tuple[int, int]:
    height, width = pair(size)
    if x.dim() != 4 or min(height, width) < 1:
        raise Refused(f"up-sampling needs (N, C, H, W) and sizes from 1, not {tuple(x.shape)} and {height}×{width}")
    return height, width
