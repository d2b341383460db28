"""An oracle for quick tests: a few engine functions in plain Python, run at once."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from dlquiz.core.oracle import Call, Failed, LegKind, Outcome, Ran


class DeclinedError(ValueError):
    """What a fake function does not take."""


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the places where the kernel fits, one by one."""
    span = dilation * (kernel_size - 1) + 1
    places = range(-padding, size + padding - span + 1, stride)
    if not places:
        raise DeclinedError(f"a kernel of {span} does not fit into {size + 2 * padding}")
    return len(places)


def conv_num_params(in_channels: int, out_channels: int, kernel_size: int, bias: bool = True) -> int:
    """Add up filter by filter."""
    return sum(in_channels * kernel_size**2 + bias for _ in range(out_channels))


def linear_output_shape(shape: Sequence[int], out_features: int) -> list[int]:
    return [*shape[:-1], out_features]


def sigmoid(x: float) -> float:
    return 1 / (1 + 2.718281828459045**-x)


def depends_on_rest_of_batch(layer: str, training: bool = True) -> bool:
    return layer == "batch" and training


def stack_output_size(layers: Sequence[Mapping[str, Any]], input_shape: Sequence[int]) -> int:
    """Go through the layers; all of them are windows."""
    size = input_shape[1]
    for layer in layers:
        default = layer["kernel_size"] if layer["layer"] == "MaxPool2d" else 1
        size = conv_output_size(size, layer["kernel_size"], layer.get("stride", default), layer.get("padding", 0))
    return size


def stack_num_params(layers: Sequence[Mapping[str, Any]], input_shape: Sequence[int]) -> int:
    """Add up the convolutions."""
    channels, found = input_shape[0], 0
    for layer in layers:
        if layer["layer"] == "Conv2d":
            out_channels = layer.get("out_channels", channels)
            found += conv_num_params(channels, out_channels, layer["kernel_size"])
            channels = out_channels
    return found


FUNCTIONS: Mapping[str, tuple[LegKind, Callable[..., Any]]] = {
    "conv.output_size": ("module", conv_output_size),
    "conv.derived_output_size": ("closed_form", conv_output_size),
    "conv.num_params": ("module", conv_num_params),
    "linear.output_shape": ("module", linear_output_shape),
    "stack.output_size": ("module", stack_output_size),
    "stack.derived_size": ("closed_form", stack_output_size),
    "stack.num_params": ("module", stack_num_params),
    "activation.value": ("measured", sigmoid),
    "norm.depends_on_rest_of_batch": ("measured", depends_on_rest_of_batch),
    "norm.name": ("measured", lambda layer: f"{layer} norm"),
}


class FakeOracle:
    """Runs every batch when it is submitted; ``calls`` are all calls that were ever submitted, in order."""

    def __init__(self, functions: Mapping[str, tuple[LegKind, Callable[..., Any]]] = FUNCTIONS):
        self.functions = functions
        self.calls: list[Call] = []

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        self.calls += calls
        future: Future[Sequence[Outcome]] = Future()
        future.set_result([self.run(call) for call in calls])
        return future

    def run(self, call: Call) -> Outcome:
        if call.function not in self.functions:
            return Failed(call, "refused", f"there is no engine function '{call.function}'")
        kind, function = self.functions[call.function]
        begun = time.perf_counter()
        try:
            value = function(**call.arguments)
        except (DeclinedError, TypeError) as error:
            return Failed(call, "refused", str(error))
        return Ran(call, value, kind, "cpu", 1000 * (time.perf_counter() - begun))
