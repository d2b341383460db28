"""``glimpse.*``: what a glimpse sees of an image, and how little of it."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.attention.glimpse_sensor import box
from engine.attention.glimpse_sensor import glimpse as sense
from engine.device import for_float64
from engine.evidence import Heatmap, Path, Run, Series, Table
from engine.registry import Kind, function

Image = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]
Location = tuple[Annotated[float, Between(-1, 1)], Annotated[float, Between(-1, 1)]]
"""(x, y): (-1, -1) is the upper left corner, (0, 0) the middle."""
Size = Annotated[int, Between(1, 64)]
Scales = Annotated[int, Between(1, 6)]
Side = Annotated[int, Between(1, 1024)]
_IMAGE = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]
_SHOWS = (sense, box)


@function(
    "glimpse.patches",
    Kind.MODULE,
    example={"image": _IMAGE, "location": [0, 0], "size": 2, "num_scales": 2},
    shows=_SHOWS,
)
def patches(image: Image, location: Location, size: Size, num_scales: Scales) -> Run:
    """Return the nested patches that a glimpse of an image takes: size by size numbers each, sharp to blurred.

    The squares are size, 2·size, 4·size, … pixels wide around the location; 0 outside of the image.

    >>> patches(torch.ones(2, 2, dtype=torch.float64), (0, 0), size=2, num_scales=2).value
    [[[1.0, 1.0], [1.0, 1.0]], [[0.25, 0.25], [0.25, 0.25]]]
    """
    place = for_float64()
    where = torch.tensor([location], dtype=torch.float64)
    found = sense(image[None, None].to(place), where, size, num_scales)[0, :, 0]

    def evidence() -> list[Path | Heatmap]:
        maps = [Heatmap(f"scale {k}: {size * 2**k} pixels wide", p.tolist(), "x", "y") for k, p in enumerate(found)]
        return [_boxes(image, where[0], size, num_scales), Heatmap("image", image.tolist(), "x", "y"), *maps]

    return Run(found.tolist(), evidence, str(place))


@function("glimpse.extent", Kind.MEASURED, example={"size": 8, "num_scales": 3}, shows=_SHOWS)
def extent(size: Annotated[int, Between(1, 32)], num_scales: Annotated[int, Between(1, 5)]) -> Run:
    """Return how many pixels of an image, along one side, a glimpse in its middle depends on, measured by gradients.

    >>> extent(8, 3).value
    32
    """
    side = size * 2 ** (num_scales - 1) + 4
    image = torch.ones(1, 1, side, side, dtype=torch.float64, device=for_float64(), requires_grad=True)
    found = sense(image, torch.zeros(1, 2, dtype=torch.float64), size, num_scales)
    (gradient,) = torch.autograd.grad(found.sum(), image)
    widths = [(k, size * 2**k, f"{2**k}×{2**k} pixels make one number") for k in range(num_scales)]
    table = Table("Squares", ["scale", "pixels wide", "shrunk"], widths)
    return Run(int((gradient[0, 0] != 0).any(0).sum()), lambda: [table], str(image.device))


@function("glimpse.num_numbers", Kind.MODULE, example={"size": 8, "num_scales": 3}, shows=_SHOWS)
def num_numbers(size: Size, num_scales: Scales, channels: Annotated[int, Between(1, 64)] = 1) -> Run:
    """Return how many numbers a glimpse hands on, whatever the size of the image.

    >>> num_numbers(8, 3).value
    192
    """
    with torch.device("meta"):
        image = torch.empty(1, channels, 4, 4)
    found = sense(image, torch.zeros(1, 2), size, num_scales)
    reach = size * 2 ** (num_scales - 1)
    rows = [("numbers", found.numel()), ("pixels that they reach", reach * reach * channels)]
    return Run(found.numel(), lambda: [Table("One glimpse", ["what", "how many"], rows)], "meta")


@function(
    "glimpse.corner",
    Kind.MODULE,
    example={"height": 64, "width": 64, "location": [0, 0], "side": 8},
    shows=(box,),
)
def corner(height: Side, width: Side, location: Location, side: Side) -> Run:
    """Return the first row and column of a square of ``side`` pixels around a location; negative beyond the border.

    >>> corner(64, 64, (0, 0), 8).value, corner(64, 64, (-1, -1), 8).value
    ([28, 28], [-4, -4])
    """
    found = list(box((height, width), torch.tensor(location, dtype=torch.float64), side))
    rows = [("rows", found[0], found[0] + side - 1), ("columns", found[1], found[1] + side - 1)]
    return Run(found, lambda: [Table("The square", ["along", "first", "last"], rows)], "cpu")


def _boxes(image: Tensor, location: Tensor, size: int, num_scales: int) -> Path:
    height, width = image.shape
    series = [_frame("image", 0, 0, height, width)]
    for k in range(num_scales):
        side = size * 2**k
        top, left = box((height, width), location, side)
        series.append(_frame(f"scale {k}", top, left, side, side))
    reach = size * 2**num_scales
    extent = (-reach / 2, width + reach / 2, -reach / 2, height + reach / 2)
    return Path("Nested squares in the image, y down", series, extent=extent)


def _frame(name: str, top: int, left: int, height: int, width: int) -> Series:
    right, bottom = left + width, top + height
    return Series(name, [left, right, right, left, left], [top, top, bottom, bottom, top])
