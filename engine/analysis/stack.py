"""A stack of layers, given as records: built in torch one after the other, each with the shape that reaches it.

What a layer takes in may be left out: it is whatever arrives. So may ``out_channels``, which is then the number that
arrives. Everything is bounded and tried on the meta device first, which holds no numbers, so no stack is too large to
be refused.
"""

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import torch
from torch import nn

from engine.analysis.output_shape import META
from engine.analysis.sizes import sizes
from engine.analysis.window import (
    Window,
    check_conv,
    check_conv_transpose,
    check_groups,
    check_pool,
    pair,
    transposed_size,
    windows,
)
from engine.arguments import Between, Channels, Dilation2d, Groups, KernelSize2d, Length, Padding2d, Size, Stride2d
from engine.errors import Refused, nearest

_CPU = torch.device("cpu")
MOST_LAYERS = 12
MOST_ELEMENTS = 10**8
"""The most elements that an input, an output or the weights of one layer may have."""

LayerName = Literal[
    "Conv2d",
    "ConvTranspose2d",
    "MaxPool2d",
    "AvgPool2d",
    "AdaptiveAvgPool2d",
    "BatchNorm2d",
    "GroupNorm",
    "LayerNorm",
    "ReLU",
    "GELU",
    "Sigmoid",
    "Tanh",
    "Dropout",
    "Flatten",
    "Linear",
]
Axis = Annotated[int, Between(-4, 4)]
Positive = Annotated[float, Between(1e-12, 1)]


class StackLayer(NamedTuple):
    """One layer with torch's argument names; None stands for what is left out."""

    layer: LayerName
    in_channels: Channels | None = None
    out_channels: Channels | None = None
    kernel_size: KernelSize2d | None = None
    stride: Stride2d | None = None
    padding: Padding2d | None = None
    output_padding: Padding2d | None = None
    dilation: Dilation2d | None = None
    groups: Groups | None = None
    bias: bool | None = None
    ceil_mode: bool | None = None
    count_include_pad: bool | None = None
    output_size: Size | tuple[Size, Size] | None = None
    num_features: Channels | None = None
    num_groups: Groups | None = None
    num_channels: Channels | None = None
    normalized_shape: Size | Annotated[Sequence[Size], Length(1, 3)] | None = None
    eps: Positive | None = None
    momentum: Annotated[float, Between(0, 1)] | None = None
    affine: bool | None = None
    elementwise_affine: bool | None = None
    p: Annotated[float, Between(0, 1)] | None = None
    start_dim: Axis | None = None
    end_dim: Axis | None = None
    in_features: Channels | None = None
    out_features: Channels | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that are not left out."""
        return {name: value for name, value in self._asdict().items() if name != "layer" and value is not None}


Layers = Annotated[Sequence[StackLayer], Length(1, MOST_LAYERS)]
Shape = tuple[int, ...]


class Step(NamedTuple):
    """One layer of a stack: its class, all its arguments, and the shape that it gives, without the batch."""

    make: type[nn.Module]
    arguments: Mapping[str, Any]
    output: Shape


class Stack(NamedTuple):
    """Layers that fit one another, and the shape that goes in, without the batch."""

    input_shape: Shape
    steps: Sequence[Step]

    @property
    def output_shape(self) -> Shape:
        """What comes out, without the batch."""
        return self.steps[-1].output

    def module(self, device: torch.device) -> nn.Module:
        """Build the layers in evaluation mode; the global random state is left as it was."""
        with torch.random.fork_rng(devices=[]), META if device == META else _CPU:
            return nn.Sequential(*(step.make(**step.arguments) for step in self.steps)).eval().to(device)


def build(layers: Sequence[StackLayer], input_shape: Sequence[int]) -> Stack:
    """Return the stack for an input of ``input_shape``: [C, H, W], or [features].

    Raises:
        Refused: a layer does not fit what arrives, takes no such argument, or is too large; the text names the layer.

    >>> build([StackLayer("Conv2d", kernel_size=7, stride=2, padding=3)], [3, 224, 224]).output_shape
    (3, 112, 112)
    """
    shape = tuple(input_shape)
    _check_elements("the input", shape)
    steps: list[Step] = []
    for number, record in enumerate(layers, start=1):
        try:
            steps.append(_step(record, shape))
        except Refused as refusal:
            raise Refused(f"layer {number}, {record.layer}: {refusal}") from refusal.__cause__
        shape = steps[-1].output
    return Stack(tuple(input_shape), steps)


def _step(record: StackLayer, shape: Shape) -> Step:
    make: type[nn.Module] = getattr(nn, record.layer)
    if record.layer.endswith("2d") and len(shape) != 3:
        raise Refused(f"it needs channels, height and width, and {sizes(shape)} arrives")
    arguments = _completed(make, record.given, shape)
    _check_fits(record.layer, arguments, shape)
    with torch.no_grad(), META:
        try:
            module = make(**arguments).eval()
            output = tuple(module(torch.zeros(1, *shape)).shape[1:])
        except (RuntimeError, ValueError, IndexError) as error:
            raise Refused(f"torch refuses it: {str(error).splitlines()[0]}") from error
    _check_elements("its output", output)
    for name, weight in module.named_parameters():
        _check_elements(f"its {name}", tuple(weight.shape))
    return Step(make, arguments, output)


def _completed(make: type[nn.Module], given: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """Return the arguments with what arrives filled in; refuse unknown, missing and contradicting ones."""
    takes = _parameters(make)
    for name in given:
        if name not in takes:
            raise Refused(f"it takes no argument '{name}'{nearest(name, takes)}")
    arguments = dict(given)
    arriving = dict.fromkeys(("in_channels", "num_features", "num_channels"), shape[0])
    for name, count in {**arriving, "in_features": shape[-1]}.items():
        if name in takes and arguments.setdefault(name, count) != count:
            raise Refused(f"{name} is {arguments[name]}, and {count} arrive")
    if "out_channels" in takes:
        arguments.setdefault("out_channels", shape[0])
    for name, parameter in takes.items():
        if parameter.default is parameter.empty and name not in arguments:
            raise Refused(f"{name} is missing")
    return arguments


def _check_fits(layer: str, arguments: Mapping[str, Any], shape: Shape) -> None:
    """Refuse what torch's real run refuses and its meta run does not, or not in words that explain it."""
    if layer == "GroupNorm" and shape[0] % arguments["num_groups"]:
        raise Refused(f"num_groups {arguments['num_groups']} does not divide the {shape[0]} channels that arrive")
    if "groups" in arguments:
        check_groups(arguments["in_channels"], arguments["out_channels"], arguments["groups"])
    if "kernel_size" in arguments:
        _check_windows(layer, arguments, shape[-2:])


def _check_windows(layer: str, arguments: Mapping[str, Any], image: Shape) -> None:
    kernel_size = arguments["kernel_size"]
    stride = arguments.get("stride", kernel_size if layer in ("MaxPool2d", "AvgPool2d") else 1)
    both = windows(kernel_size, stride, arguments.get("padding", 0), arguments.get("dilation", 1))
    rest = pair(arguments.get("output_padding", 0))
    grown = [arguments.get("out_channels", 1)]
    for size, window, output_padding, axis in zip(image, both, rest, ("height: ", "width: "), strict=True):
        if layer == "Conv2d":
            check_conv(size, window, axis)
        elif layer == "ConvTranspose2d":
            check_conv_transpose(size, window, output_padding, axis)
            grown.append(transposed_size(size, window, output_padding))
        else:
            check_pool(size, window, bool(arguments.get("ceil_mode")), axis)
    _check_elements("its output", tuple(grown))  # here, because a transposed convolution can overflow 64 bits


def _check_elements(what: str, shape: Shape) -> None:
    if math.prod(shape) > MOST_ELEMENTS:
        raise Refused(f"{what} of {sizes(shape)} has more than {MOST_ELEMENTS:,} elements; use smaller sizes")


def _parameters(make: type[nn.Module]) -> Mapping[str, inspect.Parameter]:
    """Return what a class of layers takes, but for the device and the type of its numbers."""
    found = inspect.signature(make).parameters
    return {name: one for name, one in found.items() if name not in ("device", "dtype", "args", "kwargs")}


def along_the_axes(stack: Sequence[StackLayer]) -> tuple[list[Window], list[Window]]:
    """Return the windows of a stack along the height and along the width; layers that look at one cell have none.

    Raises:
        Refused: a layer is no window of one size, so that no receptive field can be told of it.
    """
    found: list[tuple[Window, Window]] = []
    for number, record in enumerate(stack, start=1):
        if record.layer in ("Conv2d", "MaxPool2d", "AvgPool2d"):
            found.append(_both_windows(record, number))
        elif record.layer not in ("BatchNorm2d", "ReLU", "GELU", "Sigmoid", "Tanh", "Dropout"):
            raise Refused(
                f"layer {number}, {record.layer}: a receptive field is told of convolutions, poolings and layers that "
                "look at one cell"
            )
    return [height for height, _ in found], [width for _, width in found]


def _both_windows(record: StackLayer, number: int) -> tuple[Window, Window]:
    if record.kernel_size is None:
        raise Refused(f"layer {number}, {record.layer}: kernel_size is missing")
    stride = record.stride or (1 if record.layer == "Conv2d" else record.kernel_size)
    return windows(record.kernel_size, stride, record.padding or 0, record.dilation or 1)
