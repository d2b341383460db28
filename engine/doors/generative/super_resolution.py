"""``super_resolution.*``: what reducing an image loses, and the measure of how well it was put back."""

import math
from functools import partial
from typing import Annotated

import torch
from torch import nn

from engine.arguments import Between, Length
from engine.doors.generative._generative import Number, numbers, same_length
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Text
from engine.generative.super_resolution.down_sampling import invisible_change, null_space, reduce, reduction_matrix
from engine.generative.super_resolution.peak_signal import psnr
from engine.registry import Kind, function

Size = Annotated[int, Between(1, 32)]
Factor = Annotated[int, Between(1, 16)]
Pixels = Annotated[tuple[Number, ...], Length(1, 1024)]
Peak = Annotated[float, Between(1e-6, 1e6)]
_TWO = {"image": [0.1, 0.9], "target": [0, 1]}


@function(
    "super_resolution.lost_dimensions",
    Kind.MEASURED,
    example={"size": 8, "factor": 2},
    shows=(reduction_matrix, null_space),
)
def lost_dimensions(size: Size, factor: Factor) -> Run:
    """Return in how many independent ways a size × size image can change while its factor × factor means stay.

    It is the dimension of the null space of the reduction's matrix.

    >>> lost_dimensions(8, 2).value
    48
    """
    _check(size, factor)
    return Run(len(null_space(size, factor)), partial(_family, size, factor), "cpu")


@function("super_resolution.lost_dimensions_formula", Kind.CLOSED_FORM, example={"size": 8, "factor": 2})
def lost_dimensions_formula(size: Size, factor: Factor) -> Run:
    """Return the same as s²·(1 - 1/r²): all numbers of the image but one for each block."""
    _check(size, factor)
    return Run(size**2 - (size // factor) ** 2, partial(_family, size, factor))


@function("super_resolution.psnr", Kind.MODULE, example=_TWO)
def psnr_of(image: Pixels, target: Pixels, peak: Peak = 1.0) -> Run:
    """Return the peak signal-to-noise ratio in decibels, from ``nn.MSELoss``.

    >>> round(psnr_of((0.1, 0.9), (0.0, 1.0)).value, 6)
    20.0
    """
    _differ(image, target)
    error = nn.MSELoss()(numbers(image), numbers(target))
    said = f"The mean squared error is {error.item():.6g}, {peak**2 / error.item():.6g} times below the squared peak."
    return Run(20 * math.log10(peak) - 10 * math.log10(error.item()), lambda: [Text(said)], str(error.device))


@function("super_resolution.psnr_formula", Kind.CLOSED_FORM, example=_TWO, shows=(psnr,))
def psnr_formula(image: Pixels, target: Pixels, peak: Peak = 1.0) -> Run:
    """Return the same as 10·log10(peak²/MSE)."""
    _differ(image, target)
    return Run(psnr(numbers(image), numbers(target), peak).item())


def _check(size: int, factor: int) -> None:
    if size % factor:
        raise Refused(f"blocks of {factor}×{factor} do not tile an image of {size}×{size}")


def _differ(image: Pixels, target: Pixels) -> None:
    same_length("image", image, "target", target)
    if image == target:
        raise Refused("equal images have no error, and their ratio is infinite")


def _family(size: int, factor: int) -> Blocks:
    """Return an image, another one with the same small image, and that one."""
    axis = torch.linspace(-1, 1, size, dtype=torch.float64)
    image = (-(axis[:, None] ** 2) - axis**2).exp()
    other = invisible_change(image, torch.Generator().manual_seed(0), factor)
    small = reduce(image[None, None], factor)[0, 0]
    titles = ("An image", "Another one", "What both are reduced to")
    return [Heatmap(title, values.tolist()) for title, values in zip(titles, (image, other, small), strict=True)]
