"""``conv_separable.output`` and ``conv_asymmetric.output``: kernels in two parts, on small images."""

from typing import Annotated

from torch import Tensor

from engine.analysis.window import check_conv, windows
from engine.arguments import Between, Elements
from engine.convolution.factorised.asymmetric import ThinKernels, asymmetric, outer_product
from engine.convolution.factorised.depthwise import depthwise_conv2d
from engine.convolution.factorised.separable import Pair, as_one_kernel, separable_conv2d
from engine.doors._grids import Numbers, Place, grid, picked
from engine.doors.convolution.values._images import Image, Margin, Step, batch_of, check_work
from engine.errors import Refused
from engine.evidence import Run
from engine.registry import Kind, function

Kernels = Annotated[Tensor, Elements(1024, 3), Between(-1e6, 1e6)]
"""[C, kh, kw], one for each channel."""
Matrix = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]

_EXAMPLE = {
    "x": [[[1, 2], [3, 4]], [[10, 20], [30, 40]]],
    "depthwise": [[[1, 0], [0, 1]], [[0, 1], [1, 0]]],
    "pointwise": [[1, 1], [1, -1], [0, 2]],
}


@function(
    "conv_separable.output", Kind.MODULE, example=_EXAMPLE, shows=(separable_conv2d, depthwise_conv2d, as_one_kernel)
)
def output(
    x: Image, depthwise: Kernels, pointwise: Matrix, stride: Step = 1, padding: Margin = 0, at: Place | None = None
) -> Run:
    """Return the depthwise separable convolution of a small image [C, H, W], or with ``at`` one number of it.

    ``depthwise`` holds a kernel [kh, kw] for each channel, ``pointwise`` a row of C weights for each output channel.

    >>> import torch
    >>> output(torch.ones(2, 1, 2), torch.ones(2, 1, 2), torch.tensor([[1.0, 10.0]])).value
    [[[22.0]]]
    """
    image = batch_of(x)
    if len(depthwise) != image.shape[1] or pointwise.shape[1] != image.shape[1]:
        raise Refused(
            f"'depthwise' needs a kernel and 'pointwise' a column for each of {image.shape[1]} channels, "
            f"not {len(depthwise)} and {pointwise.shape[1]}"
        )
    for window, size, axis in zip(
        windows((depthwise.shape[1], depthwise.shape[2]), stride, padding, 1),
        image.shape[2:],
        ("height: ", "width: "),
        strict=True,
    ):
        check_conv(size, window, axis)
    check_work((depthwise.numel() + pointwise.numel(), image.shape[2] + 2 * padding, image.shape[3] + 2 * padding))
    weights = Pair(depthwise.to(image)[:, None], pointwise.to(image))
    y = separable_conv2d(image, weights, stride, padding)
    between = depthwise_conv2d(image, weights.depthwise, None, stride, padding)
    grids = [grid("input", image), grid("behind the depthwise half", between), grid("output", y)]
    return Run(picked(y[0], at), lambda: [*grids, grid("the one kernel", as_one_kernel(weights))], str(y.device))


@function(
    "conv_asymmetric.output",
    Kind.MODULE,
    example={"x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "column": [1, 2, 1], "row": [1, 0, -1]},
    shows=(asymmetric, outer_product),
)
def asymmetric_output(x: Matrix, column: Numbers, row: Numbers, at: Place | None = None) -> Run:
    """Return a small image [H, W] after an n×1 and then a 1×m convolution, or with ``at`` one number of it.

    >>> import torch
    >>> asymmetric_output(torch.ones(2, 2), column=[1.0, 2.0], row=[1.0, 10.0]).value
    [[33.0]]
    """
    image = batch_of(x)[0, 0]
    check_work((image.numel(), len(column) + len(row)))
    kernels = ThinKernels(image.new_tensor(list(column)), image.new_tensor(list(row)))
    y = asymmetric(image, kernels)
    grids = [grid("input", image), grid("the one kernel", outer_product(kernels), "tap", "tap"), grid("output", y)]
    return Run(picked(y, at), lambda: grids, str(y.device))
