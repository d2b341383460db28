"""The variance that a deep stack keeps, measured from layer to layer, forward and backward.

A layer takes z to W·f(z), f being the activation, with no bias; so z is always a pre-activation. Its mean over draws of
W is 0, and its *mean square* over units and samples is its variance. (The variance over samples alone is another thing:
a deep ReLU net makes all samples alike, and it falls although the mean square stays.)
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from engine.init.schemes import Spread

SAMPLES = 64
Source = Callable[[int, int], Spread]
"""From a layer's fan_in and fan_out to the distribution of its weights."""


class Stack(NamedTuple):
    """Widths from input to output, the activation, and how weights of a fan_in and a fan_out are drawn."""

    widths: Sequence[int]
    activation: Callable[[Tensor], Tensor]
    spread: Source


class Traces(NamedTuple):
    """Variances before the first layer and after each: of the signal, and of the loss's gradient with respect to it."""

    forward: Tensor
    backward: Tensor

    @property
    def kept_forward(self) -> Tensor:
        """Variance after each layer over the input's."""
        return self.forward / self.forward[0]

    @property
    def kept_backward(self) -> Tensor:
        """Gradient's variance before each layer over that at the output."""
        return self.backward / self.backward[-1]


def alternating(fan_in: int, fan_out: int, depth: int) -> list[int]:
    """Return the widths of ``depth`` layers that go from fan_in to fan_out, back to fan_in, and so on.

    >>> alternating(3, 5, depth=3)
    [3, 5, 3, 5]
    """
    return [(fan_in, fan_out)[layer % 2] for layer in range(depth + 1)]


def send(
    stack: Stack, generator: torch.Generator, device: torch.device, input_std: float = 1.0
) -> tuple[list[Tensor], list[Tensor]]:
    """Draw the weights and send normal samples through; return every z from the input's on, and the weights.

    All of them take gradients.
    """
    z = [input_std * _randn(stack.widths[0], generator, device).requires_grad_()]
    weights = []
    for fan_in, fan_out in pairwise(stack.widths):
        weights.append(stack.spread(fan_in, fan_out).draw(fan_in, fan_out, generator).to(device).requires_grad_())
        z.append(stack.activation(z[-1]) @ weights[-1].T)
    return z, weights


def run(stack: Stack, generator: torch.Generator, device: torch.device, input_std: float = 1.0) -> Traces:
    """Send samples through and a normal gradient back, and measure every layer."""
    z, _ = send(stack, generator, device, input_std)
    gradients = torch.autograd.grad(z[-1], z, _randn(stack.widths[-1], generator, device))
    return Traces(_mean_squares(z), _mean_squares(gradients))


def kept_per_layer(
    stack: Stack, generator: torch.Generator, device: torch.device, draws: int, input_std: float = 1.0
) -> tuple[float, float]:
    """Return the factor by which a layer changes the variance, forward and backward.

    It is the geometric mean over the layers and over several draws of all weights, which settles much sooner than the
    ratio of the last variance to the first does.
    """
    depth = len(stack.widths) - 1
    traces = [run(stack, generator, device, input_std) for _ in range(draws)]
    forward = torch.stack([trace.kept_forward[-1] for trace in traces]).log().mean() / depth
    backward = torch.stack([trace.kept_backward[0] for trace in traces]).log().mean() / depth
    return float(forward.exp()), float(backward.exp())


def _randn(width: int, generator: torch.Generator, device: torch.device) -> Tensor:
    return torch.randn(SAMPLES, width, generator=generator, dtype=torch.float64).to(device)


def _mean_squares(layers: Sequence[Tensor]) -> Tensor:
    return torch.stack([layer.detach().square().mean() for layer in layers])
