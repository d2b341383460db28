"""The JSON Schema is that of the code, and agrees with the reader on good and on wrong banks."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dlquiz.banks import folders, schema
from dlquiz.banks.composing import compose
from dlquiz.banks.leaves import data
from dlquiz.banks.scope import Scope
from dlquiz.core.kinds.registry import KINDS

HERE = Path(__file__).parent
BANKS = [HERE / "good.yaml", HERE / "good_construct.yaml", *folders.banks_in(folders.installed())]
VALIDATOR = Draft202012Validator(schema.schema())

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


def test_the_file_is_not_stale() -> None:
    """Write it anew with ``python -m dlquiz.banks.schema > questions/schema.json``."""
    stored = (folders.installed() / "schema.json").read_text(encoding="utf-8")
    assert json.loads(stored) == schema.schema()
    assert stored == schema.written()


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_good_banks_are_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain(path))] == []


@pytest.mark.parametrize("name", SHAPES)
def test_banks_of_a_wrong_shape_are_not(name: str) -> None:
    assert not VALIDATOR.is_valid(plain(HERE / "gallery" / f"{name}.yaml"))


def test_every_field_is_described() -> None:
    for kind in KINDS:
        for key, field in schema.schema()["$defs"][f"question-{kind}"]["properties"].items():
            assert field["description"].endswith("."), key
