"""``densenet.*``: the channels, parameters and links of a dense block, and what a transition keeps."""

from functools import partial
from typing import Annotated

import torch
from torch import Tensor, nn

from engine.analysis.output_shape import META
from engine.arguments import Between
from engine.device import current
from engine.doors.models._blocks import BlockChannels, BlockSize, macs_of, params_of, shape_of
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.models.densenet import DenseBlock, DenseLayer, Transition
from engine.registry import Kind, function

NumLayers = Annotated[int, Between(1, 64)]
GrowthRate = Annotated[int, Between(1, 256)]
HalvedSize = Annotated[int, Between(2, 4096)]
Compression = Annotated[float, Between(0, 1)]
_WIDTHS = {"in_channels": 64, "growth_rate": 32}
_BLOCK = {"num_layers": 6, **_WIDTHS}
_SHOWS = (DenseBlock, DenseLayer)


@function("densenet.block_output_shape", Kind.MODULE, example={**_BLOCK, "size": 56}, shows=_SHOWS)
def block_output_shape(
    num_layers: NumLayers, in_channels: BlockChannels, growth_rate: GrowthRate, size: BlockSize = 8
) -> Run:
    """Return the output shape [C, H, W] of a dense block.

    >>> block_output_shape(6, 64, 32).value
    [256, 8, 8]
    """
    return shape_of(partial(DenseBlock, num_layers, in_channels, growth_rate), (in_channels, size, size))


@function("densenet.layer_in_channels", Kind.MODULE, example={**_WIDTHS, "layer": 3}, shows=_SHOWS)
def layer_in_channels(layer: NumLayers, in_channels: BlockChannels, growth_rate: GrowthRate) -> Run:
    """Return how many channels a layer of a dense block reads, the first layer being 1.

    >>> layer_in_channels(3, 64, 32).value
    128
    """
    with META:
        block = DenseBlock(layer, in_channels, growth_rate)
    widths = [module.conv1.in_channels for module in block.modules() if isinstance(module, DenseLayer)]
    rows = list(enumerate(widths, start=1))
    return Run(widths[-1], lambda: [Table("Channels that each layer reads", ("layer", "channels"), rows)], str(META))


@function("densenet.block_num_params", Kind.MODULE, example=_BLOCK, shows=_SHOWS)
def block_num_params(num_layers: NumLayers, in_channels: BlockChannels, growth_rate: GrowthRate) -> Run:
    """Return the parameters of a dense block, with its bottlenecks of four times the growth rate."""
    return params_of(partial(DenseBlock, num_layers, in_channels, growth_rate))


@function("densenet.block_macs", Kind.MEASURED, example={**_BLOCK, "size": 56}, shows=_SHOWS)
def block_macs(num_layers: NumLayers, in_channels: BlockChannels, growth_rate: GrowthRate, size: BlockSize) -> Run:
    """Return the multiply-adds of a dense block on one size × size image."""
    return macs_of(partial(DenseBlock, num_layers, in_channels, growth_rate), (in_channels, size, size))


@function("densenet.transition_shape", Kind.MODULE, example={"in_channels": 256, "size": 56}, shows=(Transition,))
def transition_shape(in_channels: BlockChannels, size: HalvedSize, compression: Compression = 0.5) -> Run:
    """Return the output shape [C, H, W] of a transition, which compresses the channels and halves the size.

    >>> transition_shape(256, 56).value
    [128, 28, 28]
    """
    if int(compression * in_channels) < 1:
        raise Refused(f"a compression of {compression:g} leaves none of {in_channels} channels; use a larger one")
    return shape_of(partial(Transition, in_channels, compression), (in_channels, size, size))


@function("densenet.links", Kind.MEASURED, example={"num_layers": 5}, shows=(DenseBlock,))
def links(num_layers: Annotated[int, Between(1, 32)]) -> Run:
    """Return how many links a dense block has: pairs of a layer and a source, input or layer, that it reads directly.

    The block is run with all convolutions silenced, so that only direct reading passes a gradient.

    >>> links(5).value
    15
    """
    read = _read_directly(num_layers)
    heatmap = Heatmap("Who reads what (row: layer; column: the input, then each layer)", read, "source", "layer")
    return Run(sum(sum(row) for row in read), lambda: [heatmap])


def _read_directly(num_layers: int) -> list[list[int]]:
    """Return for each layer and each source, the input and all layers, whether it is read: 1, or 0."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        block = DenseBlock(num_layers, 1, 1, bn_size=1)
    for parameter in block.to(current()).parameters():
        nn.init.zeros_(parameter)
    image = torch.ones(1, 1, 2, 2, device=current(), requires_grad=True)
    sources: list[Tensor] = [image]
    inputs: list[Tensor] = []
    for layer in block.layers:
        layer.register_forward_pre_hook(lambda module, given: inputs.append(given[0]))
        layer.register_forward_hook(lambda module, given, output: sources.append(output))
    block(image)
    return [_reached(x, sources) for x in inputs]


def _reached(x: Tensor, sources: list[Tensor]) -> list[int]:
    gradients = torch.autograd.grad(x.sum(), sources, retain_graph=True, allow_unused=True)
    return [int(gradient is not None and bool(gradient.any())) for gradient in gradients]
