"""``pool.adaptive_*`` and ``pool.global_average``: poolings that say what comes out, whatever goes in."""

from typing import Annotated

import torch

from engine.arguments import Between
from engine.convolution.pooling.adaptive_pool import adaptive_avg_pool2d, adaptive_windows
from engine.convolution.pooling.global_pool import global_avg_pool2d
from engine.doors._grids import Place, grid
from engine.doors.convolution.values._images import Image, Kernel2d, answer, batch_of
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Cells = Annotated[int, Between(1, 1024)]


@function("pool.adaptive_windows", Kind.MEASURED, example={"size": 7, "output_size": 3}, shows=(adaptive_windows,))
def windows(size: Cells, output_size: Cells) -> Run:
    """Return the first and the last cell of each window of adaptive pooling along one axis, seen by a single 1 in turn.

    >>> windows(7, 3).value
    [[0, 2], [2, 4], [4, 6]]
    """
    if size * output_size > 2**16:
        raise Refused(f"{size} cells and {output_size} windows are more than can be measured; use smaller sizes")
    units = torch.eye(size, dtype=torch.float64)[:, None, None]
    weights = adaptive_avg_pool2d(units, (1, output_size))[:, 0, 0].T
    found = [(int(seen[0]), int(seen[-1])) for seen in (row.nonzero().flatten() for row in weights)]
    rows = [(place, first, last, last - first + 1) for place, (first, last) in enumerate(found)]
    table = Table("Windows", ("output cell", "first cell", "last cell", "cells"), rows)
    title = "Share of each input cell (column) in each output cell (row)"
    return Run([list(pair) for pair in found], lambda: [table, grid(title, weights, "input cell", "output cell")])


@function(
    "pool.adaptive_output",
    Kind.MODULE,
    example={"x": [[1, 2, 3, 4, 5]], "output_size": [1, 2]},
    shows=(adaptive_avg_pool2d,),
)
def adaptive_output(x: Image, output_size: Kernel2d, at: Place | None = None) -> Run:
    """Return the adaptive average pooling of a small image to ``output_size``, or with ``at`` one number of it.

    >>> adaptive_output(torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0]]), (1, 2)).value
    [[2.0, 4.0]]
    """
    image = batch_of(x)
    y = adaptive_avg_pool2d(image, output_size)
    return Run(answer(y, x, at), lambda: [grid("input", image), grid("pooled", y)], str(y.device))


@function(
    "pool.global_average", Kind.MODULE, example={"x": [[[1, 2], [3, 6]], [[0, 0], [0, 4]]]}, shows=(global_avg_pool2d,)
)
def global_average(x: Image) -> Run:
    """Return the mean of each channel of a small image: C numbers, whatever its size.

    >>> global_average(torch.tensor([[1.0, 2.0], [3.0, 6.0]])).value
    [3.0]
    """
    image = batch_of(x)
    means = global_avg_pool2d(image)[0].tolist()
    table = Table("Means", ("channel", "mean"), list(enumerate(means)))
    return Run(means, lambda: [grid("input, channels one below the other", image), table], str(image.device))
