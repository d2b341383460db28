"""``roi_pool.*`` and ``roi_align.*``: a grid of fixed size from a region of any size."""

from typing import Annotated

from torch import Tensor

from engine.arguments import Between, Elements
from engine.detection.roi_align import roi_align, sample_points
from engine.detection.roi_pool import bins, quantised, roi_pool
from engine.doors.detection._boxes import Coordinate, Corners, tensor
from engine.errors import Refused
from engine.evidence import Blocks, Cell, Heatmap, Run, Table
from engine.registry import Kind, function

FeatureMap = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]
OutputSize = Annotated[int, Between(1, 16)]
Scale = Annotated[float, Between(1e-3, 1)]
SamplingRatio = Annotated[int, Between(1, 8)]
Stride = Annotated[int, Between(1, 64)]
_MAP = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]


@function(
    "roi_pool.forward", Kind.MEASURED, example={"x": _MAP, "box": [0, 0, 3, 3], "output_size": 2}, shows=(roi_pool,)
)
def pool_forward(x: FeatureMap, box: Corners, output_size: OutputSize = 2, spatial_scale: Scale = 1.0) -> Run:
    """Return RoI pooling of one box on a feature map [H, W]: the largest value of each bin, edges rounded to cells.

    ``spatial_scale`` is the map's size over the image's: 1/16 at stride 16. The last cell belongs to the region.

    >>> import torch
    >>> pool_forward(torch.arange(16.0).reshape(4, 4), [0, 0, 3, 3]).value
    [[5.0, 7.0], [13.0, 15.0]]
    """
    pooled = roi_pool(x[None], tensor([box]), output_size, spatial_scale)[0, 0]
    return Run(pooled.tolist(), lambda: _bin_evidence(x, box, output_size, spatial_scale), "cpu")


@function(
    "roi_align.forward", Kind.MEASURED, example={"x": _MAP, "box": [0, 0, 4, 4], "output_size": 2}, shows=(roi_align,)
)
def align_forward(
    x: FeatureMap,
    box: Corners,
    output_size: OutputSize = 2,
    spatial_scale: Scale = 1.0,
    sampling_ratio: SamplingRatio = 2,
    aligned: bool = True,
) -> Run:
    """Return RoIAlign of one box on a feature map [H, W]: the average of bilinear samples in each bin, nothing rounded.

    With ``aligned`` a cell's middle is at its number + 1/2; without, at its number, and a region is a cell or wider.

    >>> import torch
    >>> align_forward(torch.arange(16.0).reshape(4, 4), [0, 0, 4, 4]).value
    [[2.5, 4.5], [10.5, 12.5]]
    """
    pooled = roi_align(x[None], tensor([box]), output_size, spatial_scale, sampling_ratio, aligned)[0, 0]

    def evidence() -> Blocks:
        x1, y1, x2, y2 = box
        rows: list[list[Cell]] = []
        for axis, low, high in (("y", y1, y2), ("x", x1, x2)):
            places = sample_points(low, high, output_size, sampling_ratio, spatial_scale, aligned).tolist()
            rows += [[axis, number, *samples] for number, samples in enumerate(places)]
        columns = ["axis", "bin", *(f"sample {number + 1}" for number in range(sampling_ratio))]
        return [Table("Where the samples stand, in cells", columns, rows), Heatmap("Feature map", x.tolist())]

    return Run(pooled.tolist(), evidence, "cpu")


@function("roi_pool.cells", Kind.CLOSED_FORM, example={"low": 100, "high": 187, "stride": 16}, shows=(quantised,))
def cells(low: Coordinate, high: Coordinate, stride: Stride = 16) -> Run:
    """Return the first and the last cell that RoI pooling takes for a region from ``low`` to ``high`` pixels.

    >>> cells(100, 187).value  # 6.25 to 11.69
    [6, 12]
    """
    _check_order(low, high)
    edges = [("low", low, low / stride), ("high", high, high / stride)]
    found = quantised(low, high, 1 / stride)
    rows = [(*edge, cell) for edge, cell in zip(edges, found, strict=True)]
    return Run(list(found), lambda: [Table("Rounded", ["edge", "pixels", "cells", "rounded"], rows)], "cpu")


@function("roi_pool.bins", Kind.CLOSED_FORM, example={"width": 5, "output_size": 2}, shows=(bins,))
def pool_bins(width: Annotated[int, Between(1, 4096)], output_size: OutputSize = 2) -> Run:
    """Return the bins [start, end) of a region of ``width`` cells: floor(i·w/n) to ceil((i + 1)·w/n).

    >>> pool_bins(5, 2).value
    [[0, 3], [2, 5]]
    """
    found = [list(edges) for edges in bins(0, width - 1, output_size, width)]
    rows = [(number, start, end, end - start) for number, (start, end) in enumerate(found)]
    return Run(found, lambda: [Table(f"{width} cells", ["bin", "from", "to before", "cells"], rows)], "cpu")


@function("roi_align.sample_points", Kind.CLOSED_FORM, example={"low": 0, "high": 4}, shows=(sample_points,))
def points(
    low: Coordinate,
    high: Coordinate,
    output_size: OutputSize = 2,
    sampling_ratio: SamplingRatio = 2,
    stride: Stride = 1,
    aligned: bool = True,
) -> Run:
    """Return where RoIAlign's samples stand along one axis, in cells of the map, bin by bin.

    >>> points(0, 4).value
    [[0.0, 1.0], [2.0, 3.0]]
    """
    _check_order(low, high)
    return Run(sample_points(low, high, output_size, sampling_ratio, 1 / stride, aligned).tolist())


def _bin_evidence(x: Tensor, box: Corners, output_size: int, spatial_scale: float) -> Blocks:
    x1, y1, x2, y2 = box
    rows = []
    for axis, low, high, count in (("y", y1, y2, x.shape[0]), ("x", x1, x2, x.shape[1])):
        edges = bins(*quantised(low, high, spatial_scale), output_size, count)
        rows += [(axis, number, edge.start, edge.end) for number, edge in enumerate(edges)]
    return [Table("Bins, in cells", ["axis", "bin", "from", "to before"], rows), Heatmap("Feature map", x.tolist())]


def _check_order(low: float, high: float) -> None:
    if high < low:
        raise Refused(f"the region ends at {high:g}, before it begins at {low:g}")
