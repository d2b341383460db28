"""``activation.*``: the properties of an activation, and what it makes of normal inputs."""

from typing import Annotated

from torch import nn

from engine.activations import audit, named, normal_input
from engine.activations.audit import PROPERTIES, Property
from engine.activations.named import NAMES, Name
from engine.analysis.params import num_params as count_params
from engine.arguments import Between
from engine.doors.activations._torch_activations import Alpha, NegativeSlope, build
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.init.moments import mean_square
from engine.registry import Kind, function

Std = Annotated[float, Between(1e-3, 100)]
Mean = Annotated[float, Between(-100, 100)]
_COMPARED: tuple[Name, ...] = ("relu", "sigmoid", "tanh", "identity")


@function(
    "activation.has_property", Kind.MEASURED, example={"name": "relu", "wanted": "bounded_below"}, shows=(audit.has,)
)
def has_property(
    name: Name, wanted: Property, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None
) -> Run:
    """Say whether the activation has a property, found by running it on a grid, far out and on normal inputs.

    To saturate means a slope that tends to 0 on both sides (``saturates``) or on one (``saturates_left``,
    ``saturates_right``); ``zero_centred`` means that N(0, 1) goes to mean 0.

    >>> has_property("gelu", "monotonic").value, has_property("tanh", "saturates").value
    (False, True)
    """
    found = audit.has(named.find(name, negative_slope, alpha), wanted)
    return Run(found, lambda: _matrix(name, negative_slope, alpha), "cpu")


@function("activation.count_with_property", Kind.MEASURED, example={"names": ["relu", "tanh"], "wanted": "bounded"})
def count_with_property(names: tuple[Name, ...], wanted: Property) -> Run:
    """Return how many of these activations have the property.

    >>> count_with_property(("sigmoid", "relu", "tanh"), "bounded").value
    2
    """
    rows = [(name, audit.has(named.find(name), wanted)) for name in dict.fromkeys(names)]
    return Run(sum(holds for _, holds in rows), lambda: [Table("Found by running them", ["activation", wanted], rows)])


@function("activation.num_params", Kind.MODULE, example={"name": "prelu", "num_parameters": 64}, shows=(count_params,))
def num_params(name: Name, num_parameters: Annotated[int, Between(1, 65_536)] = 1) -> Run:
    """Return the trainable parameters of torch's activation; only PReLU has any, one or one for each channel.

    ``num_parameters`` is what nn.PReLU is told: 1, torch's default, or the number of channels, as in the paper.

    >>> num_params("prelu", 16).value, num_params("leaky_relu").value
    (16, 0)
    """
    module = nn.PReLU(num_parameters) if name == "prelu" else build(name)
    count = count_params(module) if isinstance(module, nn.Module) else 0
    return Run(count, lambda: [Table("Parameters", ["layer", "trainable numbers"], [(str(module), count)])])


@function("activation.normal_mean", Kind.MEASURED, example={"name": "relu"}, shows=(normal_input.expectation,))
def normal_mean(
    name: Name, std: Std = 1.0, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None
) -> Run:
    """Return the mean output for inputs from N(0, std²): 0 for a zero-centred activation, 1/√(2π) for ReLU at std 1.

    >>> round(normal_mean("relu").value, 6)
    0.398942
    """
    f = named.find(name, negative_slope, alpha).value
    return Run(normal_input.expectation(f, std), lambda: _moments(name, std), "cpu")


@function("activation.normal_variance", Kind.MEASURED, example={"name": "relu"}, shows=(normal_input.variance,))
def normal_variance(
    name: Name, std: Std = 1.0, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None
) -> Run:
    """Return the variance of the output for inputs from N(0, std²): the mean square less the squared mean.

    See init.mean_square, which is what initialisation needs.

    >>> round(normal_variance("relu").value, 4)
    0.3408
    """
    f = named.find(name, negative_slope, alpha).value
    return Run(normal_input.variance(f, std), lambda: _moments(name, std), "cpu")


@function("activation.zero_share", Kind.MEASURED, example={"name": "relu"}, shows=(normal_input.zero_share,))
def zero_share(name: Name, mean: Mean = 0.0, std: Std = 1.0) -> Run:
    """Return the share of outputs that are exactly 0 for inputs from N(mean, std²), to within 10⁻⁵.

    >>> round(zero_share("relu").value, 4), zero_share("tanh").value < 1e-4
    (0.5, True)
    """
    f = named.find(name).value
    means = [mean + std * shift / 4 for shift in range(-8, 9)]

    def evidence() -> Blocks:
        shares = [normal_input.zero_share(f, each, std) for each in means]
        return [Curve("Exact zeros by the mean of the inputs", [Series(name, means, shares)], "mean", "share")]

    return Run(normal_input.zero_share(f, mean, std), evidence, "cpu")


def _matrix(name: Name, negative_slope: float | None, alpha: float | None) -> Blocks:
    """Return the properties of this activation beside those of a few well-known ones."""
    found = {each: named.find(each) for each in _COMPARED} | {name: named.find(name, negative_slope, alpha)}
    order = [name, *(each for each in found if each != name)]
    rows = [(wanted, *(audit.has(found[each], wanted) for each in order)) for wanted in PROPERTIES]
    return [Table("Properties, found by running", ["property", *order], rows)]


def _moments(name: Name, std: float) -> Blocks:
    def row(each: Name) -> tuple[str, float, float, float]:
        f = named.find(each).value
        return each, normal_input.expectation(f, std), mean_square(f, std), normal_input.variance(f, std)

    order = [name, *(each for each in NAMES if each != name)]
    return [
        Table(f"Outputs for N(0, {std:g}²)", ["activation", "mean", "mean square", "variance"], list(map(row, order)))
    ]
