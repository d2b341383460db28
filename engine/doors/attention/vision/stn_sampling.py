"""``stn.*``: how much each source pixel counts for a point between pixels."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between
from engine.attention.sampling_kernels import SAMPLING_KERNELS, to_pixels
from engine.device import for_float64
from engine.evidence import Curve, Heatmap, Run, Series
from engine.registry import Kind, function

Kernel = Literal["bilinear", "nearest"]
Position = Annotated[float, Between(-2, 2)]
Side = Annotated[int, Between(1, 32)]
_SHOWS = tuple(SAMPLING_KERNELS.values())


@function("stn.sampling_weight", Kind.CLOSED_FORM, example={"distance": 0.25}, shows=_SHOWS)
def sampling_weight(distance: Annotated[float, Between(-8, 8)], kernel: Kernel = "bilinear") -> Run:
    """Return how much a pixel counts for a point that lies this many pixels to its right, along one axis.

    >>> sampling_weight(0.25).value, sampling_weight(0.25, kernel="nearest").value
    (0.75, 1.0)
    """
    zero = torch.zeros(1, dtype=torch.float64)
    found = float(SAMPLING_KERNELS[kernel](zero + distance, zero))
    line = torch.linspace(-2, 2, 161, dtype=torch.float64)
    series = [Series(name, line.tolist(), k(line, 0 * line).tolist()) for name, k in SAMPLING_KERNELS.items()]
    return Run(found, lambda: [Curve("Sampling kernels", series, "distance in pixels", "weight")], "cpu")


@function("stn.source_weights", Kind.MEASURED, example={"x": 0.1, "y": 0, "height": 4, "width": 4}, shows=_SHOWS)
def source_weights(x: Position, y: Position, height: Side, width: Side, kernel: Kernel = "bilinear") -> Run:
    """Return the weight of each source pixel in the value sampled at (x, y): the gradient of that value, by autograd.

    >>> source_weights(0.0, 0.0, height=2, width=2).value
    [[0.25, 0.25], [0.25, 0.25]]
    """
    found = _weights(x, y, height, width, kernel)
    return Run(found.tolist(), lambda: [Heatmap("weights of the pixels", found.tolist(), "x", "y")], str(found.device))


@function("stn.num_sources", Kind.MEASURED, example={"x": 0.1, "y": 0.1, "height": 8, "width": 8}, shows=_SHOWS)
def num_sources(x: Position, y: Position, height: Side, width: Side, kernel: Kernel = "bilinear") -> Run:
    """Return how many source pixels the value sampled at (x, y) depends on.

    >>> num_sources(0.1, 0.1, 8, 8).value, num_sources(0.1, 0.1, 8, 8, kernel="nearest").value
    (4, 1)
    """
    found = _weights(x, y, height, width, kernel)
    return Run(int((found != 0).sum()), lambda: [Heatmap("weights", found.tolist(), "x", "y")], str(found.device))


@function("stn.pixel_position", Kind.MEASURED, example={"position": 0.5, "size": 8}, shows=(to_pixels,))
def pixel_position(
    position: Annotated[float, Between(-1, 1)], size: Annotated[int, Between(2, 64)], align_corners: bool = False
) -> Run:
    """Return where a position in -1 to 1 lies, in pixels from the centre of the first: a ramp is sampled there.

    >>> pixel_position(0.5, 8).value, pixel_position(1.0, 8, align_corners=True).value
    (5.5, 7.0)
    """
    ramp = torch.arange(-1, size + 1, dtype=torch.float64, device=for_float64())[None, None, None]  # a pixel more
    # The longer ramp has its edges one pixel further out, so the position is closer to its middle.
    shrink = (size - 1) / (size + 1) if align_corners else size / (size + 2)
    point = ramp.new_tensor([position * shrink, 0.0])[None, None, None]
    found = float(F.grid_sample(ramp, point, align_corners=align_corners))
    line = torch.linspace(-1, 1, 9, dtype=torch.float64)
    both = {"edges are -1 and 1": False, "centres are -1 and 1 (align_corners)": True}
    series = [Series(name, line.tolist(), to_pixels(line, size, flag).tolist()) for name, flag in both.items()]
    return Run(found, lambda: [Curve("Pixels by position", series, "position", "pixel")], str(ramp.device))


def _weights(x: float, y: float, height: int, width: int, kernel: Kernel) -> Tensor:
    image = torch.zeros(1, 1, height, width, dtype=torch.float64, device=for_float64(), requires_grad=True)
    point = torch.tensor([[[[x, y]]]], dtype=torch.float64, device=image.device)
    value = F.grid_sample(image, point, mode=kernel, align_corners=False)
    (weights,) = torch.autograd.grad(value.sum(), image)
    return weights[0, 0]
