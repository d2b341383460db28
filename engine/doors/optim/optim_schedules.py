"""``optim.*_decay`` and its like: the learning rate in an epoch, by formula, and by torch's own schedulers.

Epochs count from 0: the rate in epoch 0 is the first rate (a warm-up's is a share of it).
"""

from collections.abc import Callable
from typing import Annotated

from torch.optim import lr_scheduler

from engine.arguments import Between, Count, Length
from engine.doors.optim._optim import ON, LearningRate
from engine.doors.optim._torch_optim import scheduled
from engine.errors import Refused
from engine.evidence import Curve, Run, Series
from engine.optim import schedules
from engine.registry import Kind, function

Epoch = Annotated[int, Between(0, 1000)]
Factor = Annotated[float, Between(0, 1)]
Milestones = Annotated[tuple[Annotated[int, Between(0, 100_000)], ...], Length(1, 64)]
_STAIRS = {"lr": 0.1, "epoch": 30, "step_size": 30, "gamma": 0.5}


@function("optim.step_decay", Kind.CLOSED_FORM, example=_STAIRS, shows=(schedules.step_decay,))
def step_decay(lr: LearningRate, epoch: Epoch, step_size: Count, gamma: Factor = 0.1) -> Run:
    """Return the rate that is multiplied by ``gamma`` after each ``step_size`` epochs."""
    return _run(lambda at: schedules.step_decay(lr, at, step_size, gamma), epoch)


@function("optim.torch_step_decay", Kind.MODULE, example=_STAIRS, shows=(scheduled,))
def torch_step_decay(lr: LearningRate, epoch: Epoch, step_size: Count, gamma: Factor = 0.1) -> Run:
    """Return the rate in ``epoch`` under ``torch.optim.lr_scheduler.StepLR``."""
    return _run(lambda at: scheduled(lr_scheduler.StepLR, lr, at, step_size=step_size, gamma=gamma), epoch)


@function("optim.torch_multi_step_decay", Kind.MODULE, example={"lr": 0.1, "epoch": 30, "milestones": [10, 20]})
def torch_multi_step_decay(lr: LearningRate, epoch: Epoch, milestones: Milestones, gamma: Factor = 0.1) -> Run:
    """Return the rate in ``epoch`` under ``torch.optim.lr_scheduler.MultiStepLR``."""
    return _run(lambda at: scheduled(lr_scheduler.MultiStepLR, lr, at, milestones=milestones, gamma=gamma), epoch)


@function("optim.torch_exponential_decay", Kind.MODULE, example={"lr": 0.1, "epoch": 3, "gamma": 0.9})
def torch_exponential_decay(lr: LearningRate, epoch: Epoch, gamma: Factor) -> Run:
    """Return the rate in ``epoch`` under ``torch.optim.lr_scheduler.ExponentialLR``."""
    return _run(lambda at: scheduled(lr_scheduler.ExponentialLR, lr, at, gamma=gamma), epoch)


@function("optim.torch_cosine_annealing", Kind.MODULE, example={"lr": 0.1, "epoch": 5, "t_max": 10})
def torch_cosine_annealing(lr: LearningRate, epoch: Epoch, t_max: Count, eta_min: LearningRate = 0.0) -> Run:
    """Return the rate in ``epoch``, up to ``t_max``, under ``torch.optim.lr_scheduler.CosineAnnealingLR``."""
    if epoch > t_max:
        raise Refused(f"'epoch' is {epoch} and 't_max' {t_max}: past its end torch's cosine rises again; ask up to it")
    return _run(lambda at: scheduled(lr_scheduler.CosineAnnealingLR, lr, at, T_max=t_max, eta_min=eta_min), epoch)


@function(
    "optim.inverse_time_decay",
    Kind.CLOSED_FORM,
    example={"lr": 0.1, "epoch": 3, "decay": 1},
    shows=(schedules.inverse_time_decay,),
)
def inverse_time_decay(lr: LearningRate, epoch: Epoch, decay: Annotated[float, Between(0, 1e6)]) -> Run:
    """Return the rate that falls as 1/(1 + decay·epoch)."""
    return _run(lambda at: schedules.inverse_time_decay(lr, at, decay), epoch)


@function(
    "optim.linear_warmup",
    Kind.CLOSED_FORM,
    example={"lr": 0.1, "epoch": 3, "warmup": 10},
    shows=(schedules.linear_warmup,),
)
def linear_warmup(lr: LearningRate, epoch: Epoch, warmup: Count) -> Run:
    """Return the rate that grows linearly over ``warmup`` epochs to ``lr`` and stays there."""
    return _run(lambda at: schedules.linear_warmup(lr, at, warmup), epoch)


@function(
    "optim.momentum_growth",
    Kind.CLOSED_FORM,
    example={"step": 500},
    shows=(schedules.momentum_growth,),
)
def momentum_growth(
    step: Annotated[int, Between(0, 1_000_000)], every: Count = 250, largest: Annotated[float, Between(0.5, 1)] = 0.99
) -> Run:
    """Return the momentum at ``step`` of a schedule that lets it grow from 0.5 to ``largest``."""
    return _run(lambda at: schedules.momentum_growth(at, every, largest), step, "momentum")


def _run(rate: Callable[[int], float], epoch: int, name: str = "lr") -> Run:
    """Return the rate, with the rates around it as evidence."""

    def evidence() -> list[Curve]:
        last = max(epoch + epoch // 4, 10)
        epochs = sorted({*range(0, last + 1, max(1, last // 24)), epoch})
        return [Curve(f"{name} over time", [Series(name, epochs, [rate(at) for at in epochs])], "epoch", name)]

    return Run(rate(epoch), evidence, ON)
