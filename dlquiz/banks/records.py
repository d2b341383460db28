"""A generic reader of dataclasses: described fields say what a mapping may hold, annotations how each value is read.

Nothing here knows a kind of answer: a new one declares its fields and is read.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache, lru_cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from dlquiz.banks import formulas, leaves, parameters
from dlquiz.banks.belonging import home, meant
from dlquiz.banks.nodes import MapNode, Node, ScalarNode
from dlquiz.banks.scope import Refused, Scope, every
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given, Place
from dlquiz.core.domains import Domain
from dlquiz.core.formulas import Formula
from dlquiz.core.texts import Text
from dlquiz.errors import nearest

_SHOWN = 60
"""Characters of a value that a fix repeats."""

Read: TypeAlias = Callable[[Node, Scope], Any]


@dataclass(frozen=True)
class Field:
    """A field as banks write it: its key, the attribute that it fills, and how it is read.

    ``names`` are names that its text may use beside the parameters, with ``symbols`` also those of the question.
    A field that ``changes`` another one, a call, gives arguments that differ in it; it is written beside that call, or
    inside it. An ``inline`` call has its name and its arguments among the other fields.
    """

    key: str
    attribute: str
    annotation: Any
    read: Read
    required: bool
    doc: str
    names: tuple[str, ...] = ()
    symbols: bool = False
    changes: str | None = None
    inline: bool = False


@cache
def layout(kind: type) -> Mapping[str, Field]:
    """Return the described fields of a dataclass by their keys."""
    hints = get_type_hints(kind)
    found = {}
    for item in fields(kind):
        if "doc" not in item.metadata:
            continue
        about = dict(item.metadata)
        key = about.pop("key", item.name)
        required = item.default is MISSING and item.default_factory is MISSING
        read = leaves.name if item.name == "id" else reader(hints[item.name])
        found[key] = Field(key, item.name, hints[item.name], read, required, **about)
    return found


@cache
def _has_place(kind: type) -> bool:
    return get_type_hints(kind).get("at") is Place


@cache
def reader(annotation: Any) -> Read:
    """Return the reader of what an annotation describes."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _LEAVES:
        return _LEAVES[annotation]
    if origin in (Union, UnionType) and NoneType in arguments and len(arguments) == 2:
        return reader(next(part for part in arguments if part is not NoneType))
    if origin is tuple:
        return partial(_several, reader(arguments[0]))
    if origin is Literal:
        return partial(_one_of, arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return leaves.mapping
    if isinstance(annotation, type) and is_dataclass(annotation):
        return partial(record, annotation)
    raise TypeError(f"banks hold no values of the type {annotation}")


_LEAVES: dict[Any, Read] = {
    str: leaves.string,
    int: leaves.whole,
    bool: leaves.truth,
    Fraction: leaves.exact,
    Any: leaves.data,
    Text: formulas.text,
    Typed: formulas.typed,
    Given: formulas.given,
    Formula: formulas.formula,
    CallTemplate: formulas.call,
    Domain: parameters.domain_of,
}


def _several(read: Read, node: Node, scope: Scope) -> tuple[Any, ...]:
    """Read a list; a lone item counts as a list of one."""
    return tuple(every(partial(read, item, scope) for item in leaves.few(node, scope)))


def _one_of(values: tuple[Any, ...], node: Node, scope: Scope) -> Any:
    value = scope.plain(node) if isinstance(node, ScalarNode) else None
    if any(value == known and type(value) is type(known) for known in values):
        return value
    if isinstance(value, str):
        message = f"'{value[:40]}' is none of {', '.join(map(str, values))}{nearest(value[:40], map(str, values))}"
        raise scope.refuse(node, "DQ204", message, "write one of them")
    listed = " or ".join(map(str, values))
    raise scope.wrong_type(node, listed, f"write {listed}")


def record(
    kind: type, node: Node, scope: Scope, given: Mapping[str, Any] | None = None, also: Collection[str] = ()
) -> Any:
    """Read a mapping as a dataclass.

    ``given`` are attributes that the mapping does not hold, ``also`` keys that somebody else reads. A field ``at`` of
    type Place gets the place of the mapping.
    """
    known = layout(kind)
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "a mapping", _as_mapping(node, known))
    node = _gathered(_taken_out(node, known), known)
    beside = formulas.CALL if any(item.inline for item in known.values()) else ()
    refused = _unknown(kind, node, list(dict.fromkeys([*beside, *known, *also])), scope)
    found = dict(given or {})
    for key, item in known.items():
        try:
            if key in node.values:
                found[item.attribute] = _field(item, node.values[key], found, scope)
            elif item.required:
                raise scope.refuse(node, "DQ203", f"'{key}' is missing", _to_add(item))
        except Refused as error:
            refused = refused or error
    if refused is not None:
        raise refused
    if _has_place(kind):
        found.setdefault("at", scope.place(node))
    return kind(**found)


def _as_mapping(node: Node, known: Mapping[str, Field]) -> str:
    """Return how to write a value as a mapping; an answer is most often meant as its formula."""
    computed = {"formula", "engine"} <= known.keys() and not any(item.required for item in known.values())
    if computed and isinstance(node, ScalarNode) and node.text.strip() and len(node.text) <= _SHOWN:
        return f"write {{formula: {json.dumps(node.text, ensure_ascii=False)}, engine: {{call: …, with: {{…}}}}}}"
    return f"write a mapping with the fields {', '.join(known)}"


def _field(item: Field, node: Node, found: Mapping[str, Any], scope: Scope) -> Any:
    more = (*item.names, *(scope.symbols if item.symbols else ()))
    inner = scope.naming((*scope.names, *more)) if more else scope
    if item.changes is None:
        return item.read(node, inner)
    return formulas.changed_call(node, found.get(item.changes, CallTemplate("")), inner)


def _taken_out(node: MapNode, known: Mapping[str, Field]) -> MapNode:
    """Return the mapping with every field that is written inside another one beside it."""
    for key, item in known.items():
        outer = node.values.get(item.changes) if item.changes else None
        if isinstance(outer, MapNode) and item.changes and key in outer.values and key not in node.values:
            keys, values = dict(outer.keys), dict(outer.values)
            inner, at = values.pop(key), keys.pop(key)
            rest = MapNode(keys, values, outer.line, outer.column, outer.size)
            values = {**node.values, item.changes: rest, key: inner}
            node = MapNode({**node.keys, key: at}, values, node.line, node.column, node.size)
    return node


def _gathered(node: MapNode, known: Mapping[str, Field]) -> MapNode:
    """Return the mapping with the name and the arguments of an inline call put together under one key."""
    for key, item in known.items():
        if item.inline and key in node.values:
            keys, values = dict(node.keys), dict(node.values)
            at = keys[key]
            own = [one for one in formulas.CALL if one in values]
            named, given = {one: keys.pop(one) for one in own}, {one: values.pop(one) for one in own}
            call = MapNode(named, given, at.line, at.column)
            node = MapNode({**keys, key: at}, {**values, key: call}, node.line, node.column, node.size)
    return node


def _unknown(kind: type, node: MapNode, known: Collection[str], scope: Scope) -> Refused | None:
    refused = None
    for key, at in node.keys.items():
        if key in known:
            continue
        if told := meant(key, known):
            message, fix = f"'{key}' is not a field here{told}", f"the fields are {', '.join(known)}"
        elif (elsewhere := home(key, kind, node)) is not None:
            message, fix = f"'{key}' is not a field here, {elsewhere[0]}", elsewhere[1]
        else:
            message = f"'{key[:40]}' is not a field here{_hint(key, tuple(known))}"
            fix = f"the fields are {', '.join(known)}"
        refused = scope.refuse(at, "DQ202", message, fix)
    return refused


@lru_cache(maxsize=256)
def _hint(key: str, known: tuple[str, ...]) -> str:
    """Return the nearest field; the same slip is often made in every question of a bank."""
    return nearest(key, known)


def _to_add(item: Field) -> str:
    return f"add {item.key}: ({item.doc[0].lower()}{item.doc[1:].rstrip('.')})"
