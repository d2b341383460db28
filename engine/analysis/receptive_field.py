"""The receptive field of a stack of convolutions or poolings: derived, and measured.

Sizes are in input cells along one axis; layers run from the input to the output.
Source: Araujo, Norris & Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import functional

from engine.analysis.window import Window
from engine.arguments import Dilation, KernelSize, Stride
from engine.errors import Refused

MOST_WIDTH = 5000
"""The widest field that is measured; a pass then needs at most some 4·10⁷ multiply-adds."""
_LENGTHS = (64, 512, 8192)
"""The inputs that are tried; the last is longer than the widest field."""


class Layer(NamedTuple):
    """One layer along one axis, with torch's argument names."""

    kernel_size: KernelSize
    stride: Stride = 1
    dilation: Dilation = 1


class Growth(NamedTuple):
    """What one layer adds to the field."""

    layer: Layer
    jump: int
    """Input cells between neighbouring units of this layer's *input*: the product of the strides before it."""
    added: int
    """d(k - 1) times the jump."""
    width: int
    """The field of one unit of this layer's output."""


def growth(layers: Sequence[Layer]) -> list[Growth]:
    """Return, layer by layer, how the field grows from the one cell that an input cell sees."""
    rows: list[Growth] = []
    width, jump = 1, 1
    for layer in layers:
        added = layer.dilation * (layer.kernel_size - 1) * jump
        width += added
        rows.append(Growth(layer, jump, added, width))
        jump *= layer.stride
    return rows


def derived(layers: Sequence[Layer]) -> int:
    """Return the width r of the input region that one output unit sees.

    r = 1 + Σ d(k - 1) · (product of the strides *before* the layer).
    Padding moves the region and never widens it.

    >>> derived([Layer(3), Layer(3, stride=2), Layer(3)])
    9
    """
    rows = growth(layers)
    return rows[-1].width if rows else 1


def gradient(layers: Sequence[Layer], device: torch.device) -> torch.Tensor:
    """Return the gradient of one output unit with respect to the input, from the first to the last cell it sees.

    The stack is really run, in float64, on longer inputs until one is long enough for an output; the formula above
    only bounds the cost. Nothing is padded, so the field is whole. Every weight of a layer is 1/kernel_size, so
    no paths cancel and the gradient sums to 1. Shape: (r,).

    Raises:
        Refused: the field is wider than ``MOST_WIDTH``.
    """
    if derived(layers) > MOST_WIDTH:
        raise Refused(
            f"at most {MOST_WIDTH} cells can be measured and this field is wider; use receptive_field.derived"
        )
    for length in _LENGTHS:
        signal = torch.zeros(1, 1, length, dtype=torch.float64, device=device, requires_grad=True)
        output = _run(layers, signal)
        if output is not None:
            (seen,) = torch.autograd.grad(output[0, 0, 0], signal)
            cells = seen[0, 0].nonzero()[:, 0].tolist()
            return seen[0, 0, cells[0] : cells[-1] + 1]
    raise AssertionError(f"a field of {MOST_WIDTH} cells fits into {_LENGTHS[-1]}")


def measured(layers: Sequence[Layer], device: torch.device) -> int:
    """Return the same width as :func:`derived` by running the stack and looking at the gradient.

    >>> measured([Layer(3), Layer(3, stride=2), Layer(3)], torch.device("cpu"))
    9
    """
    return len(gradient(layers, device))


def _run(layers: Sequence[Layer], signal: torch.Tensor) -> torch.Tensor | None:
    """Return the output of the stack, or None where the signal is too short for it."""
    for layer in layers:
        if Window(*layer[:2], dilation=layer.dilation).positions(signal.shape[-1]) < 1:
            return None
        weight = signal.new_full((1, 1, layer.kernel_size), 1 / layer.kernel_size)
        signal = functional.conv1d(signal, weight, stride=layer.stride, dilation=layer.dilation)
    return signal
