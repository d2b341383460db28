"""``receptive_field.cells_seen`` and ``.effective_std``: what lies inside a receptive field."""

from engine import device
from engine.analysis import effective_field
from engine.analysis.receptive_field import gradient
from engine.doors.convolution.receptive_field import Layers
from engine.evidence import Curve, Run, Series, Text
from engine.registry import Kind, function

_GRIDDED = {"layers": [{"kernel_size": 3, "dilation": 2}] * 3}
_PLAIN = {"layers": [{"kernel_size": 3}] * 6}


@function("receptive_field.cells_seen", Kind.MEASURED, example=_GRIDDED, shows=(effective_field.cells_seen, gradient))
def cells_seen(layers: Layers) -> Run:
    """Return how many input cells along one axis one output unit really depends on, measured by the gradient.

    With dilations that have a common divisor it is fewer than the field is wide: the field has holes (gridding).
    """
    place = device.for_float64()
    seen = effective_field.cells_seen(layers, place)
    return Run(seen, lambda: [_profile(layers), Text(f"{seen} cells have a gradient.")], str(place))


@function(
    "receptive_field.effective_std", Kind.MEASURED, example=_PLAIN, shows=(effective_field.effective_std, gradient)
)
def effective_std(layers: Layers) -> Run:
    """Return the standard deviation, in cells, of the gradient over a receptive field, for kernels of equal weights.

    For n layers with k = 3 it is √(2n/3): what really counts grows as the root of the depth.
    """
    place = device.for_float64()
    return Run(effective_field.effective_std(layers, place), lambda: [_profile(layers)], str(place))


def _profile(layers: Layers) -> Curve:
    weights = gradient(layers, device.for_float64()).tolist()
    line = Series("gradient", list(range(len(weights))), weights)
    return Curve("Gradient of one output unit over its field", [line], "input cell", "gradient")
