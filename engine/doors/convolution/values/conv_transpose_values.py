"""``conv_transpose.*`` on small images: what it computes, by which convolution, and how evenly it covers its output."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.analysis.window import Both, Window, check_conv_transpose, pair, transposed_size, windows
from engine.arguments import Between, Groups
from engine.convolution.backward import insert_zeros
from engine.convolution.conv2d import conv2d
from engine.convolution.upsampling.overlap import overlap_counts
from engine.convolution.upsampling.transposed import conv_transpose2d, conv_transpose2d_by_insertion
from engine.doors._grids import Numbers, Place, grid, picked
from engine.doors.convolution.values._images import (
    Image,
    Kernel,
    Margin2d,
    Step2d,
    answer,
    batch_of,
    bias_for,
    check_work,
    weight_for,
)
from engine.errors import Refused
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function

Cells = Annotated[int, Between(1, 64)]
Small = Annotated[int, Between(1, 16)]
Cut = Annotated[int, Between(0, 32)]
_SHOWS = (conv_transpose2d, conv_transpose2d_by_insertion)


@function(
    "conv_transpose.output", Kind.MODULE, example={"x": [[1, 2]], "weight": [[1, 10, 100]], "stride": 2}, shows=_SHOWS
)
def output(
    x: Image,
    weight: Kernel,
    bias: Numbers | None = None,
    stride: Step2d = 1,
    padding: Margin2d = 0,
    output_padding: Margin2d = 0,
    dilation: Step2d = 1,
    groups: Groups = 1,
    at: Place | None = None,
) -> Run:
    """Return the transposed convolution of a small image, or with ``at`` one number of it.

    x is [H, W] with weight [kh, kw], or [C, H, W] with weight [C, M/groups, kh, kw]: input channels first.

    >>> output(torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 10.0, 100.0]]), stride=2).value
    [[1.0, 10.0, 102.0, 20.0, 200.0]]
    """
    image, kernels = batch_of(x), weight_for(x, weight)
    both = windows((kernels.shape[2], kernels.shape[3]), stride, padding, dilation)
    _check(image, kernels, both, output_padding)
    biases = bias_for(kernels, bias, kernels.shape[1] * groups)
    y = conv_transpose2d(image, kernels, biases, stride, padding, output_padding, groups, dilation)
    return Run(answer(y, x, at), lambda: _diagram(image, kernels, both, output_padding, stride, y), str(y.device))


@function(
    "conv_transpose.equivalent_padding",
    Kind.MEASURED,
    example={"kernel_size": 3, "padding": 1, "stride": 2},
    shows=(conv_transpose2d_by_insertion,),
)
def equivalent_padding(kernel_size: Small, padding: Cut = 0, stride: Small = 1, dilation: Small = 1) -> Run:
    """Return the padding with which a stride-1 convolution of the spread-out input does the same, found by trial.

    Each padding is run with the turned kernel, and the one that gives equal numbers is returned; it is d(k - 1) - p.

    Raises:
        Refused: p is larger than d(k - 1), so that the convolution would have to cut cells off.

    >>> equivalent_padding(3, padding=1, stride=2).value
    1
    """
    window = Window(kernel_size, stride, padding, dilation)
    size = 3 + 2 * padding // stride
    check_conv_transpose(size, window, 0)
    if padding > window.extent - 1:
        raise Refused(f"with padding {padding} and a kernel over {window.extent} cells none fits: cells are cut off")
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 1, 1, size, generator=generator, dtype=torch.float64)
    weight = torch.randn(1, 1, 1, kernel_size, generator=generator, dtype=torch.float64)
    wanted = conv_transpose2d(x, weight, None, (1, stride), (0, padding), dilation=(1, dilation))
    spread, turned = insert_zeros(x, (1, stride)), weight.flip(-1)
    rows: list[tuple[int, int, bool]] = []
    for tried in range(window.extent):
        if spread.shape[3] + 2 * tried < window.extent:
            continue
        y = conv2d(spread, turned, None, 1, (0, tried), (1, dilation))
        rows.append((tried, y.shape[3], y.shape == wanted.shape and torch.allclose(y, wanted, rtol=0, atol=1e-9)))
    table = Table(f"The transposed convolution gives {wanted.shape[3]} cells", ("padding", "cells", "equal"), rows)
    return Run(next(row[0] for row in rows if row[2]), lambda: [table], "cpu")


@function("conv_transpose.spread_size", Kind.MODULE, example={"size": 4, "stride": 3}, shows=(insert_zeros,))
def spread_size(size: Annotated[int, Between(1, 4096)], stride: Annotated[int, Between(1, 64)]) -> Run:
    """Return how long a row of cells is after stride - 1 zeros are put between neighbours, (n - 1)·s + 1.

    >>> spread_size(4, 3).value
    10
    """
    spread = insert_zeros(torch.ones(1, 1, 1, size), (1, stride))
    return Run(spread.shape[3], lambda: [grid("cells (1) and zeros between them", spread)], "cpu")


@function(
    "conv_transpose.overlap", Kind.MEASURED, example={"size": 4, "kernel_size": 3, "stride": 2}, shows=(overlap_counts,)
)
def overlap(size: Cells, kernel_size: Small, stride: Small = 1, padding: Cut = 0, at: Place | None = None) -> Run:
    """Return for each output cell along one axis how many input cells add to it: ones through a kernel of ones.

    >>> overlap(4, kernel_size=3, stride=2).value
    [1, 1, 2, 1, 2, 1, 2, 1, 1]
    """
    check_conv_transpose(size, Window(kernel_size, stride, padding), 0)
    ones = torch.ones(1, 1, 1, size, dtype=torch.float64)
    kernel = torch.ones(1, 1, 1, kernel_size, dtype=torch.float64)
    counts = conv_transpose2d(ones, kernel, None, (1, stride), (0, padding)).flatten()
    title = "How often each cell of an image is written to"
    return Run(picked(counts.round().long(), at), lambda: [grid(title, torch.outer(counts, counts))], "cpu")


def _check(image: Tensor, kernels: Tensor, both: tuple[Window, Window], output_padding: Both) -> None:
    """Refuse what does not fit, and what is too large to be run."""
    sizes = []
    for window, size, extra, axis in zip(
        both, image.shape[2:], pair(output_padding), ("height: ", "width: "), strict=True
    ):
        check_conv_transpose(size, window, extra, axis)
        sizes.append(transposed_size(size, window._replace(padding=0), extra))
    work = image.shape[2] * image.shape[3] * kernels.numel()
    check_work((work,), (kernels.shape[1], *sizes), (kernels.shape[0], *sizes))


def _diagram(
    image: Tensor, kernels: Tensor, both: tuple[Window, Window], output_padding: Both, stride: Both, y: Tensor
) -> list[Block]:
    """Return the convolution that does the same: its spread and padded input, its turned kernel, its output."""
    down, across = (max(0, window.extent - 1 - window.padding) for window in both)
    extra = pair(output_padding)
    padded = F.pad(insert_zeros(image, stride), (across, across + extra[1], down, down + extra[0]))
    turned = kernels.flip((-1, -2))
    return [
        grid("input", image),
        grid("the same with zeros between and around its cells", padded),
        grid("kernel, turned by 180 degrees, that slides over it by one cell", turned, "tap", "tap"),
        grid("output", y),
    ]
