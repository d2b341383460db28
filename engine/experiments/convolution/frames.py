"""3-D convolution: frames that are merged at once or window by window, and how many of them a network takes."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.analysis.output_shape import META
from engine.arguments import Between
from engine.convolution.conv3d import conv3d
from engine.evidence import Cell, Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

_FRAMES = 5


@function("conv3d.equals_stacked_frames", Kind.MEASURED, example={"depth": "all frames"}, shows=(conv3d,))
def equals_stacked_frames(depth: Literal["all frames", "3 frames"] = "all frames") -> Run:
    """Say whether a 3-D convolution over this many frames equals a 2-D one on all frames stacked as channels.

    The 2-D convolution has the same weights; a kernel over fewer frames leaves the others out.
    """
    return settle(
        "3-D convolution beside the 2-D one",
        Holds.IF_EQUAL,
        _not_stacked,
        {"depth": depth},
        [{"depth": "all frames"}, {"depth": "3 frames"}],
    )


def _not_stacked(generator: torch.Generator, depth: str) -> Tensor:
    kernel_depth = _FRAMES if depth == "all frames" else 3
    x, weight = randn(generator, 1, 2, _FRAMES, 6, 6), randn(generator, 3, 2, _FRAMES, 3, 3)
    merged = functional.conv2d(x.flatten(1, 2), weight.flatten(1, 2))
    y = conv3d(x, weight[:, :, :kernel_depth])
    return (y - merged[:, :, None])[0].flatten(1)


@function("conv3d.takes_any_number_of_frames", Kind.MEASURED, example={"head": "none"})
def takes_any_number_of_frames(
    head: Literal["none", "global average", "linear"] = "none", kernel_size: Annotated[int, Between(1, 4)] = 3
) -> Run:
    """Say whether a 3-D convolution with this behind it takes clips of 4, 8 and 16 frames alike.

    "linear" is a fully connected layer on the flattened map, made for 8 frames; "global average" a mean before one.
    """
    rows: list[tuple[Cell, ...]] = []
    for each in dict.fromkeys((head, "none", "global average", "linear")):
        given = [_shape_after(each, kernel_size, frames) for frames in (4, 8, 16)]
        rows.append((each, *given, "refused" not in given))
    columns = ("head", "4 frames", "8 frames", "16 frames", "claim holds")
    return Run(rows[0][-1], lambda: [Table("What comes out", columns, rows)], str(META))


def _shape_after(head: str, kernel_size: int, frames: int) -> str:
    """Return the shape that comes out for a clip, or that it is refused."""
    with META:
        layers: list[nn.Module] = [nn.Conv3d(3, 4, kernel_size)]
        if head == "linear":
            layers += [nn.Flatten(), nn.Linear(4 * (9 - kernel_size) ** 3, 10)]
        if head == "global average":
            layers += [nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 10)]
        try:
            return str(tuple(nn.Sequential(*layers)(torch.zeros(1, 3, frames, 8, 8)).shape[1:]))
        except RuntimeError:
            return "refused"
