"""``pool.*`` on small images: what poolings compute, which cells win, and where gradients go, in float64."""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.window import Both, Window, check_pool, windows
from engine.arguments import Between
from engine.convolution.pooling.average_pool import avg_pool2d, avg_pool2d_backward
from engine.convolution.pooling.max_pool import max_pool2d, max_pool2d_backward
from engine.doors._grids import Place, grid
from engine.doors.convolution.values._images import (
    Image,
    Kernel2d,
    Margin2d,
    Step2d,
    answer,
    batch_of,
    check_work,
    upstream_for,
)
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function

PoolKind = Literal["max", "avg"]

_IMAGE = {"x": [[1, 5, 2, 0], [4, 3, 0, 1], [7, 8, 6, 2], [0, 1, 3, 9]], "kernel_size": 2}


@function("pool.output", Kind.MODULE, example=_IMAGE, shows=(max_pool2d, avg_pool2d))
def output(
    x: Image,
    kernel_size: Kernel2d,
    stride: Step2d | None = None,
    padding: Margin2d = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    kind: PoolKind = "max",
    at: Place | None = None,
) -> Run:
    """Return the max or average pooling of a small image [H, W] or [C, H, W], or with ``at`` one number of it.

    Without a stride it is ``kernel_size``. ``count_include_pad`` concerns averages alone.

    >>> output(torch.tensor([[0.0, 0.0], [0.0, 8.0]]), 2, kind="avg").value
    [[2.0]]
    """
    image = _checked(x, kernel_size, stride, padding, ceil_mode)
    y = _pool(kind, kernel_size, stride, padding, ceil_mode, count_include_pad)(image)
    return Run(answer(y, x, at), lambda: [grid("input", image), grid("pooled", y)], str(y.device))


@function("pool.indices", Kind.MODULE, example=_IMAGE, shows=(max_pool2d,))
def indices(
    x: Image, kernel_size: Kernel2d, stride: Step2d | None = None, padding: Margin2d = 0, at: Place | None = None
) -> Run:
    """Return which cells max pooling took, numbered row by row from 0; of equal cells the first.

    >>> indices(torch.tensor([[1.0, 5.0, 2.0], [4.0, 3.0, 0.0]]), 2, stride=1).value
    [[1, 1]]
    """
    image = _checked(x, kernel_size, stride, padding, ceil_mode=False)
    taken = max_pool2d(image, kernel_size, stride, padding).indices
    rows = [(number, *divmod(number, image.shape[3])) for number in taken.flatten().tolist()[:64]]
    table = Table("Cells that were taken", ("number", "row", "column"), rows)
    return Run(answer(taken, x, at), lambda: [grid("input", image), table], str(taken.device))


@function("pool.gradient", Kind.MEASURED, example=_IMAGE, shows=(max_pool2d, avg_pool2d))
def gradient(
    x: Image,
    kernel_size: Kernel2d,
    stride: Step2d | None = None,
    padding: Margin2d = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    kind: PoolKind = "max",
    upstream: Image | None = None,
    at: Place | None = None,
) -> Run:
    """Return the gradient of the loss for a pooling's input, by autograd; ``upstream`` is that for its output (1s).

    >>> gradient(torch.tensor([[0.0, 2.0], [1.0, 8.0]]), 2).value
    [[0.0, 0.0], [0.0, 1.0]]
    """
    image = _checked(x, kernel_size, stride, padding, ceil_mode).requires_grad_()
    y = _pool(kind, kernel_size, stride, padding, ceil_mode, count_include_pad)(image)
    (found,) = torch.autograd.grad(y, image, upstream_for(y, upstream))
    blocks: list[Block] = [grid("input", image), grid("∂loss/∂input", found)]
    return Run(answer(found, x, at), lambda: blocks, str(found.device))


@function("pool.gradient_formula", Kind.CLOSED_FORM, example=_IMAGE, shows=(max_pool2d_backward, avg_pool2d_backward))
def gradient_formula(
    x: Image,
    kernel_size: Kernel2d,
    stride: Step2d | None = None,
    padding: Margin2d = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    kind: PoolKind = "max",
    upstream: Image | None = None,
    at: Place | None = None,
) -> Run:
    """Return the same gradient by rule: the winner gets all of it, or every cell of the window an equal share.

    >>> gradient_formula(torch.tensor([[0.0, 2.0], [1.0, 8.0]]), 2, kind="avg").value
    [[0.25, 0.25], [0.25, 0.25]]
    """
    image = _checked(x, kernel_size, stride, padding, ceil_mode)
    pooled = max_pool2d(image, kernel_size, stride, padding, ceil_mode=ceil_mode)
    given = upstream_for(pooled.values, upstream)
    if kind == "max":
        found = max_pool2d_backward(given, pooled.indices, (image.shape[2], image.shape[3]))
    else:
        found = avg_pool2d_backward(given, image, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return Run(answer(found, x, at), lambda: [grid("input", image), grid("∂loss/∂input", found)], str(found.device))


@function("pool.windows_per_cell", Kind.MEASURED, example={"size": 7, "kernel_size": 3, "stride": 2})
def windows_per_cell(
    size: Annotated[int, Between(1, 256)],
    kernel_size: Annotated[int, Between(1, 64)],
    stride: Annotated[int, Between(1, 64)] | None = None,
    at: Place | None = None,
) -> Run:
    """Return for each cell along one axis how many windows hold it; a cell of an image is in the product of both.

    Counted by the gradient of the sum of all windows.

    >>> windows_per_cell(7, kernel_size=3, stride=2).value
    [1, 1, 2, 1, 2, 1, 1]
    """
    row = torch.zeros(1, size, dtype=torch.float64)
    image = _checked(row, (1, kernel_size), (1, stride or kernel_size), 0, ceil_mode=False).requires_grad_()
    y = avg_pool2d(image, (1, kernel_size), (1, stride or kernel_size)) * kernel_size
    (counts,) = torch.autograd.grad(y.sum(), image)
    rounded = counts.flatten().round().long()
    value = rounded.tolist() if at is None else answer(rounded.reshape(1, 1, 1, -1), row, [0, *at])
    return Run(value, lambda: [grid("windows that hold a cell", torch.outer(counts.flatten(), counts.flatten()))])


def _checked(x: Tensor, kernel_size: Both, stride: Both | None, padding: Both, ceil_mode: bool) -> Tensor:
    """Return the image as a batch of one, after the run was found to be small enough."""
    image = batch_of(x)
    both: tuple[Window, Window] = windows(kernel_size, kernel_size if stride is None else stride, padding, 1)
    for window, size, axis in zip(both, image.shape[2:], ("height: ", "width: "), strict=True):
        check_pool(size, window, ceil_mode, axis)
    places = [window.positions(size, ceil_mode) for window, size in zip(both, image.shape[2:], strict=True)]
    check_work((image.shape[1], *places, both[0].kernel_size, both[1].kernel_size))
    return image


def _pool(
    kind: PoolKind, kernel_size: Both, stride: Both | None, padding: Both, ceil_mode: bool, count_include_pad: bool
) -> Callable[[Tensor], Tensor]:
    if kind == "max":
        return lambda x: max_pool2d(x, kernel_size, stride, padding, ceil_mode=ceil_mode).values
    return lambda x: avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad)
