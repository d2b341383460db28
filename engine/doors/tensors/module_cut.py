"""``module.*``: networks cut at their children, and frozen in part."""

from collections.abc import Sequence
from typing import Annotated

from torch import nn

from engine.analysis.macs import run_in_eval_mode
from engine.analysis.params import num_params
from engine.arguments import Between, Length
from engine.errors import Refused, nearest
from engine.evidence import Run, Table
from engine.models import zoo
from engine.registry import Kind, function
from engine.tensors import freezing
from engine.tensors.module_slicing import children, cut, sliced

Name = Annotated[str, Length(1, 64)]
Bound = Annotated[int, Between(-100, 100)] | None
InputSize = Annotated[int, Between(32, 1024)]
_CUT = {"name": "resnet18", "stop": -2}
_SHOWS = (cut, sliced)


@function("module.children", Kind.MODULE, example={"name": "resnet18"}, shows=(children,))
def all_children(name: Name) -> Run:
    """Return the names of a network's direct children, in order."""
    network = zoo.find(name).build()
    return Run(children(network), lambda: [_children_table(network, None, None)], "meta")


@function("module.kept", Kind.MODULE, example=_CUT, shows=_SHOWS)
def kept(name: Name, start: Bound = None, stop: Bound = None) -> Run:
    """Return the names of the children that ``list(net.children())[start:stop]`` keeps.

    >>> kept("resnet18", start=5, stop=-2).value
    ['layer2', 'layer3', 'layer4']
    """
    network = zoo.find(name).build()
    names = {layer: child for child, layer in network.named_children()}
    found = [names[layer] for layer in sliced(network, start, stop)]
    return Run(found, lambda: [_children_table(network, start, stop)], "meta")


@function("module.num_kept", Kind.MODULE, example=_CUT, shows=_SHOWS)
def num_kept(name: Name, start: Bound = None, stop: Bound = None) -> Run:
    """Return how many children ``[start:stop]`` keeps.

    >>> num_kept("resnet18", stop=-2).value
    8
    """
    network = zoo.find(name).build()
    return Run(len(sliced(network, start, stop)), lambda: [_children_table(network, start, stop)], "meta")


@function("module.cut_output_shape", Kind.MODULE, example=_CUT, shows=_SHOWS)
def cut_output_shape(name: Name, stop: Bound = None, size: InputSize | None = None) -> Run:
    """Return the shape, without the batch, that the chain of the children ``[:stop]`` gives for an image.

    >>> cut_output_shape("resnet18", stop=-2).value, cut_output_shape("resnet18", stop=-1, size=64).value
    ([512, 7, 7], [512, 1, 1])
    """
    model = zoo.find(name)
    network = model.build()
    chain = sliced(network, stop=stop)
    try:
        found = run_in_eval_mode(chain, model.image(size))
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise Refused(f"the chain of these children of {name} does not run: {reason}") from error
    return Run(list(found.shape[1:]), lambda: [_children_table(network, None, stop)], "meta")


@function(
    "module.trainable_params",
    Kind.MODULE,
    example={"name": "resnet18", "unfreeze": ["layer4", "fc"]},
    shows=(freezing.freeze, freezing.unfreeze, freezing.trainable),
)
def trainable_params(name: Name, unfreeze: Annotated[Sequence[Name], Length(0, 16)] = ()) -> Run:
    """Return how many parameters training can change once all are frozen and these submodules unfrozen again.

    >>> trainable_params("resnet18", unfreeze=["fc"]).value
    513000
    """
    network = zoo.find(name).build()
    _thaw(name, network, unfreeze)
    rows = [
        (child, sum(p.numel() for p in layer.parameters()), num_params(layer))
        for child, layer in network.named_children()
    ]
    rows.append(("total", sum(p.numel() for p in network.parameters()), num_params(network)))
    return Run(num_params(network), lambda: [Table(name, ["child", "parameters", "trainable"], rows)], "meta")


def _thaw(name: str, network: nn.Module, submodules: Sequence[str]) -> None:
    known = dict(network.named_modules())
    for submodule in submodules:
        if submodule not in known or not submodule:
            raise Refused(f"{name} has no submodule '{submodule}'{nearest(submodule, known)}")
    freezing.freeze(network)
    freezing.unfreeze(network, submodules)


def _children_table(network: nn.Module, start: int | None, stop: int | None) -> Table:
    found = cut(children(network), start, stop)
    layers = dict(network.named_children())
    rows = [
        (index, name, type(layers[name]).__name__, "kept" if name in found.kept else "dropped")
        for index, name in enumerate(layers)
    ]
    return Table("Children", ["index", "name", "type", "slice"], rows)
