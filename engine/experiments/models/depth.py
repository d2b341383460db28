"""Depth against width at one number of parameters: a function that narrow deep nets write out and wide ones miss."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.params import num_params
from engine.arguments import Between
from engine.device import for_float64
from engine.evidence import Curve, Run, Series, Table
from engine.models.sawtooth import deep_sawtooth
from engine.registry import Kind, function

Target = Literal["sawtooth", "parabola"]
_MISSED, _MET = 0.1, 0.02
_POINTS = 1024


@function("depth.shallow_net_misses", Kind.MEASURED, example={"target": "sawtooth"}, shows=(deep_sawtooth,))
def shallow_net_misses(target: Target = "sawtooth", folds: Annotated[int, Between(5, 9)] = 5) -> Run:
    """Say whether one hidden layer misses a target by over 0.1 (root mean square), given a deep net's parameters.

    The deep net folds [0, 1] ``folds`` times. The wide one has as many parameters, its kinks stand evenly, and its
    output weights fit best. The sawtooth swings between 0 and 1; the parabola 4x(1 - x) does so once.
    """
    x = (torch.arange(_POINTS, dtype=torch.float64, device=for_float64()) + 0.5) / _POINTS
    units = _units(folds)
    missed = {name: _error(_target(name, x, folds), x, units) for name in ("sawtooth", "parabola")}

    def evidence() -> list[Table | Curve]:
        rows = [(name, num_params(deep_sawtooth(folds)), units, error) for name, error in missed.items()]
        columns = ("target", "parameters at most", "units in one layer", "root mean square error")
        wanted = _target(target, x, folds)
        fitted = _fit(wanted, x, units)
        curves = [Series("target", x.tolist(), wanted.tolist()), Series("one layer", x.tolist(), fitted.tolist())]
        return [Table("Best fit of one hidden layer", columns, rows), Curve("The fit", curves, "x", "y")]

    return Run(missed[target] > _MISSED, evidence, str(for_float64()))


def _units(folds: int) -> int:
    """Return the most units of one hidden layer, 3h + 1 parameters, that the deep net's parameters pay for."""
    return (num_params(deep_sawtooth(folds)) - 1) // 3


def _target(name: str, x: Tensor, folds: int) -> Tensor:
    if name == "parabola":
        return 4 * x * (1 - x)
    with torch.no_grad():
        folded: Tensor = deep_sawtooth(folds).to(x.device)(x[:, None])
    return folded.flatten()


def _error(target: Tensor, x: Tensor, units: int) -> float:
    return float((_fit(target, x, units) - target).square().mean().sqrt())


def _fit(target: Tensor, x: Tensor, units: int) -> Tensor:
    """Return the least-squares fit by ReLUs with evenly spaced kinks and a constant."""
    kinks = torch.arange(units, dtype=x.dtype, device=x.device) / units
    features = torch.cat([(x[:, None] - kinks).relu(), torch.ones_like(x[:, None])], dim=1)
    fitted: Tensor = features @ torch.linalg.lstsq(features, target[:, None]).solution
    return fitted.flatten()
