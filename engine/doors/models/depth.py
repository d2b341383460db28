"""``depth.*``: one function by a deep network of narrow layers and by one wide hidden layer."""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.params import num_params
from engine.arguments import Between
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.models.sawtooth import deep_sawtooth, shallow_sawtooth
from engine.registry import Kind, function

Folds = Annotated[int, Between(1, 12)]
Shape = Literal["deep", "shallow"]
_MAKE = {"deep": deep_sawtooth, "shallow": shallow_sawtooth}
_MOST_SHALLOW = 9
"""Beyond it 2^folds units at four points a piece, a number for each pair, are too many to hold."""


@function("depth.sawtooth_num_params", Kind.MODULE, example={"folds": 5, "shape": "deep"}, shows=tuple(_MAKE.values()))
def sawtooth_num_params(folds: Folds, shape: Shape) -> Run:
    """Return the parameters of a ReLU net for a sawtooth of 2^folds pieces: ``folds`` layers of 2 units, or one layer.

    >>> sawtooth_num_params(5, "deep").value, sawtooth_num_params(5, "shallow").value
    (31, 97)
    """
    counts = [(k, num_params(deep_sawtooth(k)), num_params(shallow_sawtooth(k))) for k in range(1, folds + 1)]
    table = Table("Parameters for 2^folds pieces", ("folds", "folds layers of 2 units", "one layer"), counts)
    return Run(num_params(_MAKE[shape](folds)), lambda: [table], "cpu")


@function("depth.sawtooth_pieces", Kind.MEASURED, example={"folds": 5, "shape": "deep"}, shows=tuple(_MAKE.values()))
def sawtooth_pieces(folds: Folds, shape: Shape = "deep") -> Run:
    """Return how many straight pieces the sawtooth network has on [0, 1], counted by the changes of its slope.

    Raises:
        Refused: one layer would need too many units to be run.

    >>> sawtooth_pieces(5).value
    32
    """
    if shape == "shallow" and folds > _MOST_SHALLOW:
        raise Refused(
            f"folds is {folds}, and one layer of 2^folds units is run up to {_MOST_SHALLOW} folds only;"
            f" use {_MOST_SHALLOW} folds or shape 'deep'"
        )
    network = _MAKE[shape](folds)
    x = (torch.arange(4 * 2**folds, dtype=torch.float64)[:, None] + 0.5) / (4 * 2**folds)  # four points a piece
    slopes = _slopes(network, x)
    pieces = 1 + int((slopes.diff(dim=0).abs() > 0.5).sum())
    with torch.no_grad():
        series = Series(shape, x.flatten().tolist()[:1024], network(x).flatten().tolist()[:1024])
    return Run(pieces, lambda: [Curve(f"The sawtooth of {folds} folds", [series], "x", "y")], "cpu")


def _slopes(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    x = x.requires_grad_()
    (slopes,) = torch.autograd.grad(network(x).sum(), x)
    return slopes
