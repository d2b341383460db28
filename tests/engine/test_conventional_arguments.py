"""Arguments in which definitions differ: marked where docstrings say so, and told to whoever lists the functions."""

import inspect
import re

import pytest

from engine.argument_types import is_convention, reader_for
from engine.catalogue import functions
from engine.registry import load

DOORS = load()
SAID = re.compile(r"``(\w+)`` is a convention")
TOLD = {each["name"]: {one["name"] for one in each["parameters"] if one["convention"]} for each in functions()}


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if SAID.search(inspect.getdoc(door.call) or "")])
def test_what_a_docstring_calls_a_convention_is_told_as_one(name: str) -> None:
    said = set(SAID.findall(inspect.getdoc(DOORS[name].call) or ""))
    assert said <= TOLD[name]


def test_those_that_have_other_names() -> None:
    assert TOLD["gru.state"] == {"update"}
    assert TOLD["gru.candidate"] == {"reset"}
    assert TOLD["rnn.num_params"] == TOLD["language_model.num_params"] == {"bias"}
    assert TOLD["preprocessing.standardised"] == {"ddof"}
    assert TOLD["anchor.count"] == TOLD["norm.inference_var"] == {"rule"}
    assert TOLD["attention.num_params"] == TOLD["bleu.score"] == {"convention"}
    assert TOLD["conv.output_size"] == set()


def test_a_mark_changes_nothing_that_is_accepted() -> None:
    marked = DOORS["gru.state"].signature.parameters["update"].annotation
    assert is_convention(marked)
    assert reader_for(marked).describe() == reader_for(marked.__origin__).describe()
    assert not is_convention(marked.__origin__)
