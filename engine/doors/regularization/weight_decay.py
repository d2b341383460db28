"""``weight_decay.*``: what is left of a weight that only its decay moves, by optimizers that really step in float64."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series
from engine.optim.adam import Adam, AdamW
from engine.optim.optimizer import Optimizer
from engine.optim.sgd import SGD
from engine.registry import Kind, function
from engine.regularization.weight_decay import decayed_step, penalised_step, weights_without_gradient

Rate = Annotated[float, Between(0, 10)]
Decay = Annotated[float, Between(0, 1e3)]
Method = Literal["half_l2", "l2", "sgd", "adam", "adamw"]
"""A penalty ½·λ·Σ w² or λ·Σ w² in the loss of plain descent, or an optimizer's own ``weight_decay``."""
_OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
_MOST_STEPS = 20_000


@function(
    "weight_decay.factor",
    Kind.MEASURED,
    example={"lr": 0.1, "lam": 0.5, "method": "sgd"},
    shows=(penalised_step, SGD, AdamW, Adam),
)
def factor(lr: Rate, lam: Decay, method: Method = "half_l2", weight: Annotated[float, Between(1e-3, 1e3)] = 1.0) -> Run:
    """Return by what a step multiplies a weight that the data do not move: 1 - lr·λ for SGD, with no ½ 1 - 2·lr·λ.

    AdamW's factor is 1 - lr·λ, too, for every weight. Adam treats the penalty as any gradient and takes a step of
    about lr whatever λ is, so its factor depends on the ``weight``.
    """
    value = float(_path(method, lr, lam, weight, 1)[1]) / weight

    def evidence() -> list[Block]:
        names: tuple[Method, ...] = ("half_l2", "l2", "sgd", "adam", "adamw")
        series = [Series(name, list(range(13)), _path(name, lr, lam, weight, 12).abs().tolist()) for name in names]
        return [Curve(f"A weight without any gradient from data, lr {lr:g}, λ {lam:g}", series, "step", "size")]

    return Run(value, evidence)


@function(
    "weight_decay.steps_to_shrink",
    Kind.MEASURED,
    example={"lr": 0.1, "weight_decay": 0.01, "share": 0.5},
    shows=(decayed_step,),
)
def steps_to_shrink(lr: Rate, weight_decay: Decay, share: Annotated[float, Between(1e-6, 1)] = 0.5) -> Run:
    """Return after how many steps of decay, without a gradient, a weight is at most ``share`` of its first size."""
    sizes, none = [torch.ones(1, dtype=torch.float64)], torch.zeros(1, dtype=torch.float64)
    while float(sizes[-1].abs()) > share:
        if len(sizes) > _MOST_STEPS:
            raise Refused(f"the weight is still {float(sizes[-1].abs()):.3g} of its size after {_MOST_STEPS:,} steps")
        sizes.append(decayed_step(sizes[-1], none, lr, weight_decay))
    last = len(sizes) - 1
    shown = sorted({round(last * part / 16) for part in range(17)})
    series = Series("size", shown, [float(sizes[step].abs()) for step in shown])
    return Run(last, lambda: [Curve("A weight under decay alone", [series], "step", "size")], "cpu")


def _path(method: Method, lr: float, lam: float, weight: float, steps: int) -> Tensor:
    """Return the weight before and after each step without a gradient from data."""
    start = torch.tensor([weight], dtype=torch.float64, device=for_float64())
    if method in ("half_l2", "l2"):
        path = [start]
        for _ in range(steps):
            path.append(penalised_step(path[-1], torch.zeros_like(start), lr, lam, method))
        return torch.stack(path).flatten()
    return weights_without_gradient(start, partial(_OPTIMIZERS[method], lr=lr, weight_decay=lam), steps).flatten()
