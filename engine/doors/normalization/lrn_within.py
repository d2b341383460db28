"""``lrn.within_channel``: local response normalisation over places of one channel, in float64."""

from typing import Annotated

from torch import Tensor

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Run
from engine.layers.local_response_norm_within import Convention, LocalResponseNormWithinChannel
from engine.registry import Kind, function

Place = Annotated[int, Between(0, 1023)]
Number = Annotated[float, Between(0, 1e6)]


@function(
    "lrn.within_channel",
    Kind.MODULE,
    example={"x": [[3, 0], [0, 2]], "size": 3, "alpha": 1, "beta": 1, "k": 1},
    shows=(LocalResponseNormWithinChannel,),
)
def within_channel(
    x: Annotated[Tensor, Elements(1024, 2)],
    size: Annotated[int, Between(1, 63)] = 3,
    alpha: Number = 1e-4,
    beta: Number = 0.75,
    k: Number = 2.0,
    convention: Convention = "sum",
    row: Place = 0,
    column: Place = 0,
) -> Run:
    """Return an activation of one channel ``x`` divided by the energy in the square window around it.

    The window is cut off at the border. ``convention: mean`` divides α by size², as Caffe does.
    """
    if row >= x.shape[0] or column >= x.shape[1]:
        raise Refused(f"there is no place ({row}, {column}) in a channel of {x.shape[0]} by {x.shape[1]}")
    layer = LocalResponseNormWithinChannel(size, alpha, beta, k, convention)
    y = layer(x.to(for_float64()))
    blocks = [Heatmap("before", x.tolist(), "column", "row"), Heatmap("after", y.tolist(), "column", "row")]
    return Run(float(y[row, column]), lambda: blocks)
