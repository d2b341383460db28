"""One two-dimensional layer on one image: its output shape, its MACs and its parameters as runs with evidence."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from engine.analysis.macs import macs
from engine.analysis.output_shape import META, output_shape
from engine.analysis.params import num_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.evidence import Run, Table

Make = Callable[[torch.device], nn.Module]


class Layer2d(NamedTuple):
    """How to build a layer, what goes into it, and what a real run would cost."""

    make: Make
    input_shape: tuple[int, int, int, int]
    work: int


def shape_run(layer: Layer2d) -> Run:
    """Run the layer and return its output shape [C, H, W]."""
    ran = output_shape(layer.make, layer.input_shape, layer.work)
    return Run(list(ran.shape[1:]), lambda: [_table(layer)], str(ran.device))


def macs_run(layer: Layer2d) -> Run:
    """Run the layer on the meta device and return the MACs that the hooks counted."""
    total = macs(layer.make(META), torch.zeros(layer.input_shape, device=META))
    return Run(total, lambda: [_table(layer)], str(META))


def params_run(make: Make) -> Run:
    """Build the layer on the meta device and count its parameters."""
    layer = make(META)
    rows = [(name, sizes(parameter.shape), parameter.numel()) for name, parameter in layer.named_parameters()]
    return Run(num_params(layer), lambda: [Table("Parameters", ("tensor", "shape", "elements"), rows)], str(META))


def _table(layer: Layer2d) -> Table:
    ran = layer_table(layer.make(META), torch.zeros(layer.input_shape, device=META))
    rows = [(row.type, sizes(row.output_shape), row.params, row.macs) for row in ran]
    return Table(
        "Layer by layer", ("layer", "shape", "params", "MACs"), [("input", sizes(layer.input_shape), 0, 0), *rows]
    )
