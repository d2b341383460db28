"""``stn.*``: a spatial transformer's grid and what it makes of an image, by torch's affine_grid and grid_sample."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements
from engine.attention import affine_grid as grids
from engine.attention.sampling_kernels import SAMPLING_KERNELS, sample
from engine.attention.spatial_transformer import SmallLocalisation, SpatialTransformer
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Path, Run, Series, Table
from engine.registry import Kind, function

Row = tuple[Annotated[float, Between(-10, 10)], Annotated[float, Between(-10, 10)], Annotated[float, Between(-10, 10)]]
Theta = tuple[Row, Row]
"""[[a, b, tx], [c, d, ty]]: x_source = a·x + b·y + tx, y_source = c·x + d·y + ty."""
Image = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]
Side = Annotated[int, Between(1, 64)]
Kernel = Literal["bilinear", "nearest"]
_ZOOM = [[0.5, 0, 0], [0, 0.5, 0]]
_IMAGE = [[0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]]


@function("stn.grid", Kind.MODULE, example={"theta": _ZOOM, "height": 2, "width": 4}, shows=(grids.affine_grid,))
def grid(theta: Theta, height: Side, width: Side, align_corners: bool = False) -> Run:
    """Return the source point [x, y], in -1 to 1, of each pixel of an output of this height and width.

    >>> grid(((1, 0, 0.5), (0, 1, 0)), height=1, width=2).value
    [[[0.0, 0.0], [1.0, 0.0]]]
    """
    found = _grid(theta, height, width, align_corners)
    return Run(found.tolist(), lambda: [_points(found)], str(found.device))


@function("stn.source_point", Kind.CLOSED_FORM, example={"theta": _ZOOM, "x": 1, "y": -1}, shows=(grids.affine_grid,))
def source_point(theta: Theta, x: Annotated[float, Between(-10, 10)], y: Annotated[float, Between(-10, 10)]) -> Run:
    """Return the source point [x, y] that the target point (x, y) is taken from: θ·(x, y, 1).

    >>> source_point(((0.5, 0, 0.25), (0, 0.5, 0)), x=1, y=-1).value
    [0.75, -0.5]
    """
    found = [float(a * x + b * y + shift) for a, b, shift in theta]
    rows = [(name, f"{a:g}·{x:g} + {b:g}·{y:g} + {shift:g}") for name, (a, b, shift) in zip("xy", theta, strict=True)]
    return Run(found, lambda: [Table("Source point", ["coordinate", "sum"], rows)], "cpu")


@function(
    "stn.transform",
    Kind.MODULE,
    example={"image": _IMAGE, "theta": _ZOOM},
    shows=(grids.affine_grid, sample, *SAMPLING_KERNELS.values()),
)
def transform(
    image: Image, theta: Theta, height: Side | None = None, width: Side | None = None, kernel: Kernel = "bilinear"
) -> Run:
    """Return the image as seen through θ, as high and wide as the target grid (the image's own size unless given).

    Outside of the image all is 0; -1 and 1 are the outer edges of its corner pixels.

    >>> picture = torch.tensor([[1.0, 2.0, 3.0, 4.0]], dtype=torch.float64)
    >>> transform(picture, ((1, 0, 0.5), (0, 1, 0))).value  # the window moves right, the picture left
    [[2.0, 3.0, 4.0, 0.0]]
    """
    found = _grid(theta, height or image.shape[0], width or image.shape[1], align_corners=False)
    source = image.to(found.device)
    seen = F.grid_sample(source[None, None], found[None], mode=kernel, align_corners=False)[0, 0]

    def evidence() -> list[Path | Heatmap]:
        maps = [Heatmap(name, m.tolist(), "x", "y") for name, m in (("image", source), ("output", seen))]
        return [maps[0], _points(found), maps[1]]

    return Run(seen.tolist(), evidence, str(found.device))


@function("stn.output_shape", Kind.MODULE, example={"shape": [8, 3, 28, 28], "height": 14, "width": 20})
def output_shape(
    shape: tuple[Side, Side, Side, Side],
    height: Annotated[int, Between(1, 256)],
    width: Annotated[int, Between(1, 256)],
) -> Run:
    """Return the shape that a batch (N, C, H, W) of images gets when sampled on a grid of this height and width.

    >>> output_shape((8, 3, 28, 28), 14, 20).value
    [8, 3, 14, 20]
    """
    with torch.device("meta"):
        points = F.affine_grid(torch.empty(shape[0], 2, 3), [*shape[:2], height, width], align_corners=False)
        found = F.grid_sample(torch.empty(shape), points, align_corners=False)
    chain = [
        ("images", sizes(shape)),
        ("θ", sizes((shape[0], 2, 3))),
        ("grid of points (x, y)", sizes(points.shape)),
        ("output", sizes(found.shape)),
    ]
    return Run(list(found.shape), lambda: [Table("Shapes", ["step", "shape"], chain)], "meta")


@function(
    "stn.theta_for", Kind.CLOSED_FORM, example={"x": 0.5, "y": 0, "scale": 0.5}, shows=(grids.crop, grids.rotation)
)
def theta_for(
    x: Annotated[float, Between(-10, 10)] = 0.0,
    y: Annotated[float, Between(-10, 10)] = 0.0,
    scale: Annotated[float, Between(-10, 10)] = 1.0,
    degrees: Annotated[float, Between(-360, 360)] = 0.0,
) -> Run:
    """Return θ for a window with its centre at (x, y), ``scale`` times the image's size, turned clockwise by degrees.

    >>> theta_for(x=0.5, scale=0.25).value
    [[0.25, 0.0, 0.5], [0.0, 0.25, 0.0]]
    """
    turned = grids.rotation(degrees)[:, :2] * scale + 0.0  # plus 0 turns -0 into 0
    found = torch.cat([turned, torch.tensor([[x], [y]], dtype=torch.float64)], dim=1)
    return Run(found.tolist(), lambda: [Heatmap("θ", found.tolist(), "x, y, 1", "x, y of the source")], "cpu")


@function(
    "stn.num_params",
    Kind.MODULE,
    example={"in_channels": 1, "size": 28},
    shows=(SpatialTransformer, SmallLocalisation),
)
def num_params(
    in_channels: Annotated[int, Between(1, 1024)] = 1,
    size: Annotated[int, Between(22, 512)] = 28,
    features: Annotated[int, Between(1, 4096)] = 32,
) -> Run:
    """Return the parameters of a spatial transformer with a small localisation net; grid and sampler have none.

    The net: Conv2d(in_channels, 8, 7), MaxPool2d(2), ReLU, Conv2d(8, 10, 5), MaxPool2d(2), ReLU, Linear to
    ``features``, ReLU, Linear to the 6 numbers of θ.

    >>> num_params(1, 28).value
    5520
    """
    with torch.device("meta"):
        layer = _transformer(in_channels, size, features)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in layer.named_parameters()]
    table = Table("spatial transformer", ["parameter", "shape", "numbers"], rows)
    return Run(count_params(layer), lambda: [table], "meta")


def _transformer(in_channels: int, size: int, features: int) -> nn.Module:
    if ((size - 6) // 2 - 4) // 2 < 1:
        raise Refused(f"an image of {size} is too small for these convolutions and poolings; 22 is the least")
    return SpatialTransformer(SmallLocalisation(in_channels, size, features), features, (size, size))


def _grid(theta: Theta, height: int, width: int, align_corners: bool) -> Tensor:
    if align_corners and min(height, width) == 1:
        raise Refused(f"with align_corners a grid has at least 2 pixels along each side, not {height} and {width}")
    given = torch.tensor([theta], dtype=torch.float64, device=for_float64())
    return F.affine_grid(given, [1, 1, height, width], align_corners=align_corners)[0]


def _points(grid: Tensor) -> Path:
    """Return the image's border and the border of the window, in the image's own coordinates."""
    window = torch.cat([grid[0], grid[1:, -1], grid[-1].flip(0)[1:], grid[:-1, 0].flip(0)])
    frame = Series("image", [-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1])
    found = Series(
        "where the output looks (centres of its border pixels)", window[:, 0].tolist(), window[:, 1].tolist()
    )
    return Path("The window in the image, y down", [frame, found], extent=(-1.5, 1.5, -1.5, 1.5))
