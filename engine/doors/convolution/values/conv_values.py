"""``conv.*`` on small images: what a convolution computes, forwards and backwards, written out in float64."""

from typing import Literal

import torch
from torch import Tensor

from engine.analysis.window import Both, Window, check_conv, windows
from engine.arguments import Groups
from engine.convolution.backward import Gradients, conv2d_backward
from engine.convolution.conv2d import Conv2d, check_channels, conv2d
from engine.convolution.cross_correlation import cross_correlation, cross_correlation_by_matmul
from engine.convolution.sliding import unfold
from engine.convolution.true_convolution import convolution
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
    upstream_for,
    weight_for,
)
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function

Operation = Literal["cross-correlation", "convolution"]
Of = Literal["x", "weight", "bias"]

_EXAMPLE = {"x": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "weight": [[0, 1], [2, 3]]}
_SHOWS = (cross_correlation, cross_correlation_by_matmul, conv2d, Conv2d, convolution)


@function("conv.output", Kind.MODULE, example=_EXAMPLE, shows=_SHOWS)
def output(
    x: Image,
    weight: Kernel,
    bias: Numbers | None = None,
    stride: Step2d = 1,
    padding: Margin2d = 0,
    dilation: Step2d = 1,
    groups: Groups = 1,
    operation: Operation = "cross-correlation",
    at: Place | None = None,
) -> Run:
    """Return the convolution of a small image, or with ``at`` one number of it; "convolution" turns the kernel first.

    x is [H, W] with weight [kh, kw], or [C, H, W] with weight [M, C/groups, kh, kw]; the answer has the axes of x.

    >>> image, kernel = torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[1.0, -1.0]])
    >>> output(image, kernel).value, output(image, kernel, operation="convolution").value
    ([[-1.0, -2.0]], [[1.0, 2.0]])
    """
    image, kernels = _checked(x, weight, stride, padding, dilation, groups)
    if operation == "convolution":
        kernels = kernels.flip((-1, -2))
    y = conv2d(image, kernels, bias_for(kernels, bias, len(kernels)), stride, padding, dilation, groups)

    def evidence() -> list[Block]:
        grids = [grid("input", image), grid("kernel, as it slides", kernels, "tap", "tap"), grid("output", y)]
        return [*grids, _products(image, kernels, groups, stride, padding, dilation)]

    return Run(answer(y, x, at), evidence, str(y.device))


@function("conv.gradient", Kind.MEASURED, example={**_EXAMPLE, "of": "x"}, shows=(conv2d,))
def gradient(
    x: Image,
    weight: Kernel,
    of: Of,
    upstream: Image | None = None,
    stride: Step2d = 1,
    padding: Margin2d = 0,
    dilation: Step2d = 1,
    groups: Groups = 1,
    at: Place | None = None,
) -> Run:
    """Return the gradient of the loss for x, weight or bias, by autograd; ``upstream`` is that for the output (1s).

    >>> gradient(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[1.0, -1.0]]), of="x").value
    [[1.0, 0.0, -1.0]]
    """
    image, kernels = _checked(x, weight, stride, padding, dilation, groups)
    leaves = image.requires_grad_(), kernels.requires_grad_(), kernels.new_zeros(len(kernels)).requires_grad_()
    y = conv2d(*leaves, stride, padding, dilation, groups)
    found = Gradients(*torch.autograd.grad(y, leaves, upstream_for(y, upstream)))
    return _gradient_run(found, of, x, weight, at)


@function("conv.gradient_formula", Kind.CLOSED_FORM, example={**_EXAMPLE, "of": "weight"}, shows=(conv2d_backward,))
def gradient_formula(
    x: Image,
    weight: Kernel,
    of: Of,
    upstream: Image | None = None,
    stride: Step2d = 1,
    padding: Margin2d = 0,
    dilation: Step2d = 1,
    groups: Groups = 1,
    at: Place | None = None,
) -> Run:
    """Return the same gradient by its formulas: a full correlation with turned kernels, a correlation with x, a sum.

    >>> gradient_formula(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[1.0, -1.0]]), of="weight").value
    [[3.0, 6.0]]
    """
    image, kernels = _checked(x, weight, stride, padding, dilation, groups)
    y = conv2d(image, kernels, None, stride, padding, dilation, groups)
    found = conv2d_backward(upstream_for(y, upstream), image, kernels, stride, padding, dilation, groups)
    return _gradient_run(found, of, x, weight, at)


@function("conv.windows", Kind.MODULE, example={"x": _EXAMPLE["x"], "kernel_size": 2}, shows=(unfold,))
def unfolded(x: Image, kernel_size: Step2d, stride: Step2d = 1, padding: Margin2d = 0, dilation: Step2d = 1) -> Run:
    """Return the windows of a small image as columns (im2col): a row for each cell of the kernel, a column a place.

    >>> unfolded(torch.tensor([[1.0, 2.0, 4.0]]), kernel_size=(1, 2)).value
    [[1.0, 2.0], [2.0, 4.0]]
    """
    image = batch_of(x)
    _check_places(image, windows(kernel_size, stride, padding, dilation), 1)
    columns = unfold(image, kernel_size, dilation, padding, stride)[0]
    return Run(columns.tolist(), lambda: [grid("windows as columns", columns, "place", "cell of the kernel")])


def _checked(
    x: Tensor, weight: Tensor, stride: Both, padding: Both, dilation: Both, groups: int
) -> tuple[Tensor, Tensor]:
    """Return image and weight with four axes, after the run was found to be small enough."""
    image = batch_of(x)
    kernels = weight_for(x, weight)
    check_channels(image, kernels, groups)
    both = windows((kernels.shape[2], kernels.shape[3]), stride, padding, dilation)
    _check_places(image, both, len(kernels))
    return image, kernels


def _check_places(image: Tensor, both: tuple[Window, Window], channels: int) -> None:
    rows, columns = both
    for window, size, axis in zip(both, image.shape[2:], ("height: ", "width: "), strict=True):
        check_conv(size, window, axis)
    places = rows.positions(image.shape[2]), columns.positions(image.shape[3])
    padded = image.shape[2] + 2 * rows.padding, image.shape[3] + 2 * columns.padding
    taps = image.shape[1], rows.kernel_size, columns.kernel_size
    check_work((image.shape[1], *padded), (*taps, *places, max(1, channels // image.shape[1])), (channels, *places))


def _gradient_run(found: Gradients, of: Of, x: Tensor, weight: Tensor, at: Place | None) -> Run:
    shapes = {"x": x.shape, "weight": weight.shape, "bias": found.bias.shape}
    chosen = getattr(found, of).detach().reshape(shapes[of])

    def evidence() -> list[Block]:
        named = {"x": found.x, "weight": found.weight, "bias": found.bias[None]}
        return [grid(f"∂loss/∂{name}", values) for name, values in named.items()]

    return Run(picked(chosen, at), evidence, str(chosen.device))


def _products(image: Tensor, kernels: Tensor, groups: int, stride: Both, padding: Both, dilation: Both) -> Block:
    """Return the products whose sum is the first number of the output."""
    columns = unfold(image, (kernels.shape[2], kernels.shape[3]), dilation, padding, stride)[0, :, 0]
    met = columns[: len(columns) // groups].tolist()
    weights = kernels[0].flatten().tolist()
    rows = [(tap, cell, weight, cell * weight) for tap, (cell, weight) in enumerate(zip(met, weights, strict=True))]
    return Table("The first number of the output is the sum of", ("tap", "cell", "weight", "product"), rows[:64])
