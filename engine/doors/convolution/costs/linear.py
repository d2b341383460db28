"""``linear.*``: the fully connected layer, what it gives and costs, and how far it puts neighbours apart."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.macs import layer_macs
from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META
from engine.analysis.params import num_params as count_params
from engine.arguments import Between, Channels, Elements
from engine.convolution.linear import Linear
from engine.convolution.linear import linear as written_out
from engine.device import for_float64
from engine.doors._grids import Numbers, Place, grid, picked
from engine.doors.convolution._layer2d import Make, params_run
from engine.doors.convolution.values._images import bias_for
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Features = Annotated[int, Between(1, 10**9)]
Matrix = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]
Side = Annotated[int, Between(1, 256)]


@function("linear.output", Kind.MODULE, example={"x": [1, 10], "weight": [[1, 2]], "bias": [0.5]}, shows=(written_out,))
def output(x: Numbers, weight: Matrix, bias: Numbers | None = None, at: Place | None = None) -> Run:
    """Return W·x + b of a small layer, or with ``at`` one number of it; ``weight`` has a row for each output.

    >>> output([1.0, 10.0], torch.tensor([[1.0, 2.0]]), bias=[0.5]).value
    [21.5]
    """
    weight = weight.to(for_float64())
    y = written_out(weight.new_tensor(list(x)), weight, bias_for(weight, bias, len(weight)))
    products = weight * weight.new_tensor(list(x))
    blocks = [grid("weight times input", products, "input", "output"), grid("output", y[None], "output", "")]
    return Run(picked(y, at), lambda: blocks, str(y.device))


@function(
    "linear.num_params", Kind.MODULE, example={"in_features": 784, "out_features": 10}, shows=(Linear, count_params)
)
def num_params(in_features: Features, out_features: Features, bias: bool = True) -> Run:
    """Return the trainable parameters of a fully connected layer: ``nn.Linear`` is built on the meta device.

    >>> num_params(784, 10).value
    7850
    """
    return params_run(_make(in_features, out_features, bias))


@function("linear.macs", Kind.MEASURED, example={"in_features": 784, "out_features": 10}, shows=(layer_macs,))
def macs(in_features: Features, out_features: Features, positions: Channels = 1) -> Run:
    """Return the multiply-adds (MACs) of a fully connected layer on one sample, counted by a hook.

    The layer may stand at several ``positions``, as in a Transformer, where it is used once at each.

    >>> macs(784, 10).value
    7840
    """
    layer = _make(in_features, out_features, bias=False)(META)
    total = count_macs(layer, torch.zeros(positions, in_features, device=META))
    table = Table(str(layer), ("positions", "weights", "MACs"), [(positions, count_params(layer), total)])
    return Run(total, lambda: [table], str(META))


@function("linear.distance_when_flattened", Kind.MEASURED, example={"height": 28, "width": 28})
def distance_when_flattened(
    height: Side, width: Side, channels: Side = 1, along: Literal["height", "width", "channels"] = "height"
) -> Run:
    """Return how far apart two neighbouring cells of an image [C, H, W] lie after ``flatten``.

    >>> distance_when_flattened(28, 30).value, distance_when_flattened(28, 30, along="width").value
    (30, 1)
    """
    axis = ("channels", "height", "width").index(along)
    sizes = (channels, height, width)
    if sizes[axis] < 2:
        raise Refused(f"an image with one cell along {along} has no neighbours there; give at least 2")
    cell = torch.zeros(sizes, dtype=torch.bool)
    cell[0, 0, 0] = True
    places = [int(cell.roll(step, dims=axis).flatten().nonzero()) for step in (0, 1)]
    rows = [("first cell", places[0]), ("its neighbour", places[1])]
    return Run(places[1] - places[0], lambda: [Table("Where they stand", ("cell", "place"), rows)], "cpu")


def _make(in_features: int, out_features: int, bias: bool) -> Make:
    return lambda place: nn.Linear(in_features, out_features, bias=bias, device=place)
