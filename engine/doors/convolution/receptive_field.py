"""``receptive_field.*``: how much of the input one unit of a stack of layers sees."""

from collections.abc import Sequence
from typing import Annotated

import torch

from engine import device
from engine.analysis import receptive_field
from engine.analysis.receptive_field import Layer
from engine.arguments import Length
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function

Layers = Annotated[Sequence[Layer], Length(1, 64)]

_EXAMPLE = {"layers": [{"kernel_size": 3}, {"kernel_size": 3, "stride": 2}, {"kernel_size": 3}]}
_MOST_PIXELS = 48


@function(
    "receptive_field.of",
    Kind.MEASURED,
    example=_EXAMPLE,
    shows=(receptive_field.measured, receptive_field.gradient),
)
def of(layers: Layers) -> Run:
    """Return the receptive field of one output unit along one axis, in input cells, measured by the gradient.

    The stack of convolutions is run without padding, and the cells with a gradient at one output unit are counted.
    """
    place = device.for_float64()
    gradient = receptive_field.gradient(layers, place)
    return Run(len(gradient), lambda: [_heatmap(gradient), _growth_table(layers)], str(place))


@function("receptive_field.derived", Kind.CLOSED_FORM, example=_EXAMPLE, shows=(receptive_field.derived,))
def derived(layers: Layers) -> Run:
    """Return the receptive field of one output unit along one axis, in input cells, from the recurrence.

    r grows in each layer by d(k − 1) times the product of the strides before it.
    """
    return Run(receptive_field.derived(layers), lambda: [_growth_table(layers)])


def _growth_table(layers: Sequence[Layer]) -> Table:
    rows = [
        (index, *row.layer, row.jump, row.added, row.width)
        for index, row in enumerate(receptive_field.growth(layers), start=1)
    ]
    columns = ("layer", "kernel_size", "stride", "dilation", "jump", "added: d(k − 1)·jump", "receptive field")
    return Table("How the receptive field grows", columns, rows)


def _heatmap(gradient: torch.Tensor) -> Heatmap:
    """Return the field in two dimensions.

    A square kernel of equal weights is separable, so its gradient is the outer product of the gradient along each
    axis. Wide fields are averaged into at most 48 × 48 pixels.
    """
    width = len(gradient)
    profile = gradient.cpu()
    if width > _MOST_PIXELS:
        profile = torch.nn.functional.adaptive_avg_pool1d(profile[None], _MOST_PIXELS)[0]
    values = (torch.outer(profile, profile) / profile.max() ** 2).tolist()
    cells = f"{width} input cells"
    return Heatmap("Gradient of one output unit, relative to its peak", values, x_label=cells, y_label=cells)
