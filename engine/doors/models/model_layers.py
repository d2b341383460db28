"""``model.layer_*``: what one stage or layer of a network that is found by name holds and costs.

A stage ("inception3a", "layer2") stands for all layers in it.
"""

from typing import Annotated

import torch
from torch import nn

from engine.analysis.macs import hooked, layer_macs, run_in_eval_mode
from engine.analysis.params import num_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.models import zoo
from engine.registry import Kind, function

Name = Annotated[str, Length(1, 64)]
InputSize = Annotated[int, Between(1, 4096)]
_3A = {"name": "googlenet_paper", "layer": "inception3a"}


@function("model.layer_num_params", Kind.MODULE, example=_3A, shows=(num_params,))
def layer_num_params(name: Name, layer: Name) -> Run:
    """Return the trainable parameters of a stage ("inception3a") or a layer ("layer1.0.conv2") of a network.

    >>> layer_num_params("googlenet_paper", "inception3a").value
    163696
    """
    model = zoo.find(name)
    network = model.build()
    path = zoo.layer_of(name, network, layer)
    return Run(num_params(network.get_submodule(path)), lambda: [_rows(model, network, path)], "meta")


@function("model.layer_macs", Kind.MEASURED, example=_3A, shows=(layer_macs,))
def layer_macs_of(name: Name, layer: Name) -> Run:
    """Return the multiply-adds of a stage or a layer while its network runs once on an input of its published size."""
    model = zoo.find(name)
    network = model.build()
    path = zoo.layer_of(name, network, layer)
    counted: list[int] = []
    inside = list(network.get_submodule(path).modules())
    with hooked(inside, lambda module, given, output: counted.append(layer_macs(module, given, output))):
        run_in_eval_mode(network, *model.tensors())
    return Run(sum(counted), lambda: [_rows(model, network, path)], "meta")


@function("model.without_last", Kind.MODULE, example={"name": "resnet18", "children": 2})
def without_last(name: Name, children: Annotated[int, Between(1, 64)], size: InputSize | None = None) -> Run:
    """Return the output shape of ``nn.Sequential(*list(net.children())[:-n])`` on one image, n being ``children``.

    A sequence of the children runs what they do and nothing of the network's own ``forward``, such as a flattening.

    >>> without_last("resnet18", 2).value
    [512, 7, 7]
    """
    model = zoo.find(name)
    named = list(model.build().named_children())
    if children >= len(named):
        raise Refused(f"{name} has {len(named)} children ({', '.join(child for child, _ in named)}): drop fewer")
    kept = len(named) - children
    rows = [(child, type(module).__name__, place < kept) for place, (child, module) in enumerate(named)]
    try:
        shape = list(nn.Sequential(*(module for _, module in named[:kept]))(model.image(size)).shape[1:])
    except RuntimeError as failure:
        raise Refused(f"{name} without its last {children} cannot run: {str(failure).splitlines()[0]}") from None
    return Run(shape, lambda: [Table(f"Children of {name}", ("child", "type", "kept"), rows)], "meta")


def _rows(model: zoo.Model, network: nn.Module, path: str) -> Table:
    """Return the layers inside of ``path`` in the order in which they run."""
    with torch.no_grad():
        ran = layer_table(network, *model.tensors())
    inside = [row for row in ran if row.name == path or row.name.startswith(path + ".")]
    rows = [(row.name, row.type, sizes(row.output_shape[1:]), row.params, row.macs) for row in inside]
    total = ("total", "", "", sum(row.params for row in inside), sum(row.macs for row in inside))
    columns = ("layer", "type", "output shape", "parameters", "MACs")
    return Table(f"{model.name}: {path}", columns, [*rows, total])
