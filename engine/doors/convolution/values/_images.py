"""Small images as arguments and answers: their axes and their bounds."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import torch
from torch import Tensor

from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.doors._grids import Place, picked
from engine.errors import Refused

Image = Annotated[Tensor, Elements(4096), Between(-1e6, 1e6)]
"""[H, W], one channel, or [C, H, W]."""
Kernel = Annotated[Tensor, Elements(4096), Between(-1e6, 1e6)]
"""[kh, kw] for a matrix, or [M, C/groups, kh, kw] for an image with channels."""
Kernel1d = Annotated[int, Between(1, 64)]
Kernel2d = Kernel1d | tuple[Kernel1d, Kernel1d]
Step = Annotated[int, Between(1, 64)]
Step2d = Step | tuple[Step, Step]
Margin = Annotated[int, Between(0, 64)]
Margin2d = Margin | tuple[Margin, Margin]

MOST_WORK = 2 * 10**6
"""The most products, or cells, of one run: some 0.1 s at worst."""


def batch_of(x: Tensor) -> Tensor:
    """Return an image [H, W] or [C, H, W] as a batch of one, in float64 on the device that runs."""
    if x.dim() not in (2, 3):
        raise Refused(f"an image is [H, W] or [C, H, W], not a list of {sizes(x.shape)}")
    return x.to(for_float64()).reshape(1, -1, *x.shape[-2:])


def weight_for(x: Tensor, weight: Tensor) -> Tensor:
    """Return the weight with four axes; a matrix goes with a matrix."""
    if weight.dim() != {2: 2, 3: 4}.get(x.dim()):
        raise Refused(
            f"an image [H, W] takes a kernel [kh, kw], and [C, H, W] takes [M, C/groups, kh, kw]; these are "
            f"{sizes(x.shape)} and {sizes(weight.shape)}"
        )
    return weight.to(for_float64()).reshape(-1, *weight.shape[1:]) if weight.dim() == 4 else weight[None, None].to(x)


def bias_for(weight: Tensor, bias: Sequence[float] | None, channels: int) -> Tensor | None:
    """Return the biases as a tensor, one for each output channel."""
    if bias is None:
        return None
    if len(bias) != channels:
        raise Refused(f"'bias' needs {channels} values, one for each output channel, not {len(bias)}")
    return weight.new_tensor(list(bias))


def upstream_for(y: Tensor, upstream: Tensor | None) -> Tensor:
    """Return the loss's gradient for a batch of one ``y``: as given, of the shape of ``y``, or 1s."""
    if upstream is None:
        return torch.ones_like(y)
    given = batch_of(upstream)
    if given.shape != y.shape:
        raise Refused(f"'upstream' needs the output's shape {tuple(y.shape[1:])}, not {tuple(given.shape[1:])}")
    return given


def check_work(*shapes: Sequence[int]) -> None:
    """Refuse a run of more than :data:`MOST_WORK`; each shape is one that the run has to walk through."""
    for shape in shapes:
        if math.prod(shape) > MOST_WORK:
            raise Refused(f"this run takes {math.prod(shape):,} steps, and at most {MOST_WORK:,} are run; use less")


def answer(y: Tensor, like: Tensor, at: Place | None) -> Any:
    """Return a batch of one as nested lists with the axes of ``like``, or the number that stands ``at`` a place."""
    return picked(y.reshape(y.shape[-2:] if like.dim() == 2 and y.shape[1] == 1 else y.shape[1:]), at)
