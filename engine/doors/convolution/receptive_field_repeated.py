"""``receptive_field.repeated`` and ``.layers_needed``: what a unit sees through equal layers, one after another."""

from bisect import bisect_left
from typing import Annotated

from engine import device
from engine.analysis import receptive_field
from engine.analysis.receptive_field import Layer
from engine.arguments import Between, KernelSize
from engine.doors.convolution.receptive_field import of
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

MOST_LAYERS = 64
MOST_SPACING = 1024
"""The widest stride and dilation of a layer."""


@function(
    "receptive_field.repeated",
    Kind.MEASURED,
    example={"num_layers": 3, "kernel_size": 3},
    shows=(receptive_field.measured, receptive_field.gradient),
)
def repeated(
    num_layers: Annotated[int, Between(1, MOST_LAYERS)],
    kernel_size: KernelSize = 3,
    stride: Annotated[int, Between(1, 16)] = 1,
    dilation_grows_by: Annotated[int, Between(1, 16)] = 1,
) -> Run:
    """Return the receptive field after ``num_layers`` equal convolutions, in input cells, measured by the gradient.

    With ``dilation_grows_by`` of 2 the layers have dilations 1, 2, 4, 8 and so on. At stride s and no dilation the
    field is 1 + (k - 1)·(1 + s + … + s^(num_layers - 1)).

    Raises:
        Refused: a dilation or the field becomes too large.

    >>> repeated(3).value, repeated(3, dilation_grows_by=2).value, repeated(3, stride=2).value
    (7, 15, 15)
    """
    widest = dilation_grows_by ** (num_layers - 1)
    if widest > MOST_SPACING:
        raise Refused(
            f"the last layer would have dilation {widest}, and at most {MOST_SPACING} is run; use fewer layers"
        )
    return of([Layer(kernel_size, stride, dilation_grows_by**number) for number in range(num_layers)])


@function("receptive_field.layers_needed", Kind.MEASURED, example={"size": 7}, shows=(receptive_field.measured,))
def layers_needed(
    size: Annotated[int, Between(1, 4096)],
    kernel_size: Annotated[int, Between(2, 16)] = 3,
    stride: Annotated[int, Between(1, 16)] = 1,
    dilation_grows_by: Annotated[int, Between(1, 16)] = 1,
) -> Run:
    """Return how many equal convolutions it takes until one unit sees at least ``size`` cells, by measuring stacks.

    Raises:
        Refused: 64 layers do not see so much.

    >>> layers_needed(7).value, layers_needed(1000, dilation_grows_by=2).value
    (3, 9)
    """
    fields = {0: 1}

    def field(num_layers: int) -> int:
        if num_layers not in fields:
            layers = [Layer(kernel_size, stride, dilation_grows_by**place) for place in range(num_layers)]
            wide = receptive_field.derived(layers) > receptive_field.MOST_WIDTH  # and so wide enough
            fields[num_layers] = size if wide else receptive_field.measured(layers, device.for_float64())
        return fields[num_layers]

    if field(MOST_LAYERS) < size:
        seen = field(MOST_LAYERS)
        raise Refused(f"{MOST_LAYERS} layers see {seen} cells, not {size}; use a larger kernel, stride or dilation")
    found = bisect_left(range(MOST_LAYERS), size, key=field)
    few = [(each, field(each)) for each in range(max(0, found - 1), found + 1)]
    return Run(found, lambda: [Table("Fields", ("layers", "receptive field"), few)], str(device.for_float64()))
