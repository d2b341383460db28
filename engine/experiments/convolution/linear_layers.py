"""Convolutions as linear layers and linear layers as convolutions: 1×1, the matrix, shared and local weights."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.convolution.linear import linear
from engine.convolution.sliding import unfold
from engine.convolution.toeplitz import convolution_matrix
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

_SIZE = 6


@function("conv.is_linear_on_channels", Kind.MEASURED, example={"kernel_size": 1}, shows=(linear,))
def is_linear_on_channels(kernel_size: Literal[1, 3] = 1) -> Run:
    """Say whether a convolution equals a linear layer on each place's channels, with the kernel's middle weights."""
    return settle(
        "Convolution beside a linear layer used at every place",
        Holds.IF_EQUAL,
        _not_linear,
        {"kernel_size": kernel_size},
        [{"kernel_size": 1}, {"kernel_size": 3}],
    )


def _not_linear(generator: torch.Generator, kernel_size: int) -> Tensor:
    x, weight = randn(generator, 1, 3, _SIZE, _SIZE), randn(generator, 4, 3, kernel_size, kernel_size)
    middle = weight[:, :, kernel_size // 2, kernel_size // 2]
    at_each_place = linear(x.permute(0, 2, 3, 1), middle).permute(0, 3, 1, 2)
    return torch.sub(functional.conv2d(x, weight, padding=kernel_size // 2), at_each_place)[0].flatten(1)


@function("conv.is_matrix_product", Kind.MEASURED, example={"between": "nothing"}, shows=(convolution_matrix,))
def is_matrix_product(between: Literal["nothing", "relu"] = "nothing", stride: Literal[1, 2] = 1) -> Run:
    """Say whether one fixed matrix, times the flattened image, gives what a convolution gives; or one with a ReLU."""
    return settle(
        "Convolution of an image beside the product of its matrix with the flattened image",
        Holds.IF_EQUAL,
        _not_a_product,
        {"between": between, "stride": stride},
        [{"between": "nothing", "stride": stride}, {"between": "relu", "stride": stride}],
    )


def _not_a_product(generator: torch.Generator, between: str, stride: int) -> Tensor:
    x, weight = randn(generator, 1, 2, _SIZE, _SIZE), randn(generator, 3, 2, 3, 3)
    y = functional.conv2d(x, weight, stride=stride, padding=1)
    y = y.relu() if between == "relu" else y
    matrix = convolution_matrix(weight, (_SIZE, _SIZE), stride, padding=1)
    return torch.sub(matrix @ x.flatten(), y.flatten()).reshape(y.shape[1], -1)


@function("conv.matrix_repeats_along_diagonals", Kind.MEASURED, example={"layer": "conv"}, shows=(convolution_matrix,))
def matrix_repeats_along_diagonals(
    layer: Literal["conv", "local", "linear"] = "conv", stride: Literal[1, 2] = 1
) -> Run:
    """Say whether each row of a layer's matrix is the row above moved by one cell (Toeplitz), for a row of cells.

    A locally connected layer has windows too, with weights of their own; a linear layer has no windows.
    """
    return settle(
        "Each row of the matrix beside the row above, moved by one cell",
        Holds.IF_EQUAL,
        _not_repeated,
        {"layer": layer, "stride": stride},
        [{"layer": each, "stride": stride} for each in ("conv", "local", "linear")],
    )


def _not_repeated(generator: torch.Generator, layer: str, stride: int) -> Tensor:
    weight = randn(generator, 1, 1, 1, 3)
    matrix = convolution_matrix(weight, (1, 2 * _SIZE), stride)
    if layer == "local":
        matrix = matrix.ne(0) * randn(generator, *matrix.shape)
    if layer == "linear":
        matrix = randn(generator, *matrix.shape)
    return torch.sub(matrix[1:, 1:], matrix[:-1, :-1])


@function("conv.can_undo_shuffled_pixels", Kind.MEASURED, example={"layer": "linear"}, shows=(unfold,))
def can_undo_shuffled_pixels(layer: Literal["linear", "conv"] = "linear") -> Run:
    """Say whether some weights let a layer give, for images with shuffled pixels, what it gave for the images.

    One order for all images, which is not told. The best weights are found by least squares over 60 images: a linear
    layer needs only its columns shuffled alike, a 3×3 convolution no longer finds its neighbours.
    """
    return settle(
        "Least-squares fit to the layer's outputs on shuffled images, and those outputs",
        Holds.IF_EQUAL,
        _not_undone,
        {"layer": layer},
        [{"layer": "conv" if layer == "linear" else "linear"}],
    )


def _not_undone(generator: torch.Generator, layer: str) -> Tensor:
    size = 5
    images, weight = randn(generator, 60, 1, size, size), randn(generator, 1, 1, 3, 3)
    order = torch.randperm(size**2, generator=generator).to(images.device)
    shuffled = images.flatten(2)[..., order].reshape(images.shape)
    wanted = functional.conv2d(images, weight, padding=1).flatten(1)
    known = shuffled.flatten(1)
    if layer == "conv":
        known, wanted = unfold(shuffled, 3, padding=1).mT.flatten(0, 1), wanted.reshape(-1, 1)
    return torch.sub(known @ (torch.linalg.pinv(known) @ wanted), wanted)


@function("conv.learns_kernel_from", Kind.MEASURED, example={"image": "random"}, shows=(unfold,))
def learns_kernel_from(image: Literal["random", "stripes", "constant"] = "random") -> Run:
    """Say whether one image and its edges tell the kernel [1, -1], by least squares over all windows.

    In a constant image all windows are alike, so that only the sum of the weights can be known.
    """
    return settle(
        "Kernel found, beside [1, -1]",
        Holds.IF_EQUAL,
        _other_kernel,
        {"image": image},
        [{"image": "random"}, {"image": "stripes"}, {"image": "constant"}],
        Thresholds(none=1e-9, some=1e-2),
    )


def _other_kernel(generator: torch.Generator, image: str) -> Tensor:
    edge = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    x = randn(generator, 1, 1, _SIZE, 8)
    if image == "stripes":
        x = torch.arange(8).remainder(4).lt(2).to(x).expand(1, 1, _SIZE, 8)
    if image == "constant":
        x = torch.ones_like(x)
    windows = unfold(x, (1, 2))[0].T
    found: Tensor = torch.linalg.pinv(windows) @ (windows @ edge.to(x))
    return torch.sub(found, edge.to(x))
