"""The table of layers says what torch's signatures say, and bounds each argument as the engine does."""

import inspect
from typing import Any, get_args

import pytest
from torch import nn

from dlquiz.core.building.layers import LAYERS, Layer, LayerName, Parameter
from dlquiz.core.building.stack import MOST_LAYERS
from engine.analysis import stack
from engine.argument_readers import Mismatch
from engine.argument_types import reader_for

ARRIVING = {"in_channels", "out_channels", "in_features", "num_features", "num_channels"}
NOT_READ = {
    "device",
    "dtype",
    "padding_mode",
    "inplace",
    "approximate",
    "divisor_override",
    "track_running_stats",
    "return_indices",
}
every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.name)
EVERY_PARAMETER = [(layer, parameter) for layer in LAYERS.values() for parameter in layer.parameters]
every_parameter = pytest.mark.parametrize(
    ("layer", "parameter"), EVERY_PARAMETER, ids=[f"{layer.name}-{one.name}" for layer, one in EVERY_PARAMETER]
)


def signature(layer: Layer) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(getattr(nn, layer.name)).parameters)
    return {name: one for name, one in found.items() if name not in ("args", "kwargs")}


@every_layer
def test_arguments_without_names_stand_in_torchs_order(layer: Layer) -> None:
    ours = [parameter.name for parameter in layer.by_position]
    assert ours == list(signature(layer))[: len(ours)]


@every_layer
def test_nothing_of_torchs_is_forgotten(layer: Layer) -> None:
    left_out = signature(layer).keys() - {parameter.name for parameter in layer.parameters}
    newer = {"bias"} if layer.name in ("BatchNorm2d", "GroupNorm") else set()  # not in every torch that we run on
    assert left_out <= NOT_READ | newer


@every_parameter
def test_defaults_and_what_is_needed_are_torchs(layer: Layer, parameter: Parameter) -> None:
    torchs = signature(layer)[parameter.name].default
    if torchs is inspect.Parameter.empty:
        assert parameter.default is None
        assert parameter.needed is (parameter.name not in ARRIVING)
    else:
        assert (parameter.default, type(parameter.default)) == (torchs, type(torchs))
        assert not parameter.needed


def accepts(name: str, value: Any) -> bool:
    hints = stack.StackLayer.__annotations__
    try:
        reader_for(hints[name]).read(value, name)
    except Mismatch:
        return False
    return True


@every_parameter
def test_bounds_are_the_engines(layer: Layer, parameter: Parameter) -> None:
    edges: list[Any] = [True, 0, 0.5, 2.5, [3, 5], [1, 2, 3], [1, 2, 3, 4], []]
    if parameter.takes != "truth":
        step = 1 if parameter.takes != "decimal" else 1e-13
        low, high = parameter.low, parameter.high
        edges += [low, low - step, high, high + 1, [int(low), int(high)], [int(low) - 1, 3], [3, int(high) + 1]]
    for value in edges:
        assert parameter.accepts(value) == accepts(parameter.name, value), value


def test_both_sides_know_the_same_layers_and_how_many() -> None:
    assert tuple(LAYERS) == get_args(LayerName) == get_args(stack.LayerName)
    assert MOST_LAYERS == stack.MOST_LAYERS
    fields = set(stack.StackLayer._fields) - {"layer"}
    assert fields == {parameter.name for _, parameter in EVERY_PARAMETER}
