"""The JSON Schema of banks, derived from the dataclasses that they are read into; editors complete and check by it.

``dlquiz schema questions --write`` writes it to ``questions/schema.json``, with the functions of the engine.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from dlquiz.banks import composing, leaves, parameters
from dlquiz.banks.reading import VERSION, Header
from dlquiz.banks.records import Field, layout
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given
from dlquiz.core.domains import Domain
from dlquiz.core.expressions.limits import TEXT_LENGTH
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.registry import KINDS
from dlquiz.core.parameters import LONGEST
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Text

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_STRING: Schema = {"type": "string", "minLength": 1, "maxLength": composing.CHARACTERS}
_ENTRIES = {"maxItems": composing.ENTRIES}


def schema(functions: Mapping[str, str] | None = None) -> Schema:
    """Return the schema of a bank.

    ``functions`` are the engine's, each with what is told of it; without them any text may be the name of one.
    """
    header = _record(Header)
    header["properties"] = _named(header["properties"], ("bank", "topic"))
    questions = {"type": "array", "minItems": 1, "items": _reference("question"), "description": "The questions."}
    header["properties"]["questions"] = questions
    header["required"].append("questions")
    about = {"$schema": DIALECT, "title": f"A bank of dlquiz, version {VERSION}"}
    return {**about, **header, "$defs": _definitions(functions)}


def written(functions: Mapping[str, str]) -> str:
    """Return the text of ``questions/schema.json``."""
    return json.dumps(schema(functions), indent=1, ensure_ascii=False) + "\n"


def _definitions(functions: Mapping[str, str] | None) -> Schema:
    kinds = {f"question-{name}": _question(kind) for name, kind in KINDS.items()}
    return {
        "name": {"type": "string", "pattern": f"^{leaves.NAME}$", "maxLength": leaves.LONGEST_NAME},
        "expression": {"type": ["string", "number"], "maxLength": TEXT_LENGTH},
        "formula": {"anyOf": [_reference("expression"), _formulas()]},
        "text": _text(),
        "function": _function(functions),
        "call": _call(()),
        "parameter": _parameter(),
        "parameters": _parameters(),
        "question": {"required": ["id", "kind"], "oneOf": [_reference(name) for name in kinds]},
        **kinds,
    }


def _question(kind: type[Question]) -> Schema:
    found = _record(kind)
    own = {
        "kind": {"const": kind.kind, "description": "Kind of answer."},
        "params": {**_reference("parameters"), "description": "What is drawn for each instance."},
        "where": {**_several(_reference("expression")), "description": "Conditions that every instance satisfies."},
    }
    properties = found["properties"]
    found["properties"] = {"id": properties.pop("id"), **own, **properties}
    found["required"] = ["id", "kind", *(key for key in found["required"] if key != "id")]
    return found


def _record(kind: type) -> Schema:
    """Return the schema of a mapping that is read as a dataclass."""
    known = layout(kind)
    changing = [item for item in known.values() if item.changes]
    properties = {key: _field(kind, item, changing) for key, item in known.items()}
    for item in known.values():
        if item.inline:
            properties |= _call(())["properties"]
    required = [key for key, item in known.items() if item.required and not item.changes]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(kind: type, item: Field, changing: list[Field]) -> Schema:
    if item.attribute == "id":
        found = _reference("name")
    elif item.changes:
        found = _arguments()
    else:
        changed = tuple(other for other in changing if other.changes == item.key)
        found = _call(changed) if changed else _annotated(item.annotation)
    described = {**found, "description": item.doc}
    default = next(one.default for one in fields(kind) if one.name == item.attribute)
    if isinstance(default, int | str) and default != "":
        described["default"] = default
    return described


def _annotated(annotation: Any) -> Schema:
    """Return the schema of what an annotation describes; as :func:`dlquiz.banks.records.reader` reads it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _LEAVES:
        return dict(_LEAVES[annotation])
    if origin in (Union, UnionType):
        return _annotated(next(part for part in arguments if part is not NoneType))
    if origin is tuple:
        return _several(_annotated(arguments[0]))
    if origin is Literal:
        return {"enum": list(arguments)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object"}
    if isinstance(annotation, type) and is_dataclass(annotation):
        return _record(annotation)
    raise TypeError(f"banks hold no values of the type {annotation}")


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_LEAVES: dict[Any, Schema] = {
    str: _STRING,
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Fraction: {"type": "number"},
    Any: {},
    Given: {},
    Typed: {**_STRING, "type": ["string", "number"]},
    Text: _reference("text"),
    Formula: _reference("formula"),
    CallTemplate: _reference("call"),
    Domain: _reference("parameters"),
}


def _several(one: Schema) -> Schema:
    """Return the schema of a list, for which a lone item may stand."""
    return {"anyOf": [one, {"type": "array", "items": one, "maxItems": leaves.FEW}]}


def _formulas() -> Schema:
    return {"type": "array", "items": _reference("expression"), **_ENTRIES}


def _named(properties: Schema, keys: tuple[str, ...]) -> Schema:
    return {key: {**item, **_reference("name")} if key in keys else item for key, item in properties.items()}


def _text() -> Schema:
    languages: Schema = {"type": "object", "properties": dict.fromkeys(LANGUAGES, _STRING), "required": ["en"]}
    return {"anyOf": [_STRING, {**languages, "additionalProperties": False}]}


def _arguments() -> Schema:
    most = {"maxProperties": composing.ENTRIES}
    return {"type": "object", "description": "Arguments by name: data, or expressions in the parameters.", **most}


def _function(functions: Mapping[str, str] | None) -> Schema:
    """Return the schema of a function's name; the language server of YAML shows ``enumDescriptions``."""
    if functions is None:
        return {"type": "string"}
    known = sorted(functions)
    return {"enum": known, "enumDescriptions": [functions[name] for name in known]}


def _call(changed: tuple[Field, ...]) -> Schema:
    """Return the schema of an engine call, in which the fields that change it may be written too."""
    properties: Schema = {
        "call": {**_reference("function"), "description": "Name of the engine function, as dlquiz functions lists it."},
        "with": _arguments(),
        **{item.key: {**_arguments(), "description": item.doc} for item in changed},
    }
    return {"type": "object", "properties": properties, "required": ["call"], "additionalProperties": False}


def _parameters() -> Schema:
    return {
        "type": "object",
        "maxProperties": parameters.MOST,
        "propertyNames": {"pattern": f"^{parameters.NAME}$"},
        "additionalProperties": _reference("parameter"),
    }


def _parameter() -> Schema:
    def ranged(kind: str) -> Schema:
        bounds = {"type": "array", "items": {"type": kind}, "minItems": 2, "maxItems": 3}
        return {**bounds, "description": "Lowest, highest, and perhaps the step."}

    step = {"description": "Distance between two values."}
    whole = {"type": "integer", "minimum": 0, "maximum": LONGEST}
    length = {"anyOf": [whole, {"type": "array", "items": whole, "minItems": 2, "maxItems": 2}]}
    choices: list[tuple[str, Schema, Schema]] = [
        ("int", ranged("integer"), {"step": {"type": "integer", **step}}),
        ("float", ranged("number"), {"step": {"type": "number", **step}}),
        ("choice", {"type": "array", "minItems": 1, "description": "One of these values.", **_ENTRIES}, {}),
        ("let", {**_reference("expression"), "description": "Computed from the parameters before it."}, {}),
        ("list", {**_reference("parameters"), "description": "Fields of each record."}, {"length": length}),
    ]
    return {"oneOf": [_one_parameter(*each) for each in choices]}


def _one_parameter(kind: str, value: Schema, options: Schema) -> Schema:
    required = [kind, *(key for key in options if key != "step")]
    return {
        "type": "object",
        "properties": {kind: value, **options},
        "required": required,
        "additionalProperties": False,
    }
