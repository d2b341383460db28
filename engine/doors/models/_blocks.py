"""A block of layers on one image: its output shape, its multiply-adds, its parameters, and a table of its layers."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import nn

from engine.analysis.macs import macs
from engine.analysis.output_shape import META, check_elements, output_shape
from engine.analysis.params import num_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.evidence import Block, Run, Table

Build = Callable[[], nn.Module]
BlockChannels = Annotated[int, Between(1, 4096)]
BlockSize = Annotated[int, Between(1, 4096)]


def built(build: Build, place: torch.device = META) -> nn.Module:
    """Return the block on ``place``, in evaluation mode."""
    with place:
        return build().eval()


def shape_of(build: Build, image: tuple[int, int, int]) -> Run:
    """Run the block on one image [C, H, W] and return its output's shape; a large one runs on the meta device."""
    check_elements("an input", image)
    work = macs(built(build), _on_meta(image))
    ran = output_shape(lambda place: built(build, place), (1, *image), work)
    return Run(list(ran.shape[1:]), lambda: [_layers(build, image)], str(ran.device))


def macs_of(build: Build, image: tuple[int, int, int]) -> Run:
    """Run the block on the meta device and return the multiply-adds that hooks counted."""
    check_elements("an input", image)
    total = macs(built(build), _on_meta(image))
    return Run(total, lambda: [_layers(build, image)], str(META))


def params_of(build: Build) -> Run:
    """Build the block on the meta device and count its trainable parameters."""
    block = built(build)
    return Run(num_params(block), lambda: [_parameters(block)], str(META))


def _on_meta(image: tuple[int, int, int]) -> torch.Tensor:
    return torch.empty(1, *image, device=META)


def _layers(build: Build, image: tuple[int, int, int]) -> Block:
    """Return the layers in the order in which they run, the totals last."""
    ran = layer_table(built(build), _on_meta(image))
    rows = [(row.name, row.type, sizes(row.output_shape[1:]), row.params, row.macs) for row in ran]
    total = ("total", "", "", sum(row.params for row in ran), sum(row.macs for row in ran))
    columns = ("layer", "type", "output shape", "parameters", "MACs")
    return Table("Layer by layer", columns, [("input", "", sizes(image), 0, 0), *rows, total])


def _parameters(block: nn.Module) -> Block:
    rows = [(name, sizes(parameter.shape), parameter.numel()) for name, parameter in block.named_parameters()]
    total = ("total", "", sum(numel for *_, numel in rows))
    return Table("Parameters", ("tensor", "shape", "elements"), [*rows, total])
