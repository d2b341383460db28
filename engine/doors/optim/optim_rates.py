"""``optim.largest_stable_rate``: how large a learning rate may be before runs on a quadratic diverge, by trying."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.doors.optim._optim import ON
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.optim import named
from engine.optim.descent import trajectory
from engine.optim.surfaces import quadratic
from engine.registry import Kind, function

Curvatures = Annotated[tuple[Annotated[float, Between(1e-3, 1e3)], ...], Length(1, 16)]
Rule = Literal["sgd", "momentum", "momentum_book", "nesterov", "nesterov_book"]
_ROUNDS, _RATES, _STEPS, _WINDOW = 4, 33, 100, 20
"""Each round tries so many rates side by side; the last one's are 4e-6 of the answer apart, or a little more."""


@function(
    "optim.largest_stable_rate", Kind.MEASURED, example={"name": "sgd", "curvatures": [1, 4]}, shows=(trajectory,)
)
def largest_stable_rate(
    name: Rule, curvatures: Curvatures, momentum: Annotated[float, Between(0, 0.9)] | None = None
) -> Run:
    """Return the learning rate above which runs on ½·Σ hᵢ·xᵢ² diverge, found by runs; right to four digits.

    A run diverges when one of its coordinates is larger at the end than half-way. Each round tries rates side by side
    between the largest that held and the smallest that did not.

    >>> round(largest_stable_rate("sgd", [1.0, 4.0]).value, 4)
    0.5
    """
    if momentum is not None and name == "sgd":
        raise Refused("'sgd' has no momentum; ask for momentum or nesterov")
    settings = {} if momentum is None else {"momentum": momentum}
    low, high = 0.0, 8.0 / max(curvatures)
    tried: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        rates = torch.linspace(low, high, _RATES, dtype=torch.float64)
        growth = _growth(name, rates, curvatures, settings)
        tried += zip(rates.tolist(), growth.tolist(), strict=True)
        first = int((growth > 1).nonzero()[0])
        low, high = float(rates[first - 1]), float(rates[first])
    return Run((low + high) / 2, lambda: _evidence(tried), ON)


def _growth(name: str, rates: Tensor, curvatures: Curvatures, settings: dict[str, float]) -> Tensor:
    """Return by how much the coordinate that grows most grows in the second half of its steps, for each rate.

    Sizes are the largest within a window: a coordinate that swings passes near 0 now and then.
    """
    start = torch.ones(len(rates), len(curvatures), dtype=torch.float64)
    points = trajectory(
        lambda params: named.build(name, params, rates[:, None], **settings), quadratic(curvatures).value, start, _STEPS
    )
    middle, end = (points[last - _WINDOW : last].abs().amax(0) for last in (_STEPS // 2, _STEPS + 1))
    ratios: Tensor = end / middle
    return ratios.nan_to_num(nan=0.0, posinf=torch.inf).amax(1)


def _evidence(tried: list[tuple[float, float]]) -> list[Table | Curve]:
    rows = [(f"{rate:.6g}", f"{growth:.3g}", growth > 1) for rate, growth in sorted(tried[:_RATES])]
    first = tried[1:_RATES]
    curve = Series("growth", [rate for rate, _ in first], [min(growth, 1e9) for _, growth in first])
    return [
        Curve("Growth in the second half of the steps, first round", [curve], "lr", "growth", True),
        Table("First round", ["lr", "growth", "diverges"], rows),
    ]
