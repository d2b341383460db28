"""What the kinds of convolution cost and connect: standard, grouped, depthwise, pointwise, depthwise separable.

===========  ==================  =======================  =================  ========================
kind         weights             MACs on H' x W' outputs  input channels     cells read in each of
                                                          that one reads     those channels
===========  ==================  =======================  =================  ========================
standard     K²·N·M              H'·W'·K²·N·M             N                  K²
grouped      K²·N·M/G            H'·W'·K²·N·M/G           N/G                K²
depthwise    K²·M                H'·W'·K²·M               1                  K²
pointwise    N·M                 H'·W'·N·M                N                  1
separable    K²·N + N·M          H'·W'·N·(K² + M)         N                  K²
===========  ==================  =======================  =================  ========================

N input and M output channels, kernel K x K, G groups. MAC means one multiply-add; there are no biases.
"""

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from engine.analysis.window import check_groups
from engine.errors import Refused

ConvKind = Literal["standard", "grouped", "depthwise", "pointwise", "separable"]
KINDS: tuple[ConvKind, ...] = get_args(ConvKind)


def convolution(
    kind: ConvKind, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Return a convolution of this kind without biases; padding K // 2 keeps the size at stride 1 for odd kernels.

    Only "grouped" reads ``groups``, and "pointwise" has a 1x1 kernel whatever ``kernel_size`` says. "depthwise" makes
    out_channels / in_channels outputs of each channel (the channel multiplier). "separable" is a depthwise convolution
    with the stride, then a pointwise one.

    Raises:
        Refused: groups, or in_channels of a depthwise convolution, do not divide the channels.

    >>> [tuple(weight.shape) for weight in convolution("separable", 16, 32).parameters()]
    [(16, 1, 3, 3), (32, 16, 1, 1)]
    """
    if kind == "separable":
        depthwise = _layer(in_channels, in_channels, kernel_size, stride, in_channels)
        return nn.Sequential(depthwise, _layer(in_channels, out_channels, 1, 1, 1))
    kernel_size = 1 if kind == "pointwise" else kernel_size
    split = {"grouped": groups, "depthwise": in_channels}.get(kind, 1)
    if kind == "depthwise" and out_channels % in_channels:
        raise Refused(
            f"a depthwise convolution makes as many outputs of each of its {in_channels} channels, "
            f"so out_channels cannot be {out_channels}; use a multiple of {in_channels}"
        )
    check_groups(in_channels, out_channels, split)
    return nn.Sequential(_layer(in_channels, out_channels, kernel_size, stride, split))


def connections(layer: nn.Module, in_channels: int, size: int) -> Tensor:
    """Return how many cells of each input channel the middle place of each output channel reads.

    The layer is really run, with all weights 1 so that no paths cancel, on an image of size x size; what an output
    reads is where its gradient is not 0. Shape: ``(out_channels, in_channels)``.

    >>> with torch.random.fork_rng():
    ...     layer = convolution("grouped", 4, 2, groups=2)
    >>> connections(layer, in_channels=4, size=5).tolist()
    [[9, 9, 0, 0], [0, 0, 9, 9]]
    """
    for weight in layer.parameters():
        nn.init.ones_(weight)
    image = torch.zeros(1, in_channels, size, size, requires_grad=True)
    output = layer(image)
    middle = output[0, :, output.shape[2] // 2, output.shape[3] // 2]
    one_by_one = torch.eye(len(middle))
    (gradient,) = torch.autograd.grad(middle, image, one_by_one, is_grads_batched=True)
    return gradient[:, 0].ne(0).sum((2, 3))


def _layer(in_channels: int, out_channels: int, kernel_size: int, stride: int, groups: int) -> nn.Conv2d:
    padding = kernel_size // 2
    return nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False)
