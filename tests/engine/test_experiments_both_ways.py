"""An experiment that cannot fail proves nothing: each must say yes to some arguments and no to others."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
import torch

from engine.arguments import Between, bind
from engine.errors import Refused
from engine.evidence import Run
from engine.registry import Function, Kind, load

torch.set_num_threads(1)
EXPERIMENTS = [one for one in load().values() if one.call.__module__.startswith("engine.experiments")]
OTHER_ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "conv.sees_every_cell": {"dilations": [2, 2, 2]},
    "model.deeper_costs_more": {"deeper": "resnet34", "shallower": "resnet18"},
}
"""Of arguments whose annotations do not tell which values there are."""
FIGURES = {"init.rank_after_training", "norm.hidden_drift", "norm.weight_gradient_ratio"}
"""Measured numbers, which claims compare."""


def values(annotation: Any) -> list[Any]:
    """Values that an argument may take: all of a few, or the ends of a range and some between them."""
    if annotation is bool:
        return [True, False]
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) is not Annotated:
        return []
    base, *bounds = get_args(annotation)
    for bound in bounds:
        if isinstance(bound, Between) and base in (int, float):
            low, high = bound.low, bound.high
            inside = (low + 1, low + 2, (low + high) // 2) if base is int else (0.5, 1.0, 2.0)
            return [low, high, *inside]
    return values(base)


def arrangements(door: Function) -> Iterator[dict[str, Any]]:
    """The example, then the example with one argument changed, then with two."""
    yield dict(door.example)
    if door.name in OTHER_ARGUMENTS:
        yield dict(OTHER_ARGUMENTS[door.name])
    choices = {name: values(parameter.annotation) for name, parameter in door.signature.parameters.items()}
    for name, given in choices.items():
        yield from ({**door.example, name: value} for value in given)
    for (one, its), (other, others) in combinations(choices.items(), 2):
        yield from ({**door.example, one: value, other: second} for value in its for second in others)


def outcomes(door: Function) -> set[Any]:
    """What the experiment says, tried until it has said two things."""
    seen: set[Any] = set()
    for given in arrangements(door):
        try:
            seen.add(door.call(**bind(door, given)).value)
        except Refused:
            continue
        if len(seen) == 2:
            break
    return seen


@pytest.mark.parametrize("door", EXPERIMENTS, ids=lambda door: door.name)
def test_the_experiment_can_come_out_either_way(door: Function) -> None:
    seen = outcomes(door)
    if door.name in FIGURES:
        assert all(type(value) in (int, float) for value in seen)
        assert len(seen) == 2
    else:
        assert seen == {True, False}


def test_an_experiment_that_always_agrees_is_found_out() -> None:
    def agreeable(size: Annotated[int, Between(1, 9)] = 3, layer: Literal["batch", "layer"] = "batch") -> Run:
        return Run(True)

    door = Function("sample.agreeable", Kind.MEASURED, agreeable, {"size": 3}, ())
    assert len(list(arrangements(door))) == 1 + 5 + 2 + 5 * 2
    assert outcomes(door) == {True}
