"""What holds for every registered function, whoever wrote it."""

import json
from typing import Any

import pytest
import torch

from engine.argument_types import reader_for
from engine.arguments import bind
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


@every_function
def test_the_example_runs_and_everything_it_gives_is_json(door: Function) -> None:
    result = run(door, door.example)
    assert result.value is not None
    json.dumps(result.value)
    blocks = result.evidence()
    assert all(isinstance(block, Block) for block in blocks)
    json.dumps([block.to_json() for block in blocks])


@every_function
def test_the_value_depends_on_nothing_but_the_arguments(door: Function) -> None:
    torch.manual_seed(1)
    first = repr(run(door, door.example).value)
    torch.manual_seed(2)
    torch.rand(3)
    assert repr(run(door, door.example).value) == first


@every_function
def test_torchs_global_random_state_is_left_alone(door: Function) -> None:
    before = torch.get_rng_state()
    run(door, door.example).evidence()
    assert torch.equal(torch.get_rng_state(), before)


@every_function
def test_the_signature_is_readable_and_the_summary_is_a_sentence(door: Function) -> None:
    assert door.summary.endswith(".")
    assert 20 <= len(door.summary) <= 200
    family, _, quantity = door.name.partition(".")
    assert family.isidentifier()
    assert quantity.isidentifier()
    for parameter in door.signature.parameters.values():
        assert reader_for(parameter.annotation).describe()


@every_function
def test_an_unknown_argument_is_refused(door: Function) -> None:
    assert "has no argument 'no_such_argument'" in refusal(door, {**door.example, "no_such_argument": 1})


@every_function
def test_each_missing_argument_is_refused(door: Function) -> None:
    required = [name for name, parameter in door.signature.parameters.items() if parameter.default is parameter.empty]
    for name in required:
        without = {other: value for other, value in door.example.items() if other != name}
        assert refusal(door, without) == f"{door.name} needs '{name}'"


@every_function
def test_each_argument_of_a_wrong_type_is_refused(door: Function) -> None:
    for name in door.signature.parameters:
        assert f"'{name}' " in refusal(door, {**door.example, name: {"no": "such"}})


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
