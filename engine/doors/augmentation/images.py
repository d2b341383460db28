"""``augmentation.*``: images changed and cut out, run on small images in float64."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.augmentation.affine import affine, affine_matrix
from engine.augmentation.crops import num_offsets, random_offset
from engine.augmentation.flips import Flip, flip
from engine.augmentation.scale_jitter import resize, resized
from engine.errors import Refused
from engine.evidence import Block, Heatmap, Run, Table, Text
from engine.registry import Kind, function

Image = Annotated[Tensor, Elements(1024, 2), Between(-1e6, 1e6)]
"""One channel."""
Side = Annotated[int, Between(1, 2048)]
Pixel = Annotated[int, Between(0, 1023)]
Shift = Annotated[float, Between(-1024, 1024)]
_IMAGE = {"image": [[1, 2], [3, 4]]}


@function("augmentation.flip", Kind.MODULE, example={**_IMAGE, "kind": "horizontal"}, shows=(flip,))
def flipped(image: Image, kind: Flip = "horizontal", row: Pixel = 0, column: Pixel = 0) -> Run:
    """Return a pixel of the mirrored image: horizontally swaps left and right, vertically top and bottom."""
    after = flip(image, kind)
    return Run(_pixel(after, row, column), lambda: _before_and_after(image, after), "cpu")


@function("augmentation.affine", Kind.MODULE, example={**_IMAGE, "angle": 90}, shows=(affine, affine_matrix))
def transformed(
    image: Image,
    angle: Annotated[float, Between(-360, 360)] = 0.0,
    scale: Annotated[float, Between(0.01, 100)] = 1.0,
    translate: tuple[Shift, Shift] = (0.0, 0.0),
    row: Pixel = 0,
    column: Pixel = 0,
) -> Run:
    """Return a pixel of the image after it is turned (degrees, counter-clockwise), scaled and moved (right, down).

    Values between pixels are interpolated bilinearly; what comes in from outside is 0.
    """
    after = affine(image, affine_matrix(angle, scale, translate))
    return Run(_pixel(after, row, column), lambda: _before_and_after(image, after), "cpu")


@function(
    "augmentation.num_crops",
    Kind.MEASURED,
    example={"height": 256, "width": 256, "size": 224},
    shows=(num_offsets,),
)
def num_crops(height: Side, width: Side, size: Side, flips: bool = False) -> Run:
    """Return how many different windows of ``size`` an image has, and with ``flips`` also mirrored ones.

    The windows are those that ``Tensor.unfold`` finds with a step of 1.
    """
    if size > min(height, width):
        raise Refused(f"a window of {size} does not fit into {height} by {width}")
    rows, columns = _places((height, width), size)
    text = f"{rows} rows and {columns} columns to start in" + (", each window also mirrored." if flips else ".")
    return Run(rows * columns * (2 if flips else 1), lambda: [Text(text)], "cpu")


@function(
    "augmentation.resized",
    Kind.MODULE,
    example={"height": 480, "width": 640, "short_side": 256},
    shows=(resize, resized),
)
def resized_shape(height: Side, width: Side, short_side: Side) -> Run:
    """Return [height, width] after the shorter side is made ``short_side`` and the other follows, rounded down."""
    longest = max(height, width) * short_side // min(height, width)
    if longest * short_side > 2**22:
        raise Refused(f"the image would be {short_side} by {longest}, and at most {2**22:,} pixels are made")
    image = resize(torch.zeros(1, 1, 1).expand(1, height, width), short_side)
    before, after = (max(sides) / min(sides) for sides in ((height, width), image.shape[-2:]))
    text = (
        f"The sides stand in a ratio of {before:.4f} before and {after:.4f} after: rounding bends the image a little."
    )
    return Run(list(image.shape[-2:]), lambda: [Text(text)], "cpu")


@function(
    "augmentation.jitter_crops",
    Kind.MEASURED,
    example={"height": 480, "width": 640, "low": 256, "high": 480, "size": 224},
    shows=(resize, num_offsets),
)
def jitter_crops(height: Side, width: Side, low: Side, high: Side, size: Side = 224, flips: bool = False) -> Run:
    """Return how many windows scale jitter can cut: over all short sides from ``low`` to ``high``, all places."""
    if not size <= low <= high:
        raise Refused(f"scale jitter needs size <= low <= high, and these are {size}, {low} and {high}")
    sides = range(low, high + 1)
    places = [_places(resized(height, width, side), size) for side in sides]
    total = sum(rows * columns for rows, columns in places) * (2 if flips else 1)
    return Run(total, lambda: _boxes(height, width, (low, high), size), "cpu")


def _places(shape: tuple[int, int], size: int) -> tuple[int, int]:
    """Return in how many rows and columns a window can start, by unfolding an image that takes no memory."""
    windows = torch.zeros(1, 1).expand(shape).unfold(0, size, 1).unfold(1, size, 1)
    return windows.shape[0], windows.shape[1]


def _boxes(height: int, width: int, sides: tuple[int, int], size: int) -> list[Block]:
    """Return what part of the original some random windows show, drawn on a grid over it."""
    generator = torch.Generator().manual_seed(0)
    grid = torch.zeros(24, 32, dtype=torch.float64)
    rows = []
    for _ in range(5):
        side = int(torch.randint(sides[0], sides[1] + 1, (), generator=generator))
        shape = resized(height, width, side)
        top, left = random_offset(*shape, size, generator)
        share = [size / shape[0], size / shape[1]]
        first = [round(24 * top / shape[0]), round(32 * left / shape[1])]
        last = [first[0] + max(1, round(24 * share[0])), first[1] + max(1, round(32 * share[1]))]
        grid[first[0] : last[0], first[1] : last[1]] += 1
        rows.append((side, f"{shape[0]}x{shape[1]}", top, left, share[0] * share[1]))
    columns = ["short side", "resized to", "top", "left", "share of the image"]
    heatmap = Heatmap("How many of these windows show each part of the image", grid.tolist(), "left to right", "down")
    return [Table(f"Five random windows of {size}", columns, rows), heatmap]


def _pixel(image: Tensor, row: int, column: int) -> float:
    if row >= image.shape[0] or column >= image.shape[1]:
        raise Refused(f"there is no pixel ({row}, {column}) in an image of {image.shape[0]} by {image.shape[1]}")
    return float(image[row, column])


def _before_and_after(before: Tensor, after: Tensor) -> list[Block]:
    return [Heatmap("before", before.tolist(), "column", "row"), Heatmap("after", after.tolist(), "column", "row")]
