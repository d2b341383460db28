"""Rounding in RoI pooling and none in RoIAlign; and one size for every region."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between
from engine.detection.roi_align import roi_align
from engine.detection.roi_pool import roi_pool
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

Pooling = Literal["roi_pool", "roi_align"]
_STRIDE, _CELLS = 16, 16


@function("roi.feels_shift", Kind.MEASURED, example={"pooling": "roi_align"}, shows=(roi_align, roi_pool))
def feels_shift(pooling: Pooling = "roi_align", shift: Annotated[float, Between(0, 48)] = 1.0) -> Run:
    """Say whether moving a box by ``shift`` pixels changes what is pooled from a map of stride 16.

    The box lies from 100 to 187 pixels, 6.25 to 11.69 cells, which RoI pooling rounds to 6 and 12.
    """
    return settle(
        "Pooled numbers of the moved box beside those of the box",
        Holds.IF_DIFFERENT,
        _moved,
        {"pooling": pooling, "shift": shift},
        [{"pooling": one, "shift": pixels} for one in ("roi_align", "roi_pool") for pixels in (1.0, 16.0)],
    )


def _moved(generator: torch.Generator, pooling: Pooling, shift: float) -> Tensor:
    x = randn(generator, 2, _CELLS, _CELLS)
    box = torch.tensor([[100.0, 100.0, 187.0, 187.0]])
    before, after = (_pooled(pooling, x, one, 1 / _STRIDE) for one in (box, box + shift))
    return torch.sub(after, before)[0].flatten(1)


@function("roi.reads_plane_exactly", Kind.MEASURED, example={"pooling": "roi_align"}, shows=(roi_align, roi_pool))
def reads_plane_exactly(pooling: Pooling = "roi_align", aligned: bool = True) -> Run:
    """Say whether each bin gives a plane's height at the bin's middle; the map holds the plane at its cells' middles.

    Cell i's middle is at i + 1/2; ``aligned`` is RoIAlign's half-cell shift, which RoI pooling has not.
    """
    return settle(
        "What the bins give beside the plane at their middles",
        Holds.IF_EQUAL,
        _off_plane,
        {"pooling": pooling, "aligned": aligned},
        [
            {"pooling": "roi_align", "aligned": True},
            {"pooling": "roi_align", "aligned": False},
            {"pooling": "roi_pool", "aligned": True},
        ],
    )


def _off_plane(generator: torch.Generator, pooling: Pooling, aligned: bool) -> Tensor:
    slopes = 1 + randn(generator, 2).abs()
    middles = torch.arange(_CELLS).to(slopes) + 0.5
    x = slopes[0] * middles[:, None] + slopes[1] * middles
    low, high = 2.3, 9.7
    box = torch.tensor([[low, low, high, high]], dtype=torch.float64)
    pooled = roi_align(x[None], box, 4, aligned=aligned) if pooling == "roi_align" else roi_pool(x[None], box, 4)
    places = low + (high - low) * (torch.arange(4).to(slopes) + 0.5) / 4
    return torch.sub(pooled[0, 0], slopes[0] * places[:, None] + slopes[1] * places)


@function("roi.gives_one_size", Kind.MEASURED, example={"pooling": "roi_pool"}, shows=(roi_pool, roi_align))
def gives_one_size(pooling: Literal["roi_pool", "roi_align", "max_pool"] = "roi_pool") -> Run:
    """Say whether regions of all sizes give one shape: pooled to a grid, or by an ordinary 2×2 max pooling."""
    x = torch.arange(float(_CELLS**2)).reshape(1, _CELLS, _CELLS)
    rows = [
        (f"{width}×{height}", *(str(_shape(one, x, width, height)) for one in (pooling, "roi_pool", "max_pool")))
        for width, height in ((4, 4), (6, 9), (14, 3))
    ]
    columns = ["region", f"asked: {pooling}", "roi_pool", "max_pool"]
    return Run(len({row[1] for row in rows}) == 1, lambda: [Table("What comes out", columns, rows)], "cpu")


def _shape(pooling: str, x: Tensor, width: int, height: int) -> tuple[int, ...]:
    if pooling == "max_pool":
        return tuple(F.max_pool2d(x[:, :height, :width], 2).shape[1:])
    box = torch.tensor([[0.0, 0.0, width, height]])
    return tuple(_pooled("roi_align" if pooling == "roi_align" else "roi_pool", x, box, 1.0).shape[2:])


def _pooled(pooling: Pooling, x: Tensor, box: Tensor, scale: float) -> Tensor:
    return roi_align(x, box, 3, scale) if pooling == "roi_align" else roi_pool(x, box, 3, scale)
