"""The JSON Schema is that of the code, and agrees with the reader on good and on wrong banks."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dlquiz.banks import composing, folders, leaves, parameters, schema
from dlquiz.banks.authoring.wiring import first_line
from dlquiz.banks.composing import compose
from dlquiz.banks.leaves import data
from dlquiz.banks.reading import read_bank
from dlquiz.banks.scope import Scope
from dlquiz.core.expressions.limits import TEXT_LENGTH
from dlquiz.core.kinds.registry import KINDS
from dlquiz.core.parameters import LONGEST
from engine.catalogue import functions

HERE = Path(__file__).parent
SHIPPED = folders.banks_in(folders.installed())
BANKS = [HERE / "good.yaml", HERE / "good_construct.yaml"]
FUNCTIONS = {each["name"]: f"{each['signature']}: {each['summary']}" for each in functions()}
VALIDATOR = Draft202012Validator(schema.schema())
WITH_FUNCTIONS = Draft202012Validator(schema.schema(FUNCTIONS))

SHAPES = [
    "bank-is-a-list", "bank-without-version", "bank-of-another-version", "bank-with-unknown-field",
    "bank-without-title", "bank-name-with-capitals", "id-with-space", "kind-unknown", "kind-missing",
    "field-unknown", "field-missing", "rev-is-true",
    "prompt-is-a-number", "text-in-latin", "text-without-english", "call-without-name",
    "call-with-unknown-field", "range-is-a-text", "range-of-one", "parameter-of-no-kind", "parameter-of-two-kinds",
    "parameter-with-unknown-option", "parameter-named-with-a-hyphen", "list-without-length", "claim-holds-yes",
]  # fmt: skip
"""Wrong banks of the gallery whose fault lies in their shape."""


def plain(path: Path) -> object:
    root, _ = compose(path.read_text(encoding="utf-8"), path.name)
    assert root is not None
    return data(root, Scope(path.name))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema.schema())
    Draft202012Validator.check_schema(schema.schema(FUNCTIONS))


def test_the_file_is_not_stale() -> None:
    """Write it anew with ``dlquiz schema questions --write``."""
    stored = (folders.installed() / "schema.json").read_text(encoding="utf-8")
    assert json.loads(stored) == schema.schema(FUNCTIONS)
    assert stored == schema.written(FUNCTIONS)


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_good_banks_are_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain(path))] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_banks_are_valid_and_lead_editors_to_the_schema(path: Path) -> None:
    assert [error.message for error in WITH_FUNCTIONS.iter_errors(plain(path))] == []
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first == first_line(path, folders.installed() / "schema.json")


def test_functions_are_those_of_the_engine() -> None:
    """In every place that calls one, also where a call stands among other fields, and where another changes it."""
    for path in (HERE / "good_construct.yaml", folders.installed() / "normalization" / "bn-vs-ln.yaml"):
        bank: Any = plain(path)
        assert WITH_FUNCTIONS.is_valid(bank)
        calls = list(called(bank["questions"][0]))
        assert len(calls) > 2
        for call in calls:
            right, call["call"] = call["call"], "conv.no_such_function"
            assert not WITH_FUNCTIONS.is_valid(bank), right
            call["call"] = right


def called(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict) and isinstance(part.get("call"), str):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from called(inner)


def test_each_function_is_told_of() -> None:
    told = schema.schema(FUNCTIONS)["$defs"]["function"]
    at = told["enum"].index("conv.output_size")
    assert told["enumDescriptions"][at].startswith("conv.output_size(size, kernel_size, ")
    assert len(told["enum"]) == len(told["enumDescriptions"]) == len(FUNCTIONS)


@pytest.mark.parametrize("name", SHAPES)
def test_banks_of_a_wrong_shape_are_not(name: str) -> None:
    assert not VALIDATOR.is_valid(plain(HERE / "gallery" / f"{name}.yaml"))


GOOD = {
    "id": "q", "kind": "number", "prompt": "P", "params": {"n": {"int": [1, 9]}}, "answer": {"formula": "n"},
}  # fmt: skip
MISCONCEPTION = {"formula": "n + 1", "says": "x"}
LARGEST: dict[str, Callable[[int], dict[str, Any]]] = {
    f"{composing.CHARACTERS} characters": lambda more: {"prompt": "x" * (composing.CHARACTERS + more)},
    f"{composing.ENTRIES} entries": lambda more: {"params": {"n": {"choice": [*range(composing.ENTRIES + more)]}}},
    f"{leaves.FEW} hints": lambda more: {"hints": ["x"] * (leaves.FEW + more)},
    f"{leaves.FEW} wrong ideas": lambda more: {
        "misconceptions": [{**MISCONCEPTION, "id": f"m{number}"} for number in range(leaves.FEW + more)]
    },
    f"{leaves.FEW} conditions": lambda more: {"where": ["n > 1"] * (leaves.FEW + more)},
    f"a formula of {TEXT_LENGTH}": lambda more: {"answer": {"formula": "n" + " " * (TEXT_LENGTH - 1 + more)}},
    f"{parameters.MOST} parameters": lambda more: {
        "params": {"n": {"int": [1, 9]}}
        | {f"a{number}": {"int": [1, 9]} for number in range(parameters.MOST - 1 + more)}
    },
    f"{LONGEST} records": lambda more: {
        "params": {"n": {"int": [1, 9]}, "l": {"list": {"k": {"int": [1, 9]}}, "length": LONGEST + more}}
    },
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_schema_and_the_reader_have_the_same_bounds(name: str) -> None:
    for more, fits in ((0, True), (1, False)):
        bank = {"dlquiz": 1, "bank": "b", "topic": "t", "title": "T", "questions": [GOOD | LARGEST[name](more)]}
        _, complaints = read_bank(json.dumps(bank), "b.yaml")
        assert VALIDATOR.is_valid(bank) is fits
        assert (not complaints) is fits, complaints


def test_every_field_is_described() -> None:
    for kind in KINDS:
        for key, field in schema.schema()["$defs"][f"question-{kind}"]["properties"].items():
            assert field["description"].endswith("."), key
