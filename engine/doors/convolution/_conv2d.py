"""What ``nn.Conv2d`` and ``nn.ConvTranspose2d`` have in common: how a layer is built and bounded, and what it holds."""

from typing import Any

import torch
from torch import nn

from engine.analysis.output_shape import check_elements
from engine.analysis.window import Both, Window, check_groups
from engine.doors.convolution._layer2d import Layer2d, Make, params_run
from engine.evidence import Run

Convolution = type[nn.Conv2d] | type[nn.ConvTranspose2d]


def making(convolution: Convolution, in_channels: int, out_channels: int, **settings: Any) -> Make:
    """Return how to build a convolution on a device; without a bias unless ``settings`` ask for one."""

    def make(place: torch.device) -> nn.Module:
        return convolution(in_channels, out_channels, **{"bias": False, **settings}, device=place)

    return make


def along_one_axis(convolution: Convolution, window: Window, **settings: tuple[int, int]) -> Make:
    """Return how to build a convolution of one channel whose kernel is kernel_size × 1."""
    kernel_size, stride, padding, dilation = window
    axis = {"kernel_size": (kernel_size, 1), "stride": (stride, 1), "padding": (padding, 0), "dilation": (dilation, 1)}
    return making(convolution, 1, 1, **axis, **settings)


def layer2d(
    convolution: Convolution, image: tuple[int, int, int], output: tuple[int, int, int], work: int, **settings: Any
) -> Layer2d:
    """Bound the image and the output, both [C, H, W], and return the layer; a real run multiplies ``work`` times."""
    check_elements("an input", image)
    check_elements("an output", output)
    return Layer2d(making(convolution, image[0], output[0], **settings), (1, *image), work)


def parameters(
    convolution: Convolution, in_channels: int, out_channels: int, kernel_size: Both, groups: int, bias: bool
) -> Run:
    """Build the layer on the meta device and count its parameters."""
    check_groups(in_channels, out_channels, groups)
    settings = {"kernel_size": kernel_size, "groups": groups, "bias": bias}
    return params_run(making(convolution, in_channels, out_channels, **settings))
