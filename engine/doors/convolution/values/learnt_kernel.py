"""``conv.learnt_kernel``: the edge detector [1, -1], learnt from one picture."""

from typing import Annotated

import torch

from engine.arguments import Between
from engine.convolution.conv2d import conv2d
from engine.convolution.edge_detector import fit_kernel, learn_kernel, striped_image
from engine.doors._grids import Place, grid, picked
from engine.errors import Refused
from engine.evidence import Curve, Run, Series
from engine.registry import Kind, function

_MOST = 10**6


@function("conv.learnt_kernel", Kind.MEASURED, example={"steps": 10}, shows=(learn_kernel, fit_kernel))
def learnt_kernel(
    steps: Annotated[int, Between(0, 500)], lr: Annotated[float, Between(0, 1)] = 0.03, at: Place | None = None
) -> Run:
    """Return a kernel [1, 2] after gradient descent from 0 on a striped 6×8 image and its edges, made by [1, -1].

    The error is the sum of squares over the output. Source of image and task: "Dive into Deep Learning", section 7.2.4.

    Raises:
        Refused: the rate is so large that a weight leaves ±1e6.

    >>> [round(weight, 2) for weight in learnt_kernel(30).value[0]]
    [1.0, -1.0]
    """
    x = striped_image()
    y = conv2d(x, x.new_tensor([[[[1.0, -1.0]]]]))
    kernels = [kernel[0, 0] for kernel in learn_kernel(x, y, x.new_zeros(1, 1, 1, 2), steps, lr)]
    numbers = list(range(len(kernels)))
    weights = torch.stack(kernels)[:, 0]
    _check_converging(weights, lr)
    lines = [Series(f"weight {tap}", numbers, weights[:, tap].tolist()) for tap in (0, 1)]
    fitted = fit_kernel(x, y, (1, 2))[0, 0]

    blocks = [
        Curve("The two weights over the steps", lines, "step", "weight"),
        grid("image", x),
        grid("its edges, to be learnt", y),
        grid("least squares, for comparison", fitted, "tap", "tap"),
    ]
    return Run(picked(kernels[-1], at), lambda: blocks, "cpu")


def _check_converging(weights: torch.Tensor, lr: float) -> None:
    """Refuse ``(steps + 1, 2)`` weights of which one is beyond ±1e6, or is no number any more."""
    inside = (weights.abs() <= _MOST).all(dim=1)
    if not inside.all():
        step = int(inside.int().argmin())
        raise Refused(f"with lr {lr:g} a weight leaves ±{_MOST:,} in step {step}; use fewer steps or a smaller lr")
