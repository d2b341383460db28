"""Questions about whole networks: each is built by name on the meta device, then counted or run.

Sizes are the height and width of a square image, or the length of each sequence; without one, a network gets the size
of its paper. Counts are of the published network: with 1000 classes, a LeNet with its 10, BERT with its 30,522 tokens.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Literal

import torch
from torch import nn

from engine.analysis import macs as mac_counter
from engine.analysis import params as param_counter
from engine.analysis.depth import longest_path
from engine.analysis.shapes import LayerRow, first_shape, layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Blocks, Run, Table, Text
from engine.models import layer_types, zoo
from engine.registry import Kind, function

Name = Annotated[str, Length(1, 64)]
InputSize = Annotated[int, Between(1, 4096)]
LayerName = Annotated[str, Length(1, 64)]
LayerType = Annotated[str, Length(1, 64)]
"""The name of a class of layers: one of torch's, or one of ours, such as "BasicBlock"."""


@function("model.num_params", Kind.MODULE, example={"name": "resnet50"}, shows=(param_counter.num_params,))
def num_params(name: Name) -> Run:
    """Return the number of trainable parameters of a network.

    Convention: a BatchNorm's running statistics are not trained and do not count.
    """
    model = zoo.find(name)
    return _run(model, param_counter.num_params(model.build()))


@function("model.macs", Kind.MEASURED, example={"name": "resnet50"}, shows=(mac_counter.macs, mac_counter.layer_macs))
def macs(name: Name, size: InputSize | None = None) -> Run:
    """Return the multiply-adds of one forward pass of one image, or of one sequence of each kind.

    Convention: convolutions, linear layers and matrix products between tensors, as in attention, count. One
    multiply-add is one MAC, which papers often call a FLOP.
    """
    model = zoo.find(name)
    with _fitting(model, size):
        return _run(model, mac_counter.macs(model.build(), *model.tensors(size)), size)


@function("model.stages", Kind.MODULE, example={"name": "resnet50"})
def stages(name: Name, size: InputSize | None = None) -> Run:
    """Return each stage of a network with the shape of its output, such as ["layer1", [256, 56, 56]]."""
    model = zoo.find(name)
    network = model.build()
    layers = zoo.stages_of(network)
    shapes = _output_shapes(model, network, set(layers.values()), size)
    rows = [(stage, sizes(shapes[layer])) for stage, layer in layers.items()]
    table = Table(f"{name}: stages", ["stage", "output shape"], rows)
    return Run([[stage, shapes[layer]] for stage, layer in layers.items()], lambda: [table], device="meta")


@function("model.output_shape", Kind.MODULE, example={"name": "vgg16", "layer": "block5"})
def output_shape(name: Name, layer: LayerName, size: InputSize | None = None) -> Run:
    """Return the shape, without the batch, of what a stage or a layer ("layer1.0.conv2") gives."""
    model = zoo.find(name)
    network = model.build()
    path = zoo.layer_of(name, network, layer)
    return _run(model, _output_shapes(model, network, {path}, size)[path], size)


@function("model.weight_shape", Kind.MODULE, example={"name": "alexnet_original_grouped", "layer": "conv2"})
def weight_shape(name: Name, layer: LayerName) -> Run:
    """Return the shape of a layer's weight: (out_channels, in_channels/groups, height, width) of a convolution."""
    model = zoo.find(name)
    network = model.build()
    path = zoo.layer_of(name, network, layer)
    weight = getattr(network.get_submodule(path), "weight", None)
    if not isinstance(weight, torch.Tensor):
        first = next(path for path, _ in network.named_parameters()).rpartition(".")[0]
        raise Refused(f"'{layer}' of {name} has no weight of its own; the first layer that has one is '{first}'")
    return _run(model, list(weight.shape))


@function("model.depth", Kind.MODULE, example={"name": "resnet18"}, shows=(longest_path,))
def depth(name: Name, size: InputSize | None = None) -> Run:
    """Return the number of convolutions and linear layers on a network's longest path: the 18 of ResNet-18."""
    model = zoo.find(name)
    with _fitting(model, size):
        path = longest_path(model.build(), *model.tensors(size))
    table = Table(f"{name}: the longest path", ["depth", "layer"], list(enumerate(path, start=1)))
    return Run(len(path), lambda: [table], device="meta")


@function("model.count", Kind.MODULE, example={"name": "alexnet", "layer_type": "ReLU"})
def count(name: Name, layer_type: LayerType) -> Run:
    """Return how often layers of a type run in one forward pass; one that is used twice counts twice.

    >>> count("resnet18", "BasicBlock").value
    8
    """
    model = zoo.find(name)
    layer_types.check(layer_type)
    network, ran = model.build(), []
    with mac_counter.hooked(network.modules(), lambda layer, given, output: ran.append(type(layer).__name__)):
        mac_counter.run_in_eval_mode(network, *model.tensors())
    return _run(model, ran.count(layer_type))


@function("model.fc_share", Kind.MODULE, example={"name": "vgg16", "of": "params"})
def fc_share(name: Name, of: Literal["params", "macs"] = "params", size: InputSize | None = None) -> Run:
    """Return the fraction of a network's parameters, or of its multiply-adds, that its linear layers hold.

    Convention: heads that run in training only do not count.
    """
    model = zoo.find(name)
    rows = _rows(model, size)
    linear = sum(getattr(row, of) for row in rows if row.type == "Linear")
    return _run(model, linear / sum(getattr(row, of) for row in rows), size)


def _run(model: zoo.Model, value: Any, size: int | None = None) -> Run:
    return Run(value, partial(_layer_evidence, model, size), device="meta")


def _layer_evidence(model: zoo.Model, size: int | None) -> Blocks:
    """Return the table of all layers, the totals last."""
    rows = _rows(model, size)
    cells = [(row.name, row.type, sizes(row.output_shape[1:]), row.params, row.macs) for row in rows]
    params = param_counter.num_params(model.build())
    idle = params - sum(row.params for row in rows)
    side = [("(heads that run in training only)", "", "", idle, 0)] if idle else []
    total = ("total", "", "", params, sum(row.macs for row in rows))
    return [
        Text(f"{model.name} was built on the meta device and run on {model.describe(size)}."),
        Table(f"{model.name}: layers", ["layer", "type", "output shape", "parameters", "MACs"], [*cells, *side, total]),
    ]


def _rows(model: zoo.Model, size: int | None = None) -> list[LayerRow]:
    with _fitting(model, size):
        return layer_table(model.build(), *model.tensors(size))


def _output_shapes(
    model: zoo.Model, network: nn.Module, layers: Iterable[str], size: int | None
) -> dict[str, list[int]]:
    """Return the output shape of each named layer, without the batch."""
    names = {network.get_submodule(layer): layer for layer in layers}
    shapes: dict[str, list[int]] = {}

    def note(layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        shapes[names[layer]] = list(first_shape(output)[1:])

    with _fitting(model, size), mac_counter.hooked(names, note):
        mac_counter.run_in_eval_mode(network, *model.tensors(size))
    return shapes


@contextmanager
def _fitting(model: zoo.Model, size: int | None) -> Iterator[None]:
    """Say in a sentence that an input is too small, which torch reports from deep inside of the network."""
    try:
        yield
    except RuntimeError as failure:
        reason = str(failure).splitlines()[0]
        raise Refused(f"{model.name}, made for {model.size}, cannot take {model.sized(size)}: {reason}") from None
