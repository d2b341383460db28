"""What holds for every registered function, whoever wrote it."""

import json
import math
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import pytest
import torch

from engine.argument_types import reader_for
from engine.arguments import Between, Length, bind
from engine.errors import Refused
from engine.evidence import Block, Run
from engine.registry import Function, find, function, load

torch.set_num_threads(1)
FUNCTIONS = list(load().values())
every_function = pytest.mark.parametrize("door", FUNCTIONS, ids=lambda door: door.name)


def run(door: Function, arguments: Any) -> Run:
    result = door.call(**bind(door, arguments))
    return result if isinstance(result, Run) else Run(result)


def refusal(door: Function, arguments: Any) -> str:
    with pytest.raises(Refused) as caught:
        bind(door, arguments)
    text = str(caught.value)
    assert text.startswith(door.name)
    assert "\n" not in text
    return text


def alike(one: Any, other: Any) -> bool:
    """Equal up to rounding: where in memory a tensor lies decides in which order torch adds its elements."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(alike, one.values(), other.values()))
    return type(one) is type(other) and bool(one == other)


@every_function
def test_the_example_runs_repeats_and_gives_json(door: Function) -> None:
    """The value depends on nothing but the arguments, and torch's global random state is left alone."""
    torch.manual_seed(1)
    before = torch.get_rng_state()
    result = run(door, door.example)
    assert result.value is not None
    assert isinstance(result.value, bool) is door.summary.startswith("Say whether "), "the check reads this"
    json.dumps(result.value)
    blocks = result.evidence()
    assert all(isinstance(block, Block) for block in blocks)
    json.dumps([block.to_json() for block in blocks])
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert alike(run(door, door.example).value, result.value)


@every_function
def test_the_signature_is_readable_and_the_summary_is_a_sentence(door: Function) -> None:
    assert door.summary.endswith(".")
    assert 20 <= len(door.summary) <= 200
    family, _, quantity = door.name.partition(".")
    assert family.isidentifier()
    assert quantity.isidentifier()
    for parameter in door.signature.parameters.values():
        assert reader_for(parameter.annotation).describe()


def bare(annotation: Any) -> Iterator[type]:
    """Yield each int, float or str of an annotation that no mark bounds, inside unions and lists as well."""
    if annotation in (int, float, str):
        yield annotation
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType, list, tuple, Sequence):
        for part in typing.get_args(annotation):
            yield from bare(part)
    elif typing.get_origin(annotation) is Annotated and typing.get_origin(typing.get_args(annotation)[0]) is not None:
        yield from bare(typing.get_args(annotation)[0])


@every_function
def test_every_number_and_text_is_bounded(door: Function) -> None:
    unbounded = [name for name, given in door.signature.parameters.items() if list(bare(given.annotation))]
    assert unbounded == []


def test_what_counts_as_unbounded() -> None:
    assert list(bare(int | Annotated[Sequence[float], Length(0, 3)])) == [int, float]
    assert list(bare(tuple[Annotated[int, Between(1, 2)], Literal["a"], bool] | None)) == []


@every_function
def test_arguments_that_are_unknown_missing_or_of_a_wrong_type_are_refused(door: Function) -> None:
    assert "has no argument 'no_such_argument'" in refusal(door, {**door.example, "no_such_argument": 1})
    for name, parameter in door.signature.parameters.items():
        assert f"'{name}' " in refusal(door, {**door.example, name: {"no": "such"}})
        if parameter.default is parameter.empty:
            without = {other: value for other, value in door.example.items() if other != name}
            assert refusal(door, without) == f"{door.name} needs '{name}'"


def test_functions_are_found_by_name_and_the_nearest_name_is_offered() -> None:
    assert find("conv.output_size").name == "conv.output_size"
    with pytest.raises(
        Refused, match=r"^there is no engine function 'conv.output_sise'; did you mean 'conv.output_size'\?"
    ):
        find("conv.output_sise")
    assert list(load()) == sorted(load())


def test_a_name_can_be_registered_only_once() -> None:
    door = find("conv.output_size")
    with pytest.raises(RuntimeError, match=r"two functions are registered as conv\.output_size"):
        function(door.name, door.kind, door.example)(door.call)
