"""``upsample.*``: interpolation of small images, and the kernel with which a transposed convolution does it."""

from typing import Annotated, Literal

import torch

from engine.arguments import Between
from engine.convolution.upsampling.interpolation import (
    bilinear_kernel,
    bilinear_weights,
    source_positions,
    upsample_bilinear,
    upsample_nearest,
)
from engine.doors._grids import Place, grid, picked
from engine.doors.convolution.values._images import Image, Kernel2d, answer, batch_of
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Mode = Literal["bilinear", "nearest"]
Cells = Annotated[int, Between(1, 256)]


@function(
    "upsample.output",
    Kind.MODULE,
    example={"x": [[0, 4], [8, 12]], "size": 4},
    shows=(upsample_bilinear, upsample_nearest, bilinear_weights),
)
def output(
    x: Image, size: Kernel2d, mode: Mode = "bilinear", align_corners: bool = False, at: Place | None = None
) -> Run:
    """Return a small image interpolated to ``size``, or with ``at`` one number of it.

    ``align_corners`` makes the first and last cells of both grids coincide; without it the outer edges do.

    >>> image = torch.tensor([[0.0, 4.0]])
    >>> output(image, (1, 4)).value, output(image, (1, 3), align_corners=True).value
    ([[0.0, 1.0, 3.0, 4.0]], [[0.0, 2.0, 4.0]])
    """
    if mode == "nearest" and align_corners:
        raise Refused("'align_corners' is for bilinear interpolation; leave it out with mode nearest")
    image = batch_of(x)
    y = upsample_nearest(image, size) if mode == "nearest" else upsample_bilinear(image, size, align_corners)
    return Run(answer(y, x, at), lambda: [grid("input", image), grid("output", y)], str(y.device))


@function("upsample.positions", Kind.MEASURED, example={"size": 3, "output_size": 6}, shows=(source_positions,))
def positions(size: Cells, output_size: Cells, align_corners: bool = False, at: Place | None = None) -> Run:
    """Return where along one axis bilinear interpolation samples the input: it interpolates the cells' own numbers.

    Positions are in cells from 0, held inside the input.

    >>> positions(2, 4).value, positions(2, 3, align_corners=True).value
    ([0.0, 0.25, 0.75, 1.0], [0.0, 0.5, 1.0])
    """
    numbers = torch.arange(size, dtype=torch.float64).reshape(1, 1, 1, -1)
    found = upsample_bilinear(numbers, (1, output_size), align_corners).flatten()
    table = Table("Where it samples", ("output cell", "input position"), list(enumerate(found.tolist())))
    title = "Share of each input cell (column) in each output cell (row)"
    weights = bilinear_weights(size, output_size, align_corners)
    return Run(picked(found, at), lambda: [table, grid(title, weights, "input cell", "output cell")], "cpu")


@function("upsample.bilinear_kernel", Kind.CLOSED_FORM, example={"stride": 2}, shows=(bilinear_kernel,))
def kernel(stride: Annotated[int, Between(1, 16)], at: Place | None = None) -> Run:
    """Return the kernel with which a transposed convolution of this stride interpolates bilinearly.

    >>> kernel(1).value, kernel(2, at=[1, 1]).value
    ([[1.0]], 0.5625)
    """
    weights = bilinear_kernel(stride)
    return Run(picked(weights, at), lambda: [grid("kernel", weights, "tap", "tap")], "cpu")
