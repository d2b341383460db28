"""Two ways of writing one method: when they lead along one path, and when not."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim import named
from engine.optim.adam import Adam, AdamW
from engine.optim.descent import trajectory
from engine.optim.momentum import Momentum, MomentumBook
from engine.optim.nesterov import Nesterov, NesterovBook
from engine.optim.optimizer import Optimizer
from engine.optim.surfaces import quadratic
from engine.registry import Kind, function

Name = Literal["sgd", "momentum", "adam", "adamw"]
_BOWL = quadratic([1.0, 8.0])
_LR, _DECAY, _STEPS = 0.05, 0.5, 10
_PLAIN = Thresholds(none=1e-9, some=1e-3)


@function("optim.momentum_forms_agree", Kind.MEASURED, example={"lr": "constant"}, shows=(Momentum, MomentumBook))
def momentum_forms_agree(lr: Literal["constant", "falls"] = "constant") -> Run:
    """Say whether torch's momentum and the textbook's take the same path; a rate that "falls" does so after step 5."""
    return settle(
        "Distance between the two paths, 10 steps",
        Holds.IF_EQUAL,
        _distance_of_forms,
        {"lr": lr},
        [{"lr": "constant"}, {"lr": "falls"}],
        _PLAIN,
    )


def _distance_of_forms(generator: torch.Generator, lr: str) -> Tensor:
    start, ends = randn(generator, 2).exp(), []
    for form in (Momentum, MomentumBook):
        point = start.clone().requires_grad_()
        optimizer = form([point], _LR)
        for step in range(_STEPS):
            if lr == "falls" and step == _STEPS // 2:
                optimizer.lr = _LR / 10
            (point.grad,) = torch.autograd.grad(_BOWL.value(point), point)
            optimizer.step()
        ends.append(point.detach())
    return torch.dist(ends[0], ends[1])


@function("optim.torch_nesterov_holds", Kind.MEASURED, example={"what": "look_ahead"}, shows=(Nesterov, NesterovBook))
def torch_nesterov_holds(what: Literal["look_ahead", "parameter"] = "look_ahead") -> Run:
    """Say whether torch's Nesterov holds the textbook's look-ahead point p + a·v, or its parameter p."""
    return settle(
        "Distance between torch's parameter and that of the textbook, 10 steps",
        Holds.IF_EQUAL,
        _distance_to_torchs,
        {"what": what},
        [{"what": "look_ahead"}, {"what": "parameter"}],
        _PLAIN,
    )


def _distance_to_torchs(generator: torch.Generator, what: str) -> Tensor:
    start = randn(generator, 2).exp()
    torchs = trajectory(lambda params: Nesterov(params, _LR), _BOWL.value, start, _STEPS)[-1]
    books: list[NesterovBook] = []

    def build(params: list[Tensor]) -> NesterovBook:
        books.append(NesterovBook(params, _LR))
        return books[0]

    held = trajectory(build, _BOWL.value, start, _STEPS)[-1]
    if what == "look_ahead":
        held = held + books[0].momentum * books[0].velocity(books[0].params[0])
    return torch.dist(torchs, held)


@function("optim.weight_decay_is_penalty", Kind.MEASURED, example={"name": "adam"}, shows=(Adam, AdamW))
def weight_decay_is_penalty(name: Name = "adam") -> Run:
    """Say whether the optimizer's ``weight_decay`` λ does the same as adding λ/2·‖p‖² to the loss."""
    return settle(
        "Distance between 10 steps with weight_decay and 10 steps on the loss with its penalty",
        Holds.IF_EQUAL,
        _distance_to_penalty,
        {"name": name},
        [{"name": "adam"}, {"name": "adamw"}],
        _PLAIN,
    )


def _distance_to_penalty(generator: torch.Generator, name: str) -> Tensor:
    start = randn(generator, 2).exp()
    decayed = _end(lambda params: named.build(name, params, _LR, weight_decay=_DECAY), _BOWL.value, start)
    bare = {"weight_decay": 0.0} if name == "adamw" else {}
    penalised = _end(lambda params: named.build(name, params, _LR, **bare), _with_penalty, start)
    return torch.dist(decayed, penalised)


@function("optim.penalty_is_shrinking", Kind.MEASURED, example={"name": "sgd"}, shows=(Adam,))
def penalty_is_shrinking(name: Literal["sgd", "adam"] = "sgd") -> Run:
    """Say whether the penalty λ/2·‖p‖² does the same as multiplying p by 1 - lr·λ before each bare step."""
    return settle(
        "Distance between 10 steps on the loss with its penalty and 10 bare steps, each after shrinking",
        Holds.IF_EQUAL,
        _distance_to_shrinking,
        {"name": name},
        [{"name": "sgd"}, {"name": "adam"}],
        _PLAIN,
    )


def _distance_to_shrinking(generator: torch.Generator, name: str) -> Tensor:
    start = randn(generator, 2).exp()
    penalised = _end(lambda params: named.build(name, params, _LR), _with_penalty, start)
    point = start.clone().requires_grad_()
    optimizer = named.build(name, [point], _LR)
    for _ in range(_STEPS):
        (point.grad,) = torch.autograd.grad(_BOWL.value(point), point)
        point.data.mul_(1 - _LR * _DECAY)
        optimizer.step()
    return torch.dist(penalised, point.detach())


def _with_penalty(points: Tensor) -> Tensor:
    return _BOWL.value(points) + _DECAY / 2 * points.square().sum(-1)


def _end(make: Callable[[list[Tensor]], Optimizer], loss: Callable[[Tensor], Tensor], start: Tensor) -> Tensor:
    return trajectory(make, loss, start, _STEPS)[-1]
