"""``receptive_field.repeated``: what a unit sees through one layer after another of the same kernel."""

from typing import Annotated

from engine.analysis import receptive_field
from engine.analysis.receptive_field import Layer
from engine.arguments import Between, KernelSize
from engine.doors.convolution.receptive_field import of
from engine.errors import Refused
from engine.evidence import Run
from engine.registry import Kind, function

MOST_SPACING = 1024
"""The widest stride and dilation of a layer."""


@function(
    "receptive_field.repeated",
    Kind.MEASURED,
    example={"num_layers": 3, "kernel_size": 3},
    shows=(receptive_field.measured, receptive_field.gradient),
)
def repeated(
    num_layers: Annotated[int, Between(1, 64)],
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
