"""What a convolution does to an image: shifts, channels, pixels, and which layers are one layer in disguise."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.arguments import Between, Length
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

_SIZE = 8


@function("conv.commutes_with_shift", Kind.MEASURED, example={})
def commutes_with_shift(layer: Literal["conv", "linear"] = "conv", stride: Literal[1, 2] = 1) -> Run:
    """Say whether an image moved by one cell gives the output moved by one cell; images go on round their edges.

    The linear layer has a weight for each pair of cells.
    """
    return settle(
        "Output of the moved image beside the moved output",
        Holds.IF_EQUAL,
        _not_moved_alike,
        {"layer": layer, "stride": stride},
        [{"layer": "conv", "stride": 1}, {"layer": "conv", "stride": 2}, {"layer": "linear", "stride": 1}],
    )


def _not_moved_alike(generator: torch.Generator, layer: str, stride: int) -> Tensor:
    x, kernel = randn(generator, 1, 1, _SIZE, _SIZE), randn(generator, 1, 1, 3, 3)
    dense = randn(generator, _SIZE**2, _SIZE**2)

    def output(image: Tensor) -> Tensor:
        if layer == "linear":
            return (dense @ image.flatten()).reshape(_SIZE, _SIZE)
        return functional.conv2d(functional.pad(image, (1, 1, 1, 1), "circular"), kernel, stride=stride)[0, 0]

    return torch.sub(output(x.roll(1, dims=-1)), output(x).roll(1, dims=-1))


@function("conv.is_operation", Kind.MEASURED, example={"operation": "cross-correlation"})
def is_operation(
    operation: Literal["cross-correlation", "convolution"] = "cross-correlation",
    kernel: Literal["any", "point-symmetric"] = "any",
) -> Run:
    """Say whether ``conv2d`` is this: sums of products with the kernel as it is, or first rotated by 180 degrees.

    A point-symmetric kernel is one that such a rotation leaves as it was.
    """
    return settle(
        "conv2d beside the sums, written out",
        Holds.IF_EQUAL,
        _other_operation,
        {"operation": operation, "kernel": kernel},
        [
            {"operation": "cross-correlation", "kernel": "any"},
            {"operation": "convolution", "kernel": "any"},
        ],
    )


def _other_operation(generator: torch.Generator, operation: str, kernel: str) -> Tensor:
    x, weight = randn(generator, _SIZE, _SIZE), randn(generator, 3, 3)
    if kernel == "point-symmetric":
        weight = weight + weight.flip((0, 1))
    taken = weight.flip((0, 1)) if operation == "convolution" else weight
    written_out = torch.zeros(_SIZE - 2, _SIZE - 2).to(x)
    for row in range(_SIZE - 2):
        for column in range(_SIZE - 2):
            written_out[row, column] = (x[row : row + 3, column : column + 3] * taken).sum()
    return torch.sub(functional.conv2d(x[None, None], weight[None, None])[0, 0], written_out)


@function("conv.commutes_with_shuffling_pixels", Kind.MEASURED, example={"kernel_size": 1})
def commutes_with_shuffling_pixels(kernel_size: Literal[1, 3] = 1) -> Run:
    """Say whether shuffling the pixels before the convolution gives its output, shuffled alike."""
    return settle(
        "Output of the shuffled image beside the shuffled output",
        Holds.IF_EQUAL,
        _mixed_pixels,
        {"kernel_size": kernel_size},
        [{"kernel_size": 1}, {"kernel_size": 3}],
    )


def _mixed_pixels(generator: torch.Generator, kernel_size: int) -> Tensor:
    x, weight = randn(generator, 1, 3, _SIZE, _SIZE), randn(generator, 4, 3, kernel_size, kernel_size)
    order = torch.randperm(_SIZE**2, generator=generator)

    def shuffled(image: Tensor) -> Tensor:
        return image.flatten(2)[..., order].reshape(image.shape)

    def output(image: Tensor) -> Tensor:
        return functional.conv2d(image, weight, padding=kernel_size // 2)

    return torch.sub(output(shuffled(x)), shuffled(output(x)))[0].flatten(1)


@function("conv.channel_reaches_every_output", Kind.MEASURED, example={"groups": 1})
def channel_reaches_every_output(
    groups: Literal[1, 2, 4] = 1, shuffled: bool = False, layers: Literal[1, 2] = 1
) -> Run:
    """Say whether changing one of 4 input channels changes every output channel of 1×1 convolutions with ``groups``.

    ``shuffled`` puts a channel shuffle between the two layers.
    """
    return settle(
        "Output channels that the first input channel does not reach (1) and those that it does (0)",
        Holds.IF_EQUAL,
        _unreached,
        {"groups": groups, "shuffled": shuffled, "layers": layers},
        [{"groups": 1, "shuffled": False, "layers": layers}, {"groups": 2, "shuffled": False, "layers": layers}],
    )


def _unreached(generator: torch.Generator, groups: int, shuffled: bool, layers: int) -> Tensor:
    x = randn(generator, 1, 4, 2, 2)
    weights = [randn(generator, 4, 4 // groups, 1, 1) for _ in range(layers)]
    changed = x.clone()
    changed[:, 0] += 1

    def output(image: Tensor) -> Tensor:
        for number, weight in enumerate(weights):
            image = functional.conv2d(image, weight, groups=groups)
            if shuffled and number + 1 < layers:
                image = nn.ChannelShuffle(groups)(image)
        return image

    moved = torch.sub(output(changed), output(x))[0].flatten(1).abs().amax(1)
    return moved.le(1e-9).double()


@function("conv.two_layers_are_one", Kind.MEASURED, example={"between": "nothing"})
def two_layers_are_one(between: Literal["nothing", "relu"] = "nothing") -> Run:
    """Say whether a 3×3 and then a 1×1 convolution equal one 3×3 convolution with the product of their weights."""
    return settle(
        "Both layers beside the one that is to replace them",
        Holds.IF_EQUAL,
        _not_fused,
        {"between": between},
        [{"between": "relu" if between == "nothing" else "nothing"}],
    )


def _not_fused(generator: torch.Generator, between: str) -> Tensor:
    x, first, second = randn(generator, 1, 3, _SIZE, _SIZE), randn(generator, 5, 3, 3, 3), randn(generator, 4, 5, 1, 1)
    hidden = functional.conv2d(x, first)
    both = functional.conv2d(hidden.relu() if between == "relu" else hidden, second)
    fused = torch.einsum("om,mihw->oihw", second[:, :, 0, 0], first)
    return torch.sub(both, functional.conv2d(x, fused))[0].flatten(1)


@function("conv.sees_every_cell", Kind.MEASURED, example={"dilations": [1, 2, 4]})
def sees_every_cell(dilations: Annotated[Sequence[Annotated[int, Between(1, 16)]], Length(1, 6)]) -> Run:
    """Say whether one output of a stack of 3-wide kernels with these dilations feels each cell inside its field.

    All weights are 1, so that no paths cancel.
    """
    return settle(
        "Cells between the first and the last one seen that have no gradient (1), and those that have (0)",
        Holds.IF_EQUAL,
        _holes,
        {"dilations": list(dilations)},
        [{"dilations": [1, 2, 4]}, {"dilations": [2, 2, 2]}],
    )


def _holes(generator: torch.Generator, dilations: Sequence[int]) -> Tensor:
    x = randn(generator, 1, 1, 2 * sum(dilations) + 1).requires_grad_()
    y = x
    for dilation in dilations:
        y = functional.conv1d(y, torch.ones(1, 1, 3).to(y), dilation=dilation)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    return gradient[0].eq(0).double()


@function("conv.padding_can_keep_size", Kind.MEASURED, example={"kernel_size": 3})
def padding_can_keep_size(kernel_size: Annotated[int, Between(1, 15)] = 3) -> Run:
    """Say whether some padding, the same on both sides, lets a stride-1 convolution keep the size of its input."""
    return settle(
        "Least difference of output and input size over all paddings",
        Holds.IF_EQUAL,
        _size_lost,
        {"kernel_size": kernel_size},
        [{"kernel_size": 3}, {"kernel_size": 4}],
    )


def _size_lost(generator: torch.Generator, kernel_size: int) -> Tensor:
    x, weight = randn(generator, 1, 1, 16), torch.ones(1, 1, kernel_size).double()
    sizes = [functional.conv1d(x, weight.to(x), padding=padding).shape[-1] for padding in range(kernel_size)]
    return torch.tensor([min(abs(size - 16) for size in sizes)]).double()
