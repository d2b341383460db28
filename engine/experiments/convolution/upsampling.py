"""Bilinear interpolation: when a transposed convolution does it, and what ``align_corners`` keeps."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.convolution.upsampling.interpolation import bilinear_kernel, upsample_bilinear
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

_SIZE = 6


@function(
    "upsample.is_transposed_convolution",
    Kind.MEASURED,
    example={"align_corners": False},
    shows=(bilinear_kernel, upsample_bilinear),
)
def is_transposed_convolution(
    align_corners: bool = False, part: Literal["inside", "whole image"] = "inside", stride: Literal[2, 3, 4, 5] = 2
) -> Run:
    """Say whether a transposed convolution with the bilinear kernel equals bilinear interpolation by its stride.

    "inside" leaves out the cells within ``stride`` of the border.
    """
    chosen = {"align_corners": align_corners, "part": part, "stride": stride}
    controls = [{**chosen, "align_corners": each, "part": "inside"} for each in (False, True)]
    controls.append({**chosen, "align_corners": False, "part": "whole image"})
    compared = "Transposed convolution beside interpolation"
    return settle(compared, Holds.IF_EQUAL, _not_interpolated, chosen, controls)


def _not_interpolated(generator: torch.Generator, align_corners: bool, part: str, stride: int) -> Tensor:
    x = randn(generator, 1, 1, _SIZE, _SIZE)
    kernel = bilinear_kernel(stride).to(x)[None, None]
    transposed = functional.conv_transpose2d(x, kernel, stride=stride, padding=stride // 2)
    interpolated = functional.interpolate(x, scale_factor=stride, mode="bilinear", align_corners=align_corners)
    left_out = stride if part == "inside" else 0
    inner = slice(left_out, stride * _SIZE - left_out)
    return torch.sub(transposed, interpolated)[0, 0, inner, inner]


@function(
    "upsample.keeps", Kind.MEASURED, example={"what": "positions", "align_corners": False}, shows=(upsample_bilinear,)
)
def keeps(
    what: Literal["corners", "positions"] = "corners",
    align_corners: bool = False,
    factor: Annotated[int, Between(2, 4)] = 2,
) -> Run:
    """Say whether bilinear interpolation by a whole factor keeps this.

    corners: the samples lie evenly from the input's first cell to its last one.
    positions: samples lie 1/factor of an input cell apart, the same for every size of image, away from the border.
    """
    chosen = {"what": what, "align_corners": align_corners, "factor": factor}
    controls = [{**chosen, "align_corners": each} for each in (False, True)]
    return settle("Where samples are taken, beside what is claimed", Holds.IF_EQUAL, _not_kept, chosen, controls)


def _not_kept(generator: torch.Generator, what: str, align_corners: bool, factor: int) -> Tensor:
    size = int(torch.randint(4, 9, (1,), generator=generator))
    ramp = torch.arange(size, dtype=torch.float64).reshape(1, 1, 1, -1)  # interpolated, it says where it was sampled
    at = upsample_bilinear(ramp, (1, size * factor), align_corners).flatten()
    if what == "positions":
        return at[factor:-factor].diff() - 1 / factor
    return at - torch.linspace(0, size - 1, size * factor, dtype=torch.float64)
