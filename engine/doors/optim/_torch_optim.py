"""Torch's own optimizers and schedulers under the names of ours, as far as torch has them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, optim

from engine.errors import Refused
from engine.optim.named import check_settings

_TWINS: Mapping[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": partial(optim.SGD, momentum=0.9),
    "nesterov": partial(optim.SGD, momentum=0.9, nesterov=True),
    "adagrad": optim.Adagrad,
    "rmsprop": optim.RMSprop,
    "adadelta": optim.Adadelta,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "adamax": optim.Adamax,
    "nadam": optim.NAdam,
}


def twin(name: str, lr: float | None, settings: Mapping[str, Any]) -> Callable[[list[Tensor]], optim.Optimizer]:
    """Return a function that builds torch's optimizer.

    Raises:
        Refused: torch has none of this name, or not this setting, or refuses its value.
    """
    check_settings(name, settings)
    if name not in _TWINS:
        raise Refused(f"torch has no optimizer of this form, '{name}'; it has {', '.join(_TWINS)}")
    if "bias_correction" in settings:
        raise Refused("torch's Adam always corrects its means: it has no setting 'bias_correction'")
    given = settings if lr is None else {"lr": lr, **settings}

    def build(params: list[Tensor]) -> optim.Optimizer:
        try:
            return _TWINS[name](params, **given)
        except ValueError as error:
            raise Refused(f"torch refuses these settings: {error}") from error

    return build


def scheduled(
    scheduler: Callable[..., optim.lr_scheduler.LRScheduler], lr: float, epoch: int, **settings: Any
) -> float:
    """Return the rate in ``epoch``, counted from 0, of an optimizer that torch's scheduler steps once an epoch."""
    optimizer = optim.SGD([torch.zeros(1)], lr=lr)
    schedule = scheduler(optimizer, **settings)
    for _ in range(epoch):
        optimizer.step()
        schedule.step()
    return float(optimizer.param_groups[0]["lr"])
